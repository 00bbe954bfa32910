"""Which records belong to which, asked for a thousand records at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leadline_hubspot import paths
from leadline_hubspot.api import Api, next_after, rows_of

_MOST = 1_000


def contacts_of(api: Api, kind: str, ids: Sequence[str]) -> dict[str, set[str]]:
    """The ids of the contacts of each of these records; a record without any has an empty set."""
    return linked(api, kind, "contacts", ids)


def linked(api: Api, kind: str, to: str, ids: Sequence[str]) -> dict[str, set[str]]:
    """The ids of the records of one kind that each of these records of another is linked to.

    A record with many links answers in pages of its own. "No associations" is no error, and one
    link may come several times, under several labels.
    """
    found: dict[str, set[str]] = {each: set() for each in ids}
    asked: list[dict[str, str]] = [{"id": each} for each in ids]
    while asked:
        part, asked = asked[:_MOST], asked[_MOST:]
        answer = api.post(paths.ASSOCIATIONS, {"inputs": part}, kind=kind, to=to)
        for result in rows_of(answer.body):
            record = str((result.get("from") or {}).get("id"))
            found.setdefault(record, set()).update(_ids(result))
            if following := next_after(result):
                asked.append({"id": record, "after": following})
    return found


def _ids(result: dict[str, Any]) -> set[str]:
    return {str(each["toObjectId"]) for each in result.get("to") or () if "toObjectId" in each}
