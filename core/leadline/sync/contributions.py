"""The rows of the explanation for all contacts at once: what each rule and limit gives or takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadline.scoring.compiler import CompiledModel
from leadline.scoring.sales import PINNED

Points = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Contribution:
    """One rule (after its own limit) or limit, and its points for each contact, in one order."""

    rule: str
    dimension: str
    points: Points
    is_limit: bool = True


def contributions(compiled: CompiledModel, wide: pa.Table) -> list[Contribution]:
    """What adds up to each contact's score, 0 where there is none; rows as `wide` has them."""
    found = [*_rules(compiled, wide), *_limits(compiled, wide)]
    total, score = _whole(wide["total"]), _whole(wide["score"])
    own = _whole(wide["own_score"]) if "own_score" in wide.column_names else score
    included = pc.is_null(wide["exclusion"]).to_numpy().astype(bool)
    found.append(Contribution("Limit of the score", "", np.where(included, own - total, 0)))
    position = pc.fill_null(wide["exclusion"], -1).to_numpy()
    for i, exclusion in enumerate(compiled.model.exclusions):
        taken = np.where(position == i, -total, 0)
        found.append(Contribution(f"Excluded: {exclusion.name}", "", taken))
    return [*found, Contribution(PINNED, "", score - own)]


def _rules(compiled: CompiledModel, wide: pa.Table) -> Iterator[Contribution]:
    for i, rule in enumerate(compiled.model.rules):
        points = _whole(wide[compiled.after_limit(i)])
        yield Contribution(rule.name, rule.dimension, points, is_limit=False)


def _limits(compiled: CompiledModel, wide: pa.Table) -> Iterator[Contribution]:
    model = compiled.model
    for g, name in enumerate(model.groups):
        home = next(rule.dimension for rule in model.rules if rule.group == name)
        taken = _whole(wide[f"h{g}"]) - _whole(wide[f"g{g}"])
        yield Contribution(f"Limit of group {name}", home, taken)
    for d, name in enumerate(model.dimensions):
        taken = _whole(wide[f"e{d}"]) - _whole(wide[f"d{d}"])
        yield Contribution(f"Limit of {name}", name, taken)


def _whole(column: pa.ChunkedArray) -> Points:
    found: Points = pc.fill_null(column, 0).to_numpy().astype(np.int64)
    return found
