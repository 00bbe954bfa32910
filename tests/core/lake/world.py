"""Short words for the lake's tests: rows in, rows out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from leadline.batches import Stream, activity_schema, contact_schema
from leadline.lake import Committed, Lake
from leadline.vocabulary import FieldType

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
WANTED = {
    "job_title": FieldType.TEXT,
    "company.employees": FieldType.INTEGER,
    "budget": FieldType.MONEY,
    "product_interest": FieldType.SET,
}


def after(days: float) -> datetime:
    """So many days after the start."""
    return START + timedelta(days=days)


def contacts(*rows: Mapping[str, object], wanted: dict[str, FieldType] | None = None) -> pa.Table:
    """A typed batch of contacts."""
    schema = contact_schema(WANTED if wanted is None else wanted)
    return pa.Table.from_pylist(list(rows), schema=schema)


def activities(*rows: Mapping[str, object]) -> pa.Table:
    """A typed batch of activities; what a row leaves out is a page view at the start."""
    usual: dict[str, object] = {"contact_id": "1", "type": "page_view", "occurred_at": START}
    return pa.Table.from_pylist([{**usual, **row} for row in rows], schema=activity_schema())


def commit(lake: Lake, rows: pa.Table, day: float = 0, source: str = "crm") -> Committed:
    """Commit a batch, learned so many days after the start."""
    stream = Stream.ACTIVITIES if "activity_id" in rows.column_names else Stream.CONTACTS
    return lake.commit(
        stream, source, rows, learned_at=after(day), seq=int(day), checkpoint={"day": day}
    )


def read(lake: Lake, table: str, as_of: datetime | None = None) -> list[dict[str, object]]:
    """All rows of a relation, in a steady order."""
    con = lake.session()
    try:
        lake.relation(con, table, as_of)
        found: list[dict[str, object]] = con.sql(f"FROM {table}").to_arrow_table().to_pylist()
    finally:
        con.close()
    return sorted(found, key=repr)


def files(folder: Path) -> set[str]:
    """Everything below a folder that a write would add to."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
