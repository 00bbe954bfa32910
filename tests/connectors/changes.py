"""Scores to be written, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from leadline.batches import Outcome, WriteResult, output_schema

NOW = datetime(2026, 11, 20, 10, 30, 0, 123_456, UTC)
OUTPUT = output_schema(["fit", "engagement"]).remove(0)


def changes(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Changes with a score of 40 unless the row says otherwise."""
    usual = {"score": 40, "fit": 30, "engagement": 10, "grade": "A2", "temperature": "warm"}
    usual |= {"reasons": "Head of IT", "model_version": "v1", "scored_at": NOW}
    staged = ("stage", "stage_field") if any("stage" in row for row in rows) else ()
    schema = output_schema(["fit", "engagement"], staged)
    return pa.Table.from_pylist([{**usual, **row} for row in rows], schema=schema)


def by_contact(
    results: Iterable[WriteResult], rows: Sequence[Mapping[str, Any]]
) -> dict[str, WriteResult]:
    """The results of writing these rows; exactly one each."""
    found = list(results)
    assert sorted(each.contact_id for each in found) == sorted(row["contact_id"] for row in rows)
    return {each.contact_id: each for each in found}


def outcomes(results: Mapping[str, WriteResult]) -> dict[str, Outcome]:
    return {contact_id: each.outcome for contact_id, each in results.items()}
