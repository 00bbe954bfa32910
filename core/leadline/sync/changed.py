"""Whose temperature, grade or stage a run changes: a row per person, for `stages_changed`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import LEAD_CHANGES
from leadline.lake.sql import instant, name
from leadline.queries import fetch
from leadline.scoring.people import show_people
from leadline.sync.plan import Plan
from leadline.vocabulary import STANDARD_FIELDS, column_of
from leadline.workspace import Workspace

_FACTS = ("first_name", "last_name", "company", "owner")
# Besides `LEAD_CHANGES`: "source:contact_id" of the records that a stage is written to.
_KEPT = LEAD_CHANGES.append(pa.field("records", pa.list_(pa.string())))
# Each label, the stage that it names, and whether it says something of a new lead.
_TOLD = pa.schema(
    [
        *((each, pa.string()) for each in ("model", "temperature", "stage")),
        ("place", pa.int32()),
        ("warm", pa.bool_()),
    ]
)
_STAGED = pa.schema(
    [(each, pa.string()) for each in ("source", "contact_id", "stage", "before", "record")]
)

# Records whose label differs from the published one, or that have none yet, as persons.
_TOUCHED = """
CREATE TEMP TABLE touched AS
SELECT DISTINCT n.model, coalesce(m.person_source, n.source) AS source,
       coalesce(m.person_id, n.contact_id) AS contact_id
FROM now n
LEFT JOIN scores s ON s.model = n.model AND s.source = n.source AND s.contact_id = n.contact_id
LEFT JOIN members m ON m.source = n.source AND m.contact_id = n.contact_id
WHERE (s.contact_id IS NULL OR s.temperature IS DISTINCT FROM n.temperature
       OR s.grade IS DISTINCT FROM n.grade)
  AND n.model IN (SELECT DISTINCT model FROM scores)
"""
# A person's answer is that of the least of its records that has one, the live ones first.
_ANSWER = """
CREATE TEMP TABLE {table} AS
SELECT DISTINCT ON (t.model, t.source, t.contact_id) t.*, a.score, a.temperature, a.grade, a.reasons
FROM touched t
LEFT JOIN members m ON m.person_source = t.source AND m.person_id = t.contact_id
JOIN {answers} a ON a.model = t.model AND a.source = coalesce(m.source, t.source)
     AND a.contact_id = coalesce(m.contact_id, t.contact_id)
ORDER BY t.model, t.source, t.contact_id, m.live DESC, a.source, a.contact_id
"""
_LABELS = """
SELECT n.model, n.source, n.contact_id, what, old, new, n.score, n.temperature, n.grade, n.reasons,
       NULL::VARCHAR[] AS records
FROM later n LEFT JOIN earlier e USING (model, source, contact_id)
LEFT JOIN told t ON t.model = n.model AND t.temperature = n.temperature,
LATERAL (VALUES ('temperature', e.temperature, n.temperature), ('grade', e.grade, n.grade))
     AS change(what, old, new)
WHERE old IS DISTINCT FROM new
  AND (e.contact_id IS NOT NULL OR (what = 'temperature' AND t.warm))
"""
_STAGES = """
SELECT n.model, g.source, g.contact_id, 'stage' AS what, g.before AS old, g.stage AS new,
       n.score, n.temperature, n.grade, n.reasons, g.records
FROM (
    SELECT coalesce(m.person_source, s.source) AS source,
           coalesce(m.person_id, s.contact_id) AS contact_id, stage,
           min_by(before, record) AS before, min(record) AS first, list(record) AS records
    FROM staged s LEFT JOIN members m ON m.source = s.source AND m.contact_id = s.contact_id
    GROUP BY ALL
) g JOIN (
    SELECT DISTINCT ON (n.source, n.contact_id, t.stage) n.*, t.stage
    FROM now n JOIN told t ON t.model = n.model AND t.temperature = n.temperature
    ORDER BY n.source, n.contact_id, t.stage, t.place
) n ON n.source || ':' || n.contact_id = g.first AND n.stage = g.stage
WHERE n.model IN (SELECT DISTINCT model FROM scores)
"""


def changed_leads(
    workspace: Workspace, scores: pa.Table, plans: Mapping[str, Plan], at: datetime
) -> pa.Table:
    """The rows of `_KEPT` that publishing these scores and writing these plans makes true.

    Call it before they are published. A model's first answer changes nothing: nobody was told of
    another.
    """
    wanted = {fact: STANDARD_FIELDS[fact] for fact in _FACTS}
    with workspace.lake.session(workspace.config.memory_limit) as con:
        workspace.lake.relation(con, "scores")
        show_people(con, workspace.lake, None, wanted, workspace.identity)
        con.register("now", scores)
        con.register("told", _told(workspace))
        con.register("staged", _staged(workspace, plans))
        con.execute(_TOUCHED)
        con.execute(_ANSWER.format(table="later", answers="now"))
        con.execute(_ANSWER.format(table="earlier", answers="scores"))
        facts = ", ".join(f"c.{name(column_of(fact))} AS {fact}" for fact in ("email", *_FACTS))
        rows = fetch(
            con,
            f"SELECT k.*, {instant(at)} AS at, {facts} FROM ({_LABELS} UNION ALL {_STAGES}) k "
            "LEFT JOIN contacts c ON c.source = k.source AND c.contact_id = k.contact_id "
            "ORDER BY k.model, k.score DESC NULLS LAST, k.source, k.contact_id, k.what",
        )
    return rows.select(_KEPT.names).cast(_KEPT)


def _told(workspace: Workspace) -> pa.Table:
    """Each label of each model (`_TOLD`)."""
    rows = [
        {
            "model": model.name,
            "temperature": label.name,
            "stage": label.stage,
            "place": place,
            "warm": label.from_ > 0,
        }
        for place, model in enumerate(workspace.models)
        for label in model.ranked
    ]
    return pa.Table.from_pylist(rows, schema=_TOLD)


def _staged(workspace: Workspace, plans: Mapping[str, Plan]) -> pa.Table:
    """The stages that the plans write, by leadline's names; a suggestion is no change."""
    found = []
    for source, plan in plans.items():
        if "stage" not in plan.changes.column_names:
            continue
        names = {
            line.value: stage for stage, line in workspace.config.sources[source].stages.items()
        }
        for row in plan.staged.to_pylist():
            found.append(
                {
                    "source": source,
                    "contact_id": row["contact_id"],
                    "stage": names.get(row["stage"], row["stage"]),
                    "before": names.get(row["before"], row["before"]),
                    "record": f"{source}:{row['contact_id']}",
                }
            )
    return pa.Table.from_pylist(found, schema=_STAGED)


def written(rows: pa.Table, records: set[str]) -> pa.Table:
    """The rows without stages that none of a person's records took."""
    kept = [
        each is None or any(record in records for record in each)
        for each in rows["records"].to_pylist()
    ]
    return rows.filter(pa.array(kept, pa.bool_()))


def as_payload(rows: pa.Table) -> dict[str, object]:
    """The rows as the ledger keeps them."""
    listed = rows.set_column(
        rows.schema.get_field_index("at"),
        "at",
        pc.strftime(rows["at"], "%Y-%m-%dT%H:%M:%S+00:00"),
    )
    return {"rows": listed.to_pylist()}


def of_payload(payload: Mapping[str, object]) -> pa.Table:
    """The rows out of the ledger, with `records`."""
    rows = payload.get("rows")
    found = [dict(row) for row in rows] if isinstance(rows, list) else []
    for row in found:
        row["at"] = datetime.fromisoformat(row["at"])
    return pa.Table.from_pylist(found, schema=_KEPT)
