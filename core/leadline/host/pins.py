"""Which distribution may provide a plugin: NAME or NAME==VERSION."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PIN = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:==\s*([\w.!+-]+))?\s*")


def canonical(name: str) -> str:
    """A distribution's or an extra's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@dataclass(frozen=True, slots=True)
class Pin:
    """A distribution, and its version when one was asked for."""

    distribution: str
    version: str | None = None

    @classmethod
    def parse(cls, text: str) -> Pin | None:
        """The pin that is written, or None when it is not NAME or NAME==VERSION."""
        match = _PIN.fullmatch(text)
        return cls(match[1], match[2]) if match else None

    def __str__(self) -> str:
        return self.distribution + (f"=={self.version}" if self.version else "")

    def names(self, distribution: str) -> bool:
        """True when it is this distribution, whatever its version."""
        return canonical(self.distribution) == canonical(distribution)

    def admits(self, version: str) -> bool:
        """True when any version will do, or this one is the one: 1.2 and 1.2.0 are the same."""
        return self.version is None or _release(self.version) == _release(version)


def _release(version: str) -> str:
    return re.sub(r"(\.0+)+$", "", version.lower())
