"""The CRMs' clients for Node: installed once, and kept as long as their lock file is the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

_NODE = Path(__file__).parent / "node"


def drive(script: str, *arguments: str, given: Any = None) -> Any:
    """What a script of the folder `node` prints as JSON, with `given` as JSON on its input."""
    ran = subprocess.run(
        ["node", str(_NODE / script), *arguments],
        env={**os.environ, "NODE_PATH": str(_modules())},
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@cache
def _modules() -> Path:
    """The folder node_modules; without npm, or packages to be had, the test is skipped."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("there is no node or no npm on this machine")
    digest = sha256((_NODE / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"leadline-sandbox-node-{os.getuid()}-{digest}"
    if not folder.exists():
        _install(folder)
    return folder / "node_modules"


def _install(folder: Path) -> None:
    """Install beside the folder and move it there as a whole: another worker may do the same."""
    fresh = Path(tempfile.mkdtemp(prefix=f"{folder.name}-"))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(_NODE / name, fresh)
    # No script of a package is run: none of these clients needs one.
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    ran = subprocess.run(command, cwd=fresh, capture_output=True, text=True)
    if ran.returncode:
        shutil.rmtree(fresh)
        pytest.skip(f"npm cannot install the clients: {ran.stderr.strip()[-300:]}")
    try:
        fresh.rename(folder)
    except OSError:
        shutil.rmtree(fresh)  # the other one was first
