"""What a message says: short, and of use to whoever calls the lead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from leadline_notify.settings import PLACES, NotifySettings

Row = Mapping[str, object]

FOLD = 20
_LONGEST = 200
_ORDER = ("temperature", "stage", "grade")
_POINTS = re.compile(r" [+-]\d+(?=,|$)")
# What chat services read as a mention of everybody, or as a link with another text.
_PLAIN = str.maketrans("<>", "()")


@dataclass(frozen=True, slots=True)
class Message:
    """A title and a body of plain text; bad: about something that went wrong."""

    title: str
    body: str
    bad: bool = False


def lead_lines(rows: Iterable[Row], settings: NotifySettings) -> Iterator[str]:
    """A line for each lead with all that is told of it, in the order of the rows."""
    told = [row for row in rows if settings.tells(row["what"], row["new"])]
    for _, mine in groupby(told, key=lambda row: (row["model"], row["source"], row["contact_id"])):
        ordered = sorted(mine, key=lambda row: _ORDER.index(str(row["what"])))
        yield _line(ordered, settings)


def messages(lines: Sequence[str], apart: bool) -> list[Message]:
    """One message for all lines, the first of them shown; apart: one each, where they are few."""
    if apart and len(lines) <= FOLD:
        return [Message("leadline: a lead", line) for line in lines]
    if not lines:
        return []
    shown = list(lines[:FOLD])
    if len(lines) > FOLD:
        shown.append(f"… and {len(lines) - FOLD:,} more: see leadline leads")
    count = "a lead" if len(lines) == 1 else f"{len(lines):,} leads"
    return [Message(f"leadline: {count}", "\n".join(shown))]


def failure(report: Mapping[str, object]) -> Message:
    """That a sync went wrong, with the first of its errors."""
    errors, status = report.get("errors"), report.get("status")
    listed = [_clean(each) for each in errors] if isinstance(errors, list) else []
    counts = [source.get("rejected") for source in _tables(report.get("sources"))]
    rejected = sum(count for count in counts if isinstance(count, int))
    if rejected:
        listed.append(f"{rejected:,} records were rejected by their CRM")
    more = [f"… and {len(listed) - 3:,} more"] if len(listed) > 3 else []
    way_on = "Look with leadline status and leadline runs. Told once, until a sync succeeds again."
    title = f"leadline: sync {status}"
    body = "\n".join([f"Run {report.get('run_id')}: {status}.", *listed[:3], *more, way_on])
    return Message(title, body, bad=True)


def _tables(value: object) -> list[Mapping[str, object]]:
    return list(value.values()) if isinstance(value, Mapping) else []


def _line(rows: Sequence[Row], settings: NotifySettings) -> str:
    row = rows[0]
    text = f"{_who(row, settings.personal)} is {' and '.join(_clean(each['new']) for each in rows)}"
    if row["score"] is not None:
        grade = f" ({_clean(row['grade'])})" if row["grade"] else ""
        text += f": {row['score']}{grade}"
    if row["reasons"]:
        text += f", because {_clean(_POINTS.sub('', str(row['reasons'])))}"
    text += "."
    if before := [_clean(each["old"]) for each in rows if each["old"]]:
        text += f" Was {' and '.join(before)}."
    if settings.personal and row["owner"]:
        text += f" Owner: {_clean(row['owner'])}."
    if settings.link:
        text += " " + settings.link.format(**{p: quote(str(row[p]), safe="") for p in PLACES})
    return text


def _who(row: Row, personal: bool) -> str:
    record = f"{row['source']}:{_clean(row['contact_id'])}"
    if not personal:
        return record
    name = " ".join(_clean(row[part]) for part in ("first_name", "last_name") if row[part])
    company = f" ({_clean(row['company'])})" if row["company"] else ""
    return (name or _clean(row["email"]) or record) + company


def _clean(value: object) -> str:
    """One line of a text out of a CRM, which anybody may have typed into a form."""
    text = "" if value is None else " ".join(str(value).translate(_PLAIN).split())
    text = "".join(letter for letter in text if letter.isprintable())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
