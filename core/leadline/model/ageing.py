"""How points age: whole days, exact integers.

half N: points halve smoothly every N days. linear N: points fall evenly to nothing at day N.
step N: points stay for N days, then halve, and halve again every further N days.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from typing import Literal

MILLI = 1_000
MAX_DAYS = 36_500
_CONTEXT = Context(prec=36)
_DURATION = re.compile(r"\s*(\d{1,5})\s*(day|days|week|weeks|year|years)\s*")
_DAYS = {"day": 1, "days": 1, "week": 7, "weeks": 7, "year": 365, "years": 365}


def parse_days(text: str) -> int:
    """Whole days of "90 days", "2 weeks" or "1 year" (365 days); else ValueError says how."""
    match = _DURATION.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise ValueError(f'"{text}" is no length of time: write "90 days", "2 weeks" or "1 year"')
    days = int(match[1]) * _DAYS[match[2]]
    if days > MAX_DAYS:
        raise ValueError(f'"{text}" is too long: at most {MAX_DAYS:,} days, a hundred years')
    return days


@dataclass(frozen=True, slots=True)
class Decay:
    """A way of ageing and its length in days."""

    shape: Literal["half", "linear", "step"]
    days: int

    @classmethod
    def parse(cls, text: str) -> Decay:
        """Read "half 14 days", "linear 60 days" or "step 30 days"; ValueError says how."""
        shape, _, length = text.strip().partition(" ")
        if shape not in ("half", "linear", "step"):
            raise ValueError(f'"{text}": write "half 14 days", "linear 60 days" or "step 30 days"')
        return cls(shape, parse_days(length))  # type: ignore[arg-type]  # one of the three, checked

    def __str__(self) -> str:
        return f"{self.shape} {self.days} days"


def weight(points: Decimal, decay: Decay | None, age: int) -> int:
    """Thousandths of a point that one occurrence is worth at an age in whole days."""
    full = points * MILLI
    if decay is None:
        value = full
    elif decay.shape == "linear":
        value = _CONTEXT.divide(full * max(0, decay.days - age), Decimal(decay.days))
    else:
        value = _CONTEXT.multiply(full, _halved(decay, age))
    return int(value.to_integral_value(rounding=ROUND_HALF_UP))


@cache
def _halved(decay: Decay, age: int) -> Decimal:
    """The share that is left; decimal and not binary, so that every machine has the same digits."""
    whole = Decimal(age // decay.days)
    halvings = whole if decay.shape == "step" else _CONTEXT.divide(Decimal(age), decay.days)
    return _CONTEXT.power(Decimal(2), -halvings)


def horizon(points: Decimal, decay: Decay | None) -> int:
    """The first age from which the weight never changes again."""
    if decay is None:
        return 0
    # Weights only fall in size, so the first zero is found by halving the range.
    low, high = 0, decay.days * (1 if decay.shape == "linear" else 64)
    while low < high:
        middle = (low + high) // 2
        if weight(points, decay, middle) == 0:
            high = middle
        else:
            low = middle + 1
    return low
