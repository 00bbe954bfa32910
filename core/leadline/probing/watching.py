"""An ear at the logs and the screen: whether any of the secrets is told there."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field

from leadline.host.faults import findable

_LONGEST_LINE = 100_000


@dataclass(slots=True)
class Watch:
    """The places in which a secret was found; keeps nothing of what was said there."""

    secrets: Sequence[str] = field(repr=False)
    places: set[str] = field(default_factory=set)

    @property
    def sought(self) -> tuple[str, ...]:
        """The secrets that can be told from ordinary words."""
        return findable(self.secrets)

    def hear(self, place: str, text: str) -> None:
        """Look through something that was said."""
        if any(secret in text for secret in self.sought):
            self.places.add(place)


class _Log(logging.Handler):
    def __init__(self, watch: Watch) -> None:
        super().__init__(logging.DEBUG)
        self._watch, self._written = watch, logging.Formatter()

    def emit(self, record: logging.LogRecord) -> None:
        self._watch.hear(f"the log '{record.name}'", self._written.format(record))


class _Screen(io.TextIOBase):
    def __init__(self, watch: Watch, place: str) -> None:
        self._watch, self._place, self._line = watch, place, ""

    def write(self, text: str) -> int:
        # A secret may come in pieces: the line so far is looked through as one.
        self._line = (self._line + text)[-_LONGEST_LINE:]
        self._watch.hear(self._place, self._line)
        self._line = self._line.rpartition("\n")[2]
        return len(text)


@contextmanager
def watching(watch: Watch) -> Iterator[None]:
    """Hears all logs, down to the finest, and what is printed in the block; none of it is shown."""
    root, handler = logging.getLogger(), _Log(watch)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with (
            redirect_stdout(_Screen(watch, "standard output")),
            redirect_stderr(_Screen(watch, "standard error")),
        ):
            yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
