"""What another model does to the base: scores, labels and rules, one model beside the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadline.scoring.compiler import CompiledModel
from leadline.sync.contributions import Contribution, Points, contributions
from leadline.sync.replay import key_of

# Where the bands of differences begin, in hundredths of the highest score.
_EDGES = (1, 5, 10, 20)

Labels = Counter[tuple[str | None, str | None]]
# Rows by whether they are a limit's, and by name.
Given = Mapping[tuple[bool, str], Contribution]


@dataclass(frozen=True, slots=True)
class Scored:
    """A model with its answer: the engine's rows, one per contact of the model's audience."""

    compiled: CompiledModel
    wide: pa.Table


@dataclass(frozen=True, slots=True)
class Band:
    """How many scores move by least…most points; None: no bound on that side."""

    least: int | None
    most: int | None
    contacts: int


@dataclass(frozen=True, slots=True)
class Share:
    """What a rule or a limit gives over the whole base under each model; None: it has none such.

    contacts: those for whom it gives something else than before.
    """

    rule: str
    dimension: str
    old: int | None
    new: int | None
    old_contacts: int
    new_contacts: int
    contacts: int

    @property
    def points(self) -> int:
        """How many points more it gives."""
        return (self.new or 0) - (self.old or 0)


@dataclass(frozen=True, slots=True)
class Mover:
    """One contact's difference, and the rules and limits that it comes from."""

    source: str
    contact_id: str
    before: Mapping[str, object]
    after: Mapping[str, object]
    points: int
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Effects:
    """The whole base, contact by contact, under two models on the same facts.

    differences: source, contact_id, old and new score, temperature and grade. gained, lost:
    contacts that get a score at all, or lose it. points: the sum of all differences.
    """

    differences: pa.Table
    bands: tuple[Band, ...]
    gained: int
    lost: int
    points: int
    shares: tuple[Share, ...]
    top: tuple[Mover, ...]

    @property
    def contacts(self) -> int:
        return int(self.differences.num_rows)

    @property
    def changed(self) -> int:
        """Contacts whose score differs, as a score does from none."""
        return self.gained + self.lost + sum(band.contacts for band in self.bands)

    def labels(self, field: str) -> Labels:
        """How many contacts have which label under the old and the new model, the most first."""
        pairs = self.differences.select([f"old_{field}", f"new_{field}"])
        counted = pairs.group_by(pairs.column_names, use_threads=False).aggregate(
            [([], "count_all")]
        )
        names = (*pairs.column_names, "count_all")
        rows = zip(*(counted[name].to_pylist() for name in names), strict=True)
        # Of moves that are equally common the first by label, whatever order the rows came in.
        ordered = sorted(rows, key=lambda row: (-row[2], row[0] or "", row[1] or ""))
        return Counter({(was, now): contacts for was, now, contacts in ordered})


def effects(old: Scored, new: Scored, top: int) -> Effects:
    """Lay the two answers side by side. top: how many movers to explain."""
    was, now = _side_by_side(old.wide, new.wide)
    differences = _differences(was, now)
    given = _given(old, was), _given(new, now)
    moved = _moved(differences)
    return Effects(
        differences=differences,
        bands=_bands(differences, max(old.compiled.model.max, new.compiled.model.max)),
        gained=_count(pc.and_(pc.is_null(differences["old_score"]), _has(differences, "new"))),
        lost=_count(pc.and_(pc.is_null(differences["new_score"]), _has(differences, "old"))),
        points=int(moved.sum()),
        shares=_shares(*given),
        top=_movers(differences, moved, *given, top),
    )


def _side_by_side(old: pa.Table, new: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The rows of both in one order; a row of nulls for a contact that only the other has."""
    old_keys, new_keys = key_of(old), key_of(new)
    keys = pc.unique(pa.chunked_array([*old_keys.chunks, *new_keys.chunks]))
    # The keys begin with the old ones as they stand.
    same = old.num_rows == len(keys)
    was = old if same else old.take(pc.index_in(keys, value_set=old_keys))
    return was, new.take(pc.index_in(keys, value_set=new_keys))


def _differences(old: pa.Table, new: pa.Table) -> pa.Table:
    columns = {key: pc.coalesce(old[key], new[key]) for key in ("source", "contact_id")}
    for side, rows in (("old", old), ("new", new)):
        columns |= {f"{side}_{name}": rows[name] for name in ("score", "temperature", "grade")}
    return pa.table(columns)


def _given(scored: Scored, wide: pa.Table) -> Given:
    """The rows of the explanation by name, the contacts in the order of `wide`.

    A rule's name is its identity, also in another dimension.
    """
    rows = contributions(scored.compiled, wide)
    return {(row.is_limit, row.rule): row for row in rows}


def _moved(differences: pa.Table) -> Points:
    old, new = (
        pc.fill_null(differences[f"{side}_score"], 0).to_numpy().astype(np.int64)
        for side in ("old", "new")
    )
    moved: Points = new - old
    return moved


def _bands(differences: pa.Table, highest: int) -> tuple[Band, ...]:
    """The contacts with a score under both models, by how far it moves."""
    both = differences.filter(pc.and_(_has(differences, "old"), _has(differences, "new")))
    moved = _moved(both)
    unit = max(1, highest // 100)
    starts = [edge * unit for edge in _EDGES]
    up = [(low, high - 1) for low, high in pairwise(starts)]
    bounds: list[tuple[int | None, int | None]] = [(None, -starts[-1])]
    bounds += [(-most, -least) for least, most in reversed(up)]
    bounds += [*up, (starts[-1], None)]
    return tuple(Band(least, most, _between(moved, least, most)) for least, most in bounds)


def _between(moved: Points, least: int | None, most: int | None) -> int:
    inside = np.ones(len(moved), dtype=bool)
    if least is not None:
        inside &= moved >= least
    if most is not None:
        inside &= moved <= most
    return int(inside.sum())


def _shares(old: Given, new: Given) -> tuple[Share, ...]:
    """Every rule and limit, what changes most first; limits that never bite are left out."""
    shares = []
    for key in dict.fromkeys((*new, *old)):
        was, now = old.get(key), new.get(key)
        shown = now or was
        assert shown is not None
        before = was.points if was else np.zeros_like(shown.points)
        after = now.points if now else np.zeros_like(shown.points)
        if shown.is_limit and not before.any() and not after.any():
            continue
        shares.append(
            Share(
                rule=shown.rule,
                dimension=shown.dimension,
                old=int(before.sum()) if was else None,
                new=int(after.sum()) if now else None,
                old_contacts=int(np.count_nonzero(before)),
                new_contacts=int(np.count_nonzero(after)),
                contacts=int(np.count_nonzero(before != after)),
            )
        )
    return tuple(sorted(shares, key=lambda share: (-abs(share.points), -share.contacts)))


def _movers(
    differences: pa.Table,
    moved: Points,
    old: Given,
    new: Given,
    top: int,
) -> tuple[Mover, ...]:
    """The contacts whose score moves most; of equal ones the first by source and id."""
    ranks = pa.table(
        {
            "size": np.abs(moved),
            "source": differences["source"],
            "contact_id": differences["contact_id"],
        }
    )
    order = [("size", "descending"), ("source", "ascending"), ("contact_id", "ascending")]
    found = pc.select_k_unstable(ranks, k=min(top, len(moved)), sort_keys=order).to_pylist()
    return tuple(
        Mover(
            source=row["source"],
            contact_id=row["contact_id"],
            before=_side(row, "old"),
            after=_side(row, "new"),
            points=int(moved[at]),
            reasons=_reasons(at, old, new),
        )
        for at, row in zip(found, differences.take(found).to_pylist(), strict=True)
        if moved[at]
    )


def _side(row: Mapping[str, object], side: str) -> dict[str, object]:
    return {name: row[f"{side}_{name}"] for name in ("score", "temperature", "grade")}


def _reasons(
    at: int,
    old: Given,
    new: Given,
) -> tuple[tuple[str, int], ...]:
    """What each rule and limit gives more or less here, largest first; adds up to the move."""
    given = [
        (key[1], _at(new.get(key), at) - _at(old.get(key), at))
        for key in dict.fromkeys((*new, *old))
    ]
    return tuple(sorted((each for each in given if each[1]), key=lambda each: -abs(each[1])))


def _at(found: Contribution | None, at: int) -> int:
    return 0 if found is None else int(found.points[at])


def _has(differences: pa.Table, side: str) -> pa.ChunkedArray:
    return pc.is_valid(differences[f"{side}_score"])


def _count(flags: pa.ChunkedArray) -> int:
    return int(pc.sum(flags).as_py() or 0)
