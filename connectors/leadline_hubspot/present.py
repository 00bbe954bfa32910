"""Contacts read by id, as HubSpot has them this moment: what writing stands on and is held to.

Search lags behind; a batch read does not. An id that was merged away is answered under another id.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from leadline_hubspot import paths
from leadline_hubspot.answers import Refused, named_ids, rows_of
from leadline_hubspot.instants import instant
from leadline_hubspot.mapping import CONTACTS, MERGED_IDS, MERGED_VIDS, merged_ids

if TYPE_CHECKING:
    from leadline_hubspot.api import Api

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Read:
    """What became of the ids asked for: each is in one of the three.

    found: id → its properties, '' for an empty one. merged: id → the id that it answers to now.
    missing: deleted or erased.
    """

    found: Mapping[str, Values]
    merged: Mapping[str, str]
    missing: frozenset[str]


def read(api: Api, ids: Collection[str], properties: Collection[str]) -> Read:
    """At most 100 contacts, with these properties."""
    body = {
        "properties": [*properties, MERGED_IDS, MERGED_VIDS],
        "propertiesWithHistory": [],
        "inputs": [{"id": each} for each in ids],
    }
    answer = api.post(paths.BATCH_READ, body, kind=CONTACTS).body
    found: dict[str, Values] = {}
    merged: dict[str, str] = {}
    for record in rows_of(answer):
        now = str(record["id"])
        merged |= dict.fromkeys(set(merged_ids(record)) & set(ids), now)
        if now in ids:
            found[now] = {name: record["properties"].get(name) or "" for name in properties}
    missing = {each for error in answer.get("errors") or () for each in named_ids(error)}
    missing -= found.keys() | merged.keys()
    for each in set(ids) - found.keys() - merged.keys() - missing:
        if (now_id := _answers_to(api, each)) is None:
            missing.add(each)
        else:
            merged[each] = now_id
    return Read(found, merged, frozenset(missing) & frozenset(ids))


def same(sent: str, held: str) -> bool:
    """Whether HubSpot holds what was sent; it writes numbers and instants in its own way."""
    if sent.strip() == held.strip():
        return True
    if not sent or not held:
        return False
    if (number := _number(sent)) is not None:
        return number == _number(held)
    moment = instant(sent)
    return moment is not None and moment == instant(held)


def _answers_to(api: Api, contact_id: str) -> str | None:
    """The id of the record that an id stands for now; None for none."""
    try:
        return str(api.get(paths.OBJECT, kind=CONTACTS, id=contact_id)["id"])
    except Refused as refusal:
        if refusal.status != 404:
            raise
        return None


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
