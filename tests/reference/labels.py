"""Grades and temperatures: how a score is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from leadline.model import Model
from leadline.model.labels import Span, Temperature

Holds = Callable[[str], bool]


def mark(cuts: Mapping[str, int], points: int) -> str:
    """The best symbol whose threshold is met; below all of them, the one that comes after."""
    for symbol, least in sorted(cuts.items(), key=lambda cut: cut[1], reverse=True):
        if points >= least:
            return symbol
    worst = min(cuts, key=lambda symbol: cuts[symbol])
    return str(int(worst) + 1) if worst.isdecimal() else chr(ord(worst) + 1)


def temperature(model: Model, score: int | None, last: str | None, holds: Holds) -> str | None:
    """The warmest label whose `from` is reached, or that has not been left since it was given.

    holds: whether a condition over the person and the score is true.
    """
    if not model.temperatures:
        return None
    if score is None:
        return "dead"
    ladder = sorted(model.temperatures, key=lambda label: label.from_, reverse=True)
    was = next((place for place, label in enumerate(ladder) if label.name == last), None)
    for place, label in enumerate(ladder):
        span = span_of(label, holds)
        release = span.from_ if span.release is None else span.release
        reached = score >= span.from_ or (was is not None and was <= place and score >= release)
        if reached and (label.when is None or holds(label.when)):
            return label.name
    return "dead" if "cold" in [label.name for label in ladder] else "cold"


def span_of(label: Temperature, holds: Holds) -> Span:
    """The cut-offs of the first condition that holds, else the label's own."""
    return next((span for text, span in label.where.items() if holds(text)), label)
