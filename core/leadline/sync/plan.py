"""The fourth room: what to write, as desired minus last known. Nothing is written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import STAGE_COLUMNS, Source, Support
from leadline.config import WritePolicy
from leadline.lake.sql import name
from leadline.queries import fetch
from leadline.scoring.scores import changes_table
from leadline.sync.narrow import Part
from leadline.sync.stages import DECISIONS, columns_for, decide, with_stages
from leadline.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A label that changes is always written; bare points only when they moved far enough.
LABELS = ("grade", "temperature")
# What begins the name of a model's columns, where it is the only one or has no `output`.
ALONE = ("",)


@dataclass(frozen=True, slots=True)
class Move:
    """One contact's change, for people: values before (None: not known) and after.

    prefix: what begins the names of the fields whose score moves most.
    """

    contact_id: str
    before: dict[str, object]
    after: dict[str, object]
    prefix: str = ""

    @property
    def size(self) -> int:
        """How far the score moves, in points."""
        return abs(_number(self.now("score")) - _number(self.was("score")))

    def now(self, field: str) -> object:
        """The value after, of the model whose score moves most."""
        return self.after.get(self.prefix + field)

    def was(self, field: str) -> object:
        """The value before, of the model whose score moves most."""
        return self.before.get(self.prefix + field)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a push would write to one source: `changes` rows, and the values before them.

    unchanged: contacts that are not written; `held` of them moved, but by less than `min_change`.
    others: contacts that it says nothing of, as only a part was scored.
    stages: what becomes of each stage that a label asks for (see `DECISIONS`). prefixes: what
    begins the names of each model's fields ("b2c_", or "").
    """

    source: str
    changes: pa.Table
    before: pa.Table
    unchanged: int
    held: int = 0
    stages: pa.Table = field(default_factory=DECISIONS.empty_table)
    prefixes: tuple[str, ...] = ALONE
    others: int = 0

    @property
    def size(self) -> int:
        """How many contacts of the source have a score."""
        return int(self.changes.num_rows) + self.unchanged + self.others

    @property
    def refused(self) -> pa.Table:
        """The stages that stay as they are, and why."""
        return self.stages.filter(pc.is_valid(self.stages["reason"]))

    @property
    def staged(self) -> pa.Table:
        """The stages among the changes: contact_id, stage (the value to write), before."""
        empty = pa.nulls(self.changes.num_rows, pa.string())
        column = "stage" if "stage" in self.changes.column_names else "suggested_stage"
        there = column in self.changes.column_names
        now, was = (self.changes[column], self.before[column]) if there else (empty, empty)
        found = pa.table({"contact_id": self.changes["contact_id"], "stage": now, "before": was})
        same = pc.fill_null(pc.equal(found["stage"], found["before"]), False)
        return found.filter(pc.and_(pc.is_valid(found["stage"]), pc.invert(same)))

    def moves(self, top: int) -> list[Move]:
        """The changes that move the score most, largest first."""
        sizes = [self._distance(f"{prefix}score") for prefix in self.prefixes]
        furthest = pc.max_element_wise(*sizes)
        largest = pc.sort_indices(furthest, [("", "descending")])[:top]
        after = self.changes.take(largest).to_pylist()
        before = self.before.take(largest).to_pylist()
        moves = []
        for was, now in zip(before, after, strict=True):
            each = [Move(now["contact_id"], was, now, prefix) for prefix in self.prefixes]
            moves.append(max(each, key=lambda move: move.size))
        return moves

    def _distance(self, column: str) -> pa.ChunkedArray:
        now, was = (pc.fill_null(rows[column], 0) for rows in (self.changes, self.before))
        return pc.abs(pc.subtract(now, was))

    def shifts(self, field: str) -> Counter[tuple[str | None, str | None]]:
        """How many go from which label to which, by any model; those that stay are left out."""
        found: Counter[tuple[str | None, str | None]] = Counter()
        for prefix in self.prefixes:
            was, now = (rows[prefix + field].to_pylist() for rows in (self.before, self.changes))
            found.update(pair for pair in zip(was, now, strict=True) if pair[0] != pair[1])
        return found


def plan(workspace: Workspace, source: Source, scores: pa.Table, part: Part | None = None) -> Plan:
    """The difference between the scores and what the source is known to hold.

    part: whom the scores are of; None for everybody.
    """
    mine = scores.filter(pc.equal(scores["source"], source.name))
    desired = changes_table(workspace.models, mine)
    prefixes = tuple(model.prefix for model in workspace.models)
    others = 0 if part is None else part.others.get(source.name, 0)
    if not _writable(workspace, source):
        none = desired.slice(0, 0)
        return Plan(source.name, none, none, desired.num_rows, prefixes=prefixes, others=others)
    asked = None if part is None else part.of(source.name)
    known = workspace.ledger.known.table(source.name, asked)
    decided = decide(workspace, source, mine)
    with workspace.lake.session(workspace.config.memory_limit) as con:
        con.register("known", known)
        if any(model.for_ for model in workspace.models):
            desired = _with_left(con, workspace, source, desired)
        columns = columns_for(workspace, source, _held_stages(con))
        desired = with_stages(workspace, desired, decided, columns)
        changes, before, held = _difference(con, desired, workspace.config.write, prefixes)
    unchanged = desired.num_rows - changes.num_rows
    return Plan(source.name, changes, before, unchanged, held, decided, prefixes, others)


def _with_left(
    con: DuckDBPyConnection, workspace: Workspace, source: Source, desired: pa.Table
) -> pa.Table:
    """The desired values and, all null, those of contacts that have left every audience."""
    workspace.lake.relation(con, "contacts")
    con.register("wanted", desired.select(["contact_id"]))
    left = fetch(
        con,
        "SELECT c.contact_id FROM contacts c SEMI JOIN known USING (contact_id) "
        "ANTI JOIN wanted USING (contact_id) WHERE c.source = $1 "
        "AND c.deleted IS NOT TRUE AND c.merged_into IS NULL ORDER BY 1",
        [source.name],
    )
    return pa.concat_tables([desired, left], promote_options="default")


def _writable(workspace: Workspace, source: Source) -> bool:
    return workspace.host.connectors[source.connector].capabilities.write is Support.FULL


def _held_stages(con: DuckDBPyConnection) -> set[str]:
    """Those of the stage columns that hold anything in the source."""
    columns = ", ".join(f"count({_json(each)}) AS {each}" for each in STAGE_COLUMNS)
    counts = fetch(con, f"SELECT {columns} FROM known").to_pylist()[0]
    return {each for each, count in counts.items() if count}


def _difference(
    con: DuckDBPyConnection, desired: pa.Table, policy: WritePolicy, prefixes: Sequence[str]
) -> tuple[pa.Table, pa.Table, int]:
    """Rows of `desired` that are to be written, what was known of them, and how many are held.

    A row is held when its points moved, but by less than the policy's `min_change`.
    """
    schema = desired.schema
    before = ", ".join(
        f"{_known_value(each)} AS b{position}" for position, each in enumerate(schema)
    )
    con.register("desired", desired)
    labels, points, far = _conditions(schema, policy, prefixes)
    rows = fetch(
        con,
        f"WITH k AS (SELECT {before}, contact_id AS id FROM known) "
        f"SELECT {_sent(schema)}, k.* EXCLUDE (id), ({labels}) OR ({far}) AS written "
        "FROM desired d LEFT JOIN k ON k.id = d.contact_id "
        f"WHERE ({labels}) OR ({points}) ORDER BY d.contact_id",
    )
    held = pc.sum(pc.invert(rows["written"])).as_py() or 0
    rows, width = rows.filter(rows["written"]), len(schema)
    changes = rows.select(range(width)).cast(schema)
    values = rows.select(range(width, 2 * width)).rename_columns(schema.names)
    values = values.set_column(0, "contact_id", changes["contact_id"])
    return changes, values.cast(schema), int(held)


def _conditions(
    schema: pa.Schema, policy: WritePolicy, prefixes: Sequence[str]
) -> tuple[str, str, str]:
    """Whether a label differs, whether points do, and whether they do by enough."""
    was = {each: f"k.b{schema.get_field_index(each)}" for each in schema.names}
    numbers = [each.name for each in schema if each.type == pa.int32()]
    labels = [_differs(start + each, was[start + each]) for start in prefixes for each in LABELS]
    # To be excluded, or not any more, is a label too.
    scores = [f"{start}score" for start in prefixes]
    labels += [f"(d.{name(each)} IS NULL) <> ({was[each]} IS NULL)" for each in scores]
    if "stage_field" in schema.names:
        # The CRM's own field: an empty stage leaves it alone.
        labels.append(f"d.stage IS NOT NULL AND {_differs('stage', was['stage'])}")
    elif "stage" in schema.names:
        labels.append(_differs("stage", was["stage"]))
    if "suggested_stage" in schema.names:
        labels.append(_differs("suggested_stage", was["suggested_stage"]))
    differ = " OR ".join(_differs(each, was[each]) for each in numbers)
    moved = ", ".join(f"abs(d.{name(each)} - {was[each]})" for each in numbers)
    stamps = [f"{start}scored_at" for start in prefixes]
    ages = ", ".join(f"d.{name(each)} - {was[each]}" for each in stamps)
    old = f"greatest({ages}) >= to_days({policy.at_least_every})"
    far = (
        f"({differ}) AND (coalesce(greatest({moved}) >= {policy.min_change}, true) "
        f"OR coalesce({old}, true))"
    )
    return " OR ".join(f"({each})" for each in labels), differ, far


def _differs(column: str, was: str) -> str:
    return f"d.{name(column)} IS DISTINCT FROM {was}"


def _sent(schema: pa.Schema) -> str:
    """The columns of a change; a stage in the CRM's own field is sent only where it differs."""
    if "stage_field" not in schema.names:
        return "d.*"
    known = f"k.b{schema.get_field_index('stage')}"
    columns = ("stage", "stage_field")
    parts = (
        f"CASE WHEN d.stage IS DISTINCT FROM {known} THEN d.{each} END AS {each}"
        for each in columns
    )
    return f"d.* REPLACE ({', '.join(parts)})"


def _json(column: str) -> str:
    """The known value of a field out of its JSON, as text."""
    return f"json_extract_string(\"values\", '$.{column}')"


def _known_value(field: pa.Field) -> str:
    """The known value of a field out of its JSON, in the type of a change."""
    if field.name == "contact_id":
        return "contact_id"
    kind = {pa.int32(): "INTEGER", pa.string(): "VARCHAR"}.get(field.type, "TIMESTAMPTZ")
    return f"TRY_CAST({_json(field.name)} AS {kind})"


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
