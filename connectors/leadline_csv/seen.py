"""Which content of the output file is known: what leadline read or wrote last."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SeenOutput:
    """A note in the source's own folder; a lost one only means that the file is read again."""

    note: Path

    def is_last(self, mark: str) -> bool:
        try:
            return self.note.read_text(encoding="ascii") == mark
        except OSError:
            return False

    def remember(self, mark: str) -> None:
        """Note a content once the host knows its values."""
        self.note.parent.mkdir(parents=True, exist_ok=True)
        self.note.write_text(mark, encoding="ascii")
