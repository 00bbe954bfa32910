"""The points of every rule and limit of a contact, packed into a few bytes.

A packed score is a run of entries, one for each row that is not 0: the place in the layout as an
unsigned 16-bit number and the points as a signed 32-bit one, both little-endian.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadline.scoring.compiler import CompiledModel
from leadline.scoring.explain import Row
from leadline.scoring.sales import PINNED

Points = npt.NDArray[np.int32]

RULE, LIMIT, GROUP, DIMENSION, TOTAL, EXCLUSION, PIN = (
    *("rule", "limit", "group", "dimension", "total", "exclusion", "pin"),
)
_ENTRY = np.dtype([("place", "<u2"), ("points", "<i4")])
_PLAIN_ENTRY = struct.Struct("<Hi")
_ROWS = 100_000  # at a time, so that the matrix of all places stays small


@dataclass(frozen=True, slots=True)
class Place:
    """One row that a score can have; bound: of a limit, where it bites."""

    rule: str
    dimension: str
    kind: str
    bound: int = 0

    def row(self, points: int) -> Row:
        return Row(self.rule, self.dimension, points, self._detail(points))

    def _detail(self, points: int) -> str:
        if self.kind in (LIMIT, GROUP):
            return f"at most {self.bound} in size"
        if self.kind == DIMENSION and points > 0:
            return "not below 0"
        if self.kind in (DIMENSION, TOTAL):
            return f"at most {self.bound}"
        return "no score" if self.kind == EXCLUSION else ""


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of one model's rows, in the order in which `explain` tells them."""

    places: tuple[Place, ...]

    def rows(self, packed: bytes | None) -> tuple[Row, ...]:
        """The rows of one score; they add up to it, and to 0 where there is none."""
        if not packed:
            return ()
        return tuple(
            self.places[place].row(points) for place, points in _PLAIN_ENTRY.iter_unpack(packed)
        )

    def as_json(self) -> str:
        return json.dumps([asdict(place) for place in self.places])

    @classmethod
    def from_json(cls, text: str) -> Layout:
        return cls(tuple(Place(**each) for each in json.loads(text)))


def layout(compiled: CompiledModel) -> Layout:
    """The places of a model's rows."""
    return Layout(tuple(_places(compiled)))


def pack(compiled: CompiledModel, wide: pa.Table) -> pa.ChunkedArray:
    """Each contact's points, packed; rows as `wide` has them (see `CompiledModel`)."""
    parts = [_pack(compiled, wide.slice(start, _ROWS)) for start in range(0, wide.num_rows, _ROWS)]
    return pa.chunked_array(parts, pa.binary())


def uses(packed: pa.ChunkedArray, places: int) -> list[tuple[int, int]]:
    """For each place how many contacts have points of it, and how many points in all."""
    contacts, points = np.zeros(places, np.int64), np.zeros(places, np.int64)
    for chunk in packed.chunks:
        joined = b"".join(chunk.drop_null().to_pylist())
        entries = np.frombuffer(joined, _ENTRY)
        contacts += np.bincount(entries["place"], minlength=places)
        points += np.bincount(entries["place"], entries["points"], minlength=places).astype(
            np.int64
        )
    return list(zip(contacts.tolist(), points.tolist(), strict=True))


def _places(compiled: CompiledModel) -> Iterator[Place]:
    model = compiled.model
    for rule in model.rules:
        yield Place(rule.name, rule.dimension, RULE)
        if rule.limit is not None:
            yield Place(f"Limit of {rule.name}", rule.dimension, LIMIT, rule.limit)
    for name, group in model.groups.items():
        home = next((rule.dimension for rule in model.rules if rule.group == name), "")
        yield Place(f"Limit of group {name}", home, GROUP, group.limit)
    for name, dimension in model.dimensions.items():
        yield Place(f"Limit of {name}", name, DIMENSION, dimension.max)
    yield Place("Limit of the score", "", TOTAL, model.max)
    for exclusion in model.exclusions:
        yield Place(f"Excluded: {exclusion.name}", "", EXCLUSION)
    yield Place(PINNED, "", PIN)


def _columns(compiled: CompiledModel, wide: pa.Table) -> Iterator[Points]:
    """One column for each place of the layout."""
    model = compiled.model
    for i, rule in enumerate(model.rules):
        raw = _whole(wide[f"r{i}"])
        yield raw
        if rule.limit is not None:
            yield _whole(wide[f"l{i}"]) - raw
    for g in range(len(model.groups)):
        yield _whole(wide[f"h{g}"]) - _whole(wide[f"g{g}"])
    for d in range(len(model.dimensions)):
        yield _whole(wide[f"e{d}"]) - _whole(wide[f"d{d}"])
    total = _whole(wide["total"])
    kept = np.minimum(total, model.max)
    yield kept - total
    position = pc.fill_null(wide["exclusion"], -1).to_numpy()
    for i in range(len(model.exclusions)):
        yield np.where(position == i, -kept, 0)
    pinned = "own_score" in wide.column_names
    yield _whole(wide["score"]) - _whole(wide["own_score"]) if pinned else np.zeros_like(total)


def _pack(compiled: CompiledModel, wide: pa.Table) -> pa.Array:
    matrix = np.column_stack(list(_columns(compiled, wide)))
    rows, places = np.nonzero(matrix)
    entries = np.empty(len(rows), _ENTRY)
    entries["place"], entries["points"] = places, matrix[rows, places]
    offsets = np.zeros(wide.num_rows + 1, np.int32)
    np.cumsum(np.bincount(rows, minlength=wide.num_rows), out=offsets[1:])
    buffers = [None, pa.py_buffer(offsets * _ENTRY.itemsize), pa.py_buffer(entries.tobytes())]
    return pa.Array.from_buffers(pa.binary(), wide.num_rows, buffers)


def _whole(column: pa.ChunkedArray) -> Points:
    found: Points = pc.fill_null(column, 0).to_numpy().astype(np.int32)
    return found


def differences(
    before: tuple[Layout, bytes | None], after: tuple[Layout, bytes | None], top: int
) -> Sequence[tuple[str, int]]:
    """The rows that moved most between two scores, by name, and by how many points."""
    moved: dict[str, int] = {}
    for (places, packed), sign in ((after, 1), (before, -1)):
        for row in places.rows(packed):
            moved[row.rule] = moved.get(row.rule, 0) + sign * row.points
    found = [(rule, points) for rule, points in moved.items() if points]
    return sorted(found, key=lambda each: (-abs(each[1]), each[0]))[:top]
