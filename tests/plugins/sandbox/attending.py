"""`leadline sandbox …` started as a person would, and ended by Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LEADLINE = [sys.executable, "-c", "from leadline.cli import main; main()"]
_PATIENCE = 20.0  # seconds


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run([*_LEADLINE, *arguments], capture_output=True, text=True, timeout=30)


@contextmanager
def attended(*arguments: str) -> Iterator[tuple[str, list[str]]]:
    """What the command printed first; the list is given what it printed after Ctrl-C."""
    process = subprocess.Popen(
        [*_LEADLINE, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    patience = threading.Timer(_PATIENCE, process.kill)
    patience.start()
    said: list[str] = []
    try:
        assert process.stdout is not None
        printed = ""
        while "Ctrl-C ends it." not in printed:
            line = process.stdout.readline()
            assert line, f"the command ended by itself: {printed}"
            printed += line
        yield printed, said
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
        said.append(out)
        assert (process.returncode, err) == (0, "")
    finally:
        patience.cancel()
        process.kill()
        with process:  # which closes its pipes
            process.wait()
