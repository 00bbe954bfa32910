"""A page is followed from its first line to its last, as a reader at a shell would."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .pages import ROOT, Block

PORT = "8642"  # the page's; another one may be free here
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"(Write|At the end of) `([^`]+)`:$")
_WAIT_SECONDS = 60.0  # a busy machine takes its time to start Python
_GROUPS = ("core", "connectors", "plugins")


@dataclass(frozen=True, slots=True)
class Step:
    """A block, and the line above it, which says what to do with it."""

    block: Block
    lead: str

    @property
    def file(self) -> tuple[str, bool] | None:
        """The file that the block belongs into, and whether it is there already."""
        told = _FILE.search(self.lead)
        return (told[2], told[1] == "At the end of") if told else None


def steps(page: Path) -> Iterator[Step]:
    """The blocks of the page, in order."""
    text = page.read_text("utf-8")
    for found in _FENCE.finditer(text):
        before = text[: found.start()].rstrip().rpartition("\n\n")[2]
        line = text.count("\n", 0, found.start(2)) + 1
        yield Step(Block(page, found[1], found[2], line), " ".join(before.split()))


@dataclass
class Reader:
    """Somebody at two terminals. The shell's folder and exported variables last between blocks.

    pip finds leadline installed already and builds without an index: nothing is fetched.
    """

    home: Path
    port: str
    printed: str = ""
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def do(self, step: Step) -> None:
        """What the page says to do with this block."""
        text = step.block.text.replace(PORT, self.port)
        if step.block.language == "text":
            self._compare(step.block, text)
        elif step.block.language != "sh":
            self._write(step, text)
        elif step.lead.startswith("In another terminal"):
            self._start(text)
        else:
            self.run(text, str(step.block))

    def run(self, text: str, place: str = "") -> None:
        """Run some commands, each of which has to succeed."""
        done = self._shell(text)
        self.printed = done.communicate()[0]
        assert done.returncode == 0, f"{place}\n{text}\n{self.printed}"

    def _write(self, step: Step, text: str) -> None:
        assert step.file, f"{step.block}: the line above says which file this is"
        name, there = step.file
        path = self.folder / name
        assert path.exists() == there, f"{step.block}: {path}"
        with path.open("a", encoding="utf-8") as file:
            file.write(text)

    def _compare(self, block: Block, text: str) -> None:
        for line in text.splitlines():
            pattern = r"[^\n]*".join(re.escape(part) for part in line.split("…"))
            assert re.search(f"^{pattern} *$", self.printed, re.MULTILINE), (
                f"{block}: there is no line '{line}' in\n{self.printed}"
            )

    def _start(self, text: str) -> None:
        self.running.append(self._shell(f"exec {text}"))
        until = time.monotonic() + _WAIT_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", int(self.port)), timeout=1).close()
                return
            except OSError:
                assert time.monotonic() < until, "the server of the page does not answer"
                time.sleep(0.05)

    def _shell(self, text: str) -> subprocess.Popen[str]:
        state = self.home / "state"
        script = (
            f'. "{state}"\nset -e\n{text}\nset +e\n{{ export -p; echo cd "$PWD"; }} > "{state}"'
        )
        return subprocess.Popen(
            ["bash", "-c", script],
            cwd=self.home,
            env=_environment(self.home),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    @property
    def folder(self) -> Path:
        """Where the reader stands."""
        return Path((self.home / "state").read_text("utf-8").rpartition("cd ")[2].strip())


def _environment(home: Path) -> dict[str, str]:
    packages = [each for each in sys.path if Path(each).name == "site-packages"]
    packages += [str(ROOT / group) for group in _GROUPS]  # as they are in an editable install
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        "PATH": os.pathsep.join([str(home / "bin"), sysconfig.get_path("scripts"), os.defpath]),
        "PYTHONPATH": os.pathsep.join(packages),
        "HOME": str(home),
        "COLUMNS": "120",
        "NO_PROXY": "127.0.0.1",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(home / "wheels"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this the other way round: there is none
    }


@contextmanager
def reading(home: Path) -> Iterator[Reader]:
    """A reader with nothing but Python, leadline and pytest."""
    (home / "bin").mkdir()
    (home / "wheels").mkdir()
    (home / "state").touch()
    # pip would make this one, had it installed leadline itself.
    command = home / "bin" / "leadline"
    command.write_text('#!/bin/sh\nexec python -c "from leadline.cli import main; main()" "$@"\n')
    command.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    reader = Reader(home, port)
    try:
        yield reader
    finally:
        for process in reader.running:
            os.killpg(process.pid, signal.SIGTERM)
            process.communicate()
