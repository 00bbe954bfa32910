"""Which process holds something, and whether it certainly lives no more."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping


@dataclass(frozen=True, slots=True)
class Process:
    """A process: the machine whose pids it shares, its pid, and a token no other process has."""

    machine: str
    pid: int
    token: str

    @classmethod
    def current(cls) -> Process:
        return _process_of(os.getpid())

    @classmethod
    def of_row(cls, row: RowMapping) -> Process:
        return cls(row["machine"], row["pid"], row["token"])

    def columns(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return f"process {self.pid} on {self.machine.split('/')[0]}"

    def is_gone(self) -> bool:
        """True only where it is certain; of another machine nothing is known."""
        here = Process.current()
        if self.machine != here.machine:
            return False
        if self.pid == here.pid:  # in a container every leadline may well be pid 1
            return self.token != here.token
        return not _exists(self.pid)


@lru_cache(maxsize=1)
def _process_of(pid: int) -> Process:
    """Keyed by pid, so that a fork gets a token of its own."""
    return Process(_machine(), pid, secrets.token_hex(8))


def _machine() -> str:
    """The host's name and, on Linux, its boot and pid namespace: containers may share a name."""
    parts = [socket.gethostname()]
    try:
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()[:8])
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    except OSError:
        pass  # not Linux: the name has to do
    return "/".join(parts)[:200]


def _exists(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # there, signal 0 is Ctrl-C; waiting for the expiry is the safe answer
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is there, and somebody else's
        return True
    return True
