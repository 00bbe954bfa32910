"""Values that reached a contact that they were not for, taken back.

An update of an id that was merged away may be answered under the id of the contact that is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from leadline_hubspot import paths
from leadline_hubspot.answers import Json, rows_of
from leadline_hubspot.instants import instant
from leadline_hubspot.mapping import CONTACTS
from leadline_hubspot.present import same

if TYPE_CHECKING:
    from leadline_hubspot.api import Api

_MOST = 50  # records of which HubSpot gives the history at once
_LEEWAY = 1_000  # ms, between the two clocks of one answer


def take_back(api: Api, strays: Mapping[str, Mapping[str, str]], since: str) -> None:
    """Give contacts the values that they had before.

    strays: contact → what it got by mistake. since: when that batch began, as HubSpot says it.
    """
    begun = instant(since)
    if begun is None:
        return
    ids = list(strays)
    for start in range(0, len(ids), _MOST):
        part = ids[start : start + _MOST]
        names = sorted({name for each in part for name in strays[each]})
        body = {
            "properties": [],
            "propertiesWithHistory": names,
            "inputs": [{"id": each} for each in part],
        }
        records = rows_of(api.post(paths.BATCH_READ, body, kind=CONTACTS).body)
        inputs = [
            {"id": str(record["id"]), "properties": before}
            for record in records
            if (before := _before(record, strays.get(str(record["id"]), {}), begun))
        ]
        if inputs:
            api.post(paths.BATCH_UPDATE, {"inputs": inputs}, kind=CONTACTS)


def _before(record: Json, got: Mapping[str, str], begun: int) -> dict[str, str]:
    """The values that a contact had before those it got; what it had all the time is left out."""
    before: dict[str, str] = {}
    for name, value in got.items():
        versions = _newest_first(record, name)
        newest = instant(versions[0].get("timestamp")) if versions else None
        if newest is None or newest < begun - _LEEWAY:
            continue
        if same(value, str(versions[0].get("value") or "")):
            earlier = versions[1] if len(versions) > 1 else {}
            before[name] = str(earlier.get("value") or "")
    return before


def _newest_first(record: Json, name: str) -> list[Json]:
    versions = (record.get("propertiesWithHistory") or {}).get(name) or []
    return sorted(versions, key=lambda each: str(each.get("timestamp")), reverse=True)
