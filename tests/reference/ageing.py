"""What one occurrence is worth at an age, in exact fractions: no power is rounded."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from leadline.model import Decay


def worth(points: Decimal, decay: Decay | None, age: int) -> int:
    """Thousandths of a point, rounded half away from zero."""
    full = Fraction(points) * 1000
    sign = -1 if full < 0 else 1
    return sign * _size(abs(full), decay, age)


def half_away(size: Fraction) -> int:
    """A size, which is not negative, rounded to the nearest whole; half goes up."""
    return (size + Fraction(1, 2)).__floor__()


def _size(full: Fraction, decay: Decay | None, age: int) -> int:
    if decay is None:
        return half_away(full)
    if decay.shape == "linear":
        return half_away(full * max(Fraction(0), 1 - Fraction(age, decay.days)))
    if decay.shape == "step":
        return half_away(full / 2 ** (age // decay.days))
    return _halved(full, decay.days, age)


def _halved(full: Fraction, days: int, age: int) -> int:
    """The largest m with m - 1/2 <= full * 2^(-age/days), both sides raised to the power days."""
    bound = full**days
    low, high = 0, half_away(full)
    while low < high:
        middle = (low + high + 1) // 2
        if (middle - Fraction(1, 2)) ** days * 2**age <= bound:
            low = middle
        else:
            high = middle - 1
    return low
