"""What a simulated CRM was asked: the last calls in full, and a count of every one."""

from __future__ import annotations

import json
from collections import Counter, deque
from dataclasses import dataclass
from typing import Any

_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Call:
    """One request and how it was answered. label: what it is for, such as "contacts.search"."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: bytes
    label: str
    status: int
    at: float  # seconds since 1970 on the CRM's clock
    took: float  # seconds
    fault: str = ""  # the fault that answered in the CRM's place
    headers: tuple[tuple[str, str], ...] = ()  # names in lower case, credentials left out

    def header(self, name: str) -> str:
        """A header of the request; "" when it is missing."""
        return next((value for key, value in self.headers if key == name.lower()), "")

    @property
    def json(self) -> Any:
        """The body as JSON; None when there is none."""
        return json.loads(self.body) if self.body else None


class Journal:
    """Calls in the order they were answered. A label is asked for whole or by one of its words."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=_KEPT)
        self._counts: Counter[tuple[str, int]] = Counter()

    def add(self, call: Call) -> None:
        """Note a call that was answered."""
        self._calls.append(call)
        self._counts[call.label, call.status] += 1

    def calls(self, label: str = "*") -> list[Call]:
        """The last 20,000 calls that this label names."""
        return [call for call in list(self._calls) if matches(label, call.label)]

    def count(self, label: str = "*", status: int | None = None) -> int:
        """How many calls there were, in all or with one status."""
        return sum(
            number
            for (known, answered), number in list(self._counts.items())
            if matches(label, known) and status in (None, answered)
        )

    def summary(self) -> dict[str, int]:
        """Calls by label."""
        found: Counter[str] = Counter()
        for (label, _), number in list(self._counts.items()):
            found[label] += number
        return dict(sorted(found.items()))

    def clear(self) -> None:
        """Forget all calls."""
        self._calls.clear()
        self._counts.clear()


def matches(wanted: str, label: str) -> bool:
    """Whether `wanted` is "*", the label, or one of the words between its dots."""
    return wanted in ("*", label) or wanted in label.split(".")
