"""A run about some contacts alone: what is written to anybody else waits for the next whole one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from leadline.queries import fetch
from leadline.scoring.people import show_people
from leadline.sync.plan import Plan
from leadline.sync.pull import Pulled
from leadline.workspace import Workspace


def of_persons(
    workspace: Workspace, plans: Mapping[str, Plan], pulled: Mapping[str, Pulled]
) -> dict[str, Plan]:
    """The plans with the rows of those persons alone of whom a record was read."""
    touched = [(name, each) for name, pull in pulled.items() for each in sorted(pull.touched)]
    records = _records(workspace, touched)
    return {
        name: _with(made, [contact for source, contact in records if source == name])
        for name, made in plans.items()
    }


def _records(workspace: Workspace, touched: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """These records and all others of the same persons."""
    asked = pa.table(
        {
            "source": pa.array([source for source, _ in touched], pa.string()),
            "contact_id": pa.array([contact for _, contact in touched], pa.string()),
        }
    )
    with workspace.lake.session(workspace.config.memory_limit) as con:
        if not show_people(con, workspace.lake, None, {}, workspace.identity):
            return touched
        con.register("asked", asked)
        rows = fetch(
            con,
            "SELECT source, contact_id FROM asked UNION SELECT m.source, m.contact_id "
            "FROM members m SEMI JOIN (SELECT person_source, person_id FROM members "
            "SEMI JOIN asked USING (source, contact_id)) p USING (person_source, person_id)",
        ).to_pylist()
    return [(row["source"], row["contact_id"]) for row in rows]


def _with(made: Plan, contacts: list[str]) -> Plan:
    ids = pa.array(contacts, pa.string())
    mine = pc.is_in(made.changes["contact_id"], ids)
    changes = made.changes.filter(mine)
    return replace(
        made,
        changes=changes,
        before=made.before.filter(mine),
        unchanged=made.unchanged + made.changes.num_rows - changes.num_rows,
        stages=made.stages.filter(pc.is_in(made.stages["contact_id"], ids)),
    )
