"""What happened to a contact, as the lake has it: activities, and scores over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from leadline.queries import fetch
from leadline.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Happening:
    """One activity; source and contact_id: the record that it is of."""

    source: str
    contact_id: str
    activity_id: str
    type: str
    occurred_at: datetime
    name: str | None
    url: str | None
    campaign: str | None
    channel: str | None
    value: float | None


@dataclass(frozen=True, slots=True)
class Scored:
    """What was published of a contact at one sync."""

    as_of: datetime
    score: int | None
    dimensions: dict[str, int]
    grade: str | None
    temperature: str | None
    excluded: str | None
    model_version: str


def history(workspace: Workspace, source: str, contact_id: str) -> list[Scored]:
    """What was published of a contact by the model that is spoken of, oldest first."""
    with workspace.lake.session(workspace.config.memory_limit) as con:
        workspace.lake.relation(con, "score_history")
        rows = fetch(
            con,
            "SELECT as_of, score, dimensions, grade, temperature, excluded, model_version "
            "FROM score_history WHERE model = $1 AND source = $2 AND contact_id = $3 "
            "ORDER BY as_of",
            [workspace.model.name, source, contact_id],
        ).to_pylist()
    return [Scored(**{**row, "dimensions": dict(row["dimensions"] or ())}) for row in rows]


def happened(
    workspace: Workspace, source: str, contact_id: str, before: datetime | None, limit: int
) -> list[Happening]:
    """The activities of all records of a contact's person before an instant, newest first."""
    person = workspace.engine.person((source, contact_id), datetime.now(UTC))
    records = person.records if person is not None else ((source, contact_id),)
    marks = ", ".join(f"(${2 * i + 1}, ${2 * i + 2})" for i in range(len(records)))
    values: list[object] = [value for record in records for value in record]
    older = "" if before is None else f"AND occurred_at < ${len(values) + 1} "
    with workspace.lake.session(workspace.config.memory_limit) as con:
        workspace.lake.relation(con, "activities")
        rows = fetch(
            con,
            f"SELECT {', '.join(Happening.__dataclass_fields__)} FROM activities "
            f"WHERE (source, contact_id) IN ({marks}) AND deleted IS NOT TRUE {older}"
            f"ORDER BY occurred_at DESC, activity_id LIMIT {int(limit)}",
            [*values, *([] if before is None else [before])],
        )
    return [Happening(**row) for row in rows.to_pylist()]
