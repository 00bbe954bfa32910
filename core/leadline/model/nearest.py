"""The end of a message about an unknown name: what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

FEW = 12


def nearest(name: str, names: Iterable[str]) -> str:
    """ "; did you mean 'x'?", or the names there are if they are few, or nothing."""
    known = sorted(set(names))
    folded = {each.lower(): each for each in known}
    if near := difflib.get_close_matches(name.lower(), folded, n=1):
        return f"; did you mean '{folded[near[0]]}'?"
    return f"; there is {', '.join(known)}" if 0 < len(known) <= FEW else ""
