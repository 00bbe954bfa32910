"""Ids of 18 characters as NumPy holds them.

A record leaves the recycle bin without a trace: that it is in no answer any more is all there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from leadline.connecting.remembered import Ids

ID = np.dtype("S18")


def beginning(ids: Ids, prefixes: Iterable[str]) -> Ids:
    """The ids that begin with one of these."""
    chosen = np.zeros(len(ids), np.bool_)
    for prefix in prefixes:
        chosen |= np.char.startswith(ids, prefix.encode())
    return ids[chosen]


def missing(before: Ids, here: Ids, most: int) -> Iterator[list[str]]:
    """The ids that were there before and are not here, at most so many at a time."""
    gone = np.setdiff1d(before, here, assume_unique=True)
    for place in range(0, len(gone), most):
        yield [each.decode("ascii") for each in gone[place : place + most].tolist()]
