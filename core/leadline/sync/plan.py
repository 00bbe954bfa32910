"""The fourth room: what to write, as desired minus last known. Nothing is written here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import Source, Support
from leadline.queries import fetch
from leadline.scoring.scores import changes_table
from leadline.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Why and when alone are no reason to write: they follow the score.
COMPANIONS = ("reasons", "model_version", "scored_at")


@dataclass(frozen=True, slots=True)
class Move:
    """One contact's change, for people: values before (None: not known) and after."""

    contact_id: str
    before: dict[str, object]
    after: dict[str, object]

    @property
    def size(self) -> int:
        """How far the score moves, in points."""
        return abs(_number(self.after.get("score")) - _number(self.before.get("score")))


@dataclass(frozen=True, slots=True)
class Plan:
    """What a push would write to one source: `changes` rows, and the values before them."""

    source: str
    changes: pa.Table
    before: pa.Table
    unchanged: int

    def moves(self, top: int) -> list[Move]:
        """The changes that move the score most, largest first."""
        size = pc.abs(
            pc.subtract(
                pc.fill_null(self.changes["score"], 0), pc.fill_null(self.before["score"], 0)
            )
        )
        largest = pc.sort_indices(size, [("", "descending")])[:top]
        after = self.changes.take(largest).to_pylist()
        before = self.before.take(largest).to_pylist()
        return [Move(row["contact_id"], was, row) for was, row in zip(before, after, strict=True)]

    def shifts(self, field: str) -> Counter[tuple[str | None, str | None]]:
        """How many contacts go from which label to which; those that stay are left out."""
        pairs = zip(self.before[field].to_pylist(), self.changes[field].to_pylist(), strict=True)
        return Counter((was, now) for was, now in pairs if was != now)


def plan(workspace: Workspace, source: Source, scores: pa.Table) -> Plan:
    """The difference between the scores and what the source is known to hold."""
    mine = scores.filter(pc.equal(scores["source"], source.name))
    desired = changes_table(workspace.model, mine)
    if not _writable(workspace, source):
        return Plan(source.name, desired.slice(0, 0), desired.slice(0, 0), desired.num_rows)
    known = workspace.ledger.known.table(source.name)
    with workspace.lake.session(workspace.config.memory_limit) as con:
        changes, before = _difference(con, desired, known)
    return Plan(source.name, changes, before, desired.num_rows - changes.num_rows)


def _writable(workspace: Workspace, source: Source) -> bool:
    return workspace.host.connectors[source.connector].capabilities.write is Support.FULL


def _difference(
    con: DuckDBPyConnection, desired: pa.Table, known: pa.Table
) -> tuple[pa.Table, pa.Table]:
    """Rows of `desired` whose values differ from those known, and what was known, row by row."""
    schema = desired.schema
    decisive = [name for name in schema.names if name not in ("contact_id", *COMPANIONS)]
    before = ", ".join(
        f"{_known_value(field)} AS b{position}" for position, field in enumerate(schema)
    )
    differs = " OR ".join(
        f"d.{name} IS DISTINCT FROM k.b{schema.get_field_index(name)}" for name in decisive
    )
    con.register("desired", desired)
    con.register("known", known)
    rows = fetch(
        con,
        f"WITH k AS (SELECT {before}, contact_id AS id FROM known) "
        f"SELECT d.*, k.* EXCLUDE (id) FROM desired d LEFT JOIN k ON k.id = d.contact_id "
        f"WHERE {differs} ORDER BY d.contact_id",
    )
    width = len(schema)
    changes = rows.select(range(width)).cast(schema)
    values = rows.select(range(width, 2 * width)).rename_columns(schema.names)
    values = values.set_column(0, "contact_id", changes["contact_id"])
    return changes, values.cast(schema)


def _known_value(field: pa.Field) -> str:
    """The known value of a field out of its JSON, in the type of a change."""
    if field.name == "contact_id":
        return "contact_id"
    kind = {pa.int32(): "INTEGER", pa.string(): "VARCHAR"}.get(field.type, "TIMESTAMPTZ")
    return f"TRY_CAST(json_extract_string(\"values\", '$.{field.name}') AS {kind})"


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
