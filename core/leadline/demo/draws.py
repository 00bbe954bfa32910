"""Random draws that depend on the seed, the block and the part alone, never on chunking."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Part(IntEnum):
    """Each part of a block has its own stream: a change in one leaves the others as they were."""

    COMPANIES = 1
    PEOPLE = 2
    JOURNEYS = 3
    SALES = 4
    MAIL = 5
    VISITS = 6


def stream(seed: int, block: int, part: Part) -> np.random.Generator:
    """The random numbers of one part of one block."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, block, part])))


def pick(rng: np.random.Generator, weights: Sequence[float] | Floats, size: int) -> Ints:
    """`size` indices, each as likely as its weight."""
    return pick_at(cumulative(weights), rng.random(size))


def cumulative(weights: Sequence[float] | Floats) -> Floats:
    """The running sum of the weights, ending at 1."""
    total = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.asarray(total / total[-1], dtype=np.float64)


def pick_at(sums: Floats, chances: Floats) -> Ints:
    """The index that each chance in [0, 1) falls on."""
    found = np.searchsorted(sums, chances, side="right")
    return np.minimum(found, len(sums) - 1).astype(np.int64)


def chance(logit: Floats) -> Floats:
    """The logistic curve: a latent score as a probability."""
    return np.asarray(1.0 / (1.0 + np.exp(-logit)), dtype=np.float64)
