"""Trouble on order: which calls go wrong, how, and how often. Each CRM says how that looks."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

from leadline.errors import UsageError
from leadline_sandbox.journal import matches


@dataclass(slots=True)
class Fault:
    """One kind of trouble. rate: share of the calls; left: how many times yet, None for ever."""

    kind: str
    calls: str = "*"
    rate: float = 1.0
    left: int | None = None
    after: int = 0  # calls that pass unharmed first
    seconds: float = 0.0  # of a slow answer, or in Retry-After

    def __str__(self) -> str:
        return f"{self.kind}:{self.calls}:{self.rate:g}"


class Faults:
    """The faults that are switched on. Chance is seeded: the same calls meet the same trouble."""

    def __init__(self, kinds: Iterable[str], seed: int = 7) -> None:
        self.kinds = tuple(kinds)
        self._random = random.Random(seed)
        self._active: list[Fault] = []

    def add(
        self,
        kind: str,
        calls: str = "*",
        *,
        rate: float = 1.0,
        times: int | None = None,
        after: int = 0,
        seconds: float = 0.0,
    ) -> None:
        """Switch a fault on; `calls` is a label of the journal, one word of it, or "*"."""
        if kind not in self.kinds:
            raise UsageError(
                f"there is no fault '{kind}'; the faults are {', '.join(sorted(self.kinds))}"
            )
        if not 0 <= rate <= 1:
            raise UsageError(f"fault '{kind}': the rate must be between 0 and 1, not {rate:g}")
        self._active.append(Fault(kind, calls, rate, times, after, seconds))

    def once(self, kind: str, calls: str = "*", *, after: int = 0, seconds: float = 0.0) -> None:
        """Switch a fault on for the next such call alone."""
        self.add(kind, calls, times=1, after=after, seconds=seconds)

    def parse(self, text: str) -> None:
        """Switch on KIND, KIND:CALLS or KIND:CALLS:RATE, as the command line writes it."""
        kind, _, rest = text.partition(":")
        calls, _, rate = rest.partition(":")
        try:
            share = float(rate or 1)
        except ValueError:
            raise UsageError(
                f"the fault '{text}' has no number as its rate; write KIND:CALLS:RATE, "
                "such as 429:search:0.1"
            ) from None
        self.add(kind, calls or "*", rate=share)

    def clear(self) -> None:
        """Switch all faults off."""
        self._active.clear()

    def strike(self, label: str) -> Fault | None:
        """The fault that this call meets, if any."""
        for fault in list(self._active):
            if not matches(fault.calls, label):
                continue
            if fault.after > 0:
                fault.after -= 1
            elif self._random.random() < fault.rate:
                self._use(fault)
                return fault
        return None

    def _use(self, fault: Fault) -> None:
        if fault.left is not None:
            fault.left -= 1
            if fault.left <= 0:
                self._active.remove(fault)
