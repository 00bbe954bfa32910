"""Who became hot and why: the labels that changed, as each publication noted them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from leadline.serving.heads import Head
from leadline.serving.publication import instant, micros


@dataclass(frozen=True, slots=True)
class Became:
    """One change of a label. because: the rows that moved the score most, and by how much.

    before: None where there was no label, or no such lead.
    """

    model: str
    at: datetime
    source: str
    contact_id: str
    name: str | None
    email: str | None
    company: str | None
    owner: str | None
    field: str
    before: str | None
    after: str | None
    score_before: int | None
    score_after: int | None
    because: tuple[tuple[str, int], ...]


def became(
    connection: sqlite3.Connection,
    model: str,
    since: datetime,
    field: str,
    to: str | None,
    limit: int,
) -> list[Became]:
    """The latest changes of a label since then, newest first; to: only those to this label.

    A lead that came and went shows each of its changes.
    """
    head = Head.find(connection, model)
    if head is None:
        return []
    asked = "" if to is None else " AND m.after = ?"
    rows = connection.execute(
        "SELECT m.*, l.name, l.email, l.company, l.owner FROM moves m LEFT JOIN leads l "
        "ON l.model = m.model AND l.source = m.source AND l.contact_id = m.contact_id "
        f"WHERE m.model = ? AND m.field = ? AND m.at >= ?{asked} "
        "ORDER BY m.at DESC, m.score_after DESC, m.source, m.contact_id LIMIT ?",
        [head.id, field, micros(since), *([] if to is None else [to]), limit],
    )
    return [_became(head, row) for row in rows]


def _became(head: Head, row: sqlite3.Row) -> Became:
    shown = ("source", "contact_id", "name", "email", "company", "owner", "field")
    values = ("before", "after", "score_before", "score_after")
    return Became(
        model=head.name,
        at=instant(row["at"]),
        because=tuple((rule, points) for rule, points in json.loads(row["because"])),
        **{name: row[name] for name in (*shown, *values)},
    )
