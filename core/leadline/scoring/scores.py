"""From the query's wide rows to what is published and written: scores, labels and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import changes_schema, output_columns
from leadline.model import Model
from leadline.scoring.compiler import CompiledModel
from leadline.scoring.sales import PINNED
from leadline.vocabulary import FieldType

REASONS = 3


def scores_table(compiled: CompiledModel, wide: pa.Table, as_of: datetime) -> pa.Table:
    """The lake's `scores` rows: score, points of each dimension, labels, and why."""
    model, rows = compiled.model, wide.num_rows
    included = pc.is_null(wide["exclusion"])
    names = pa.array([exclusion.name for exclusion in model.exclusions], pa.string())
    return pa.table(
        {
            "source": wide["source"],
            "contact_id": wide["contact_id"],
            "model": _constant(model.name, rows),
            "model_version": _constant(model.version, rows),
            "as_of": pa.repeat(pa.scalar(as_of, FieldType.INSTANT.arrow), rows),
            "score": wide["score"].cast(pa.int32()),
            "dimensions": _dimensions(model, wide, included),
            "grade": wide["grade"].cast(pa.string()),
            "temperature": wide["temperature"].cast(pa.string()),
            "excluded": names.take(wide["exclusion"].combine_chunks().cast(pa.int32())),
            "reasons": reasons(compiled, wide),
        }
    )


def changes_table(models: Sequence[Model], scores: pa.Table) -> pa.Table:
    """The rows of `scores` as a connector writes them: one per contact (see `changes_schema`).

    scores: of one source. What a model says nothing about a contact is null, and empties a field.
    """
    answers = [
        _answer(model, scores.filter(pc.equal(scores["model"], model.name))) for model in models
    ]
    ids = answers[0]["contact_id"]
    if len(answers) > 1:
        ids = pc.unique(pa.chunked_array([c for a in answers for c in a["contact_id"].chunks]))
    columns: list[pa.ChunkedArray | pa.Array] = [ids]
    for answer in answers:
        place = pc.index_in(ids, value_set=answer["contact_id"])
        columns += answer.drop_columns("contact_id").take(place).columns
    schema = changes_schema(output_columns(model.dimensions, model.prefix) for model in models)
    return pa.table(columns, names=schema.names).cast(schema)


def _answer(model: Model, scores: pa.Table) -> pa.Table:
    """The values of one model's output, in the order of `output_columns`."""
    dimensions = scores["dimensions"].combine_chunks()
    return pa.table(
        {
            "contact_id": scores["contact_id"],
            "score": scores["score"],
            **{name: pc.map_lookup(dimensions, name, "first") for name in model.dimensions},
            "grade": scores["grade"],
            "temperature": scores["temperature"],
            "reasons": scores["reasons"],
            "model_version": scores["model_version"],
            "scored_at": scores["as_of"],
        }
    )


def reasons(compiled: CompiledModel, wide: pa.Table) -> pa.Array:
    """The rules that gave most, best first ("Pricing page +30, Decision maker +20").

    An excluded contact's reason is the exclusion. Points are after each rule's own limit.
    """
    rules = compiled.model.rules
    points = np.column_stack(
        [wide[compiled.after_limit(i)].to_numpy().astype(np.int32) for i in range(len(rules))]
    )
    # Stable, so that of two equal rules the one named first in the file wins.
    best = np.argsort(-points, axis=1, kind="stable")[:, :REASONS]
    names = pa.array([rule.name for rule in rules], pa.string())
    joined = pa.repeat(pa.scalar("", pa.string()), wide.num_rows)
    for rank in range(best.shape[1]):
        chosen = best[:, rank]
        worth = np.take_along_axis(points, chosen[:, None], axis=1)[:, 0]
        shown = pa.array(worth, mask=worth <= 0).cast(pa.string())
        part = pc.binary_join_element_wise(names.take(pa.array(chosen)), shown, " +")
        if rank:
            part = pc.binary_join_element_wise(", ", part, "")
        joined = pc.binary_join_element_wise(joined, pc.fill_null(part, ""), "")
    excluded = pa.array([f"Excluded: {one.name}" for one in compiled.model.exclusions], pa.string())
    why = excluded.take(wide["exclusion"].combine_chunks().cast(pa.int32()))
    if "pin" in wide.column_names:
        voice = pc.binary_join_element_wise(f"{PINNED}:", wide["pin"].combine_chunks(), " ")
        rest = pc.if_else(pc.equal(joined, ""), "", pc.binary_join_element_wise(", ", joined, ""))
        joined = pc.coalesce(pc.binary_join_element_wise(voice, rest, ""), joined)
    said = pc.coalesce(why, joined)
    return pc.if_else(pc.equal(said, ""), pa.scalar(None, pa.string()), said)


def _dimensions(model: Model, wide: pa.Table, included: pa.ChunkedArray) -> pa.Array:
    """A map per contact, dimension → points; null when excluded."""
    rows, count = wide.num_rows, len(model.dimensions)
    points = np.column_stack([wide[f"e{d}"].to_numpy().astype(np.int32) for d in range(count)])
    offsets = pa.array(np.arange(rows + 1, dtype=np.int32) * count)
    keys = pa.array(list(model.dimensions), pa.string()).take(
        pa.array(np.tile(np.arange(count), rows))
    )
    maps = pa.MapArray.from_arrays(offsets, keys, pa.array(points.reshape(-1), pa.int32()))
    empty = pa.scalar(None, maps.type)
    return pc.if_else(included.combine_chunks(), maps, empty)


def _constant(value: str, rows: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, pa.string()), rows)
