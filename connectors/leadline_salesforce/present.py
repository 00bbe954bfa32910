"""Leads and contacts as the org has them this moment: what is written stands on that.

Between a pull and its write-back people convert leads, merge and delete records, and move stages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import Source, Stream
from leadline.connecting.remembered import Remembered
from leadline.errors import SourceError
from leadline_salesforce import bulk, soql
from leadline_salesforce.ids import ID
from leadline_salesforce.settings import SalesforceSettings
from leadline_salesforce.values import Row, said, true

if TYPE_CHECKING:
    from leadline_salesforce.api import Api, Described

_STATE = (
    "IsDeleted",
    "MasterRecordId",
    "IsConverted",
    "ConvertedContactId",
    "AccountId",
    "IsPersonAccount",
)
_JOB_PAGE, _JOB_CALLS = 50_000, 3  # rows of a page of a bulk job, and its calls beside its pages
_QUERY_IDS = 400  # ids in the address of a query


@dataclass(frozen=True, slots=True)
class Record:
    """A lead or a contact now. master: what it was merged into; contact: what it was converted to.

    values: the other fields that were asked for; '' for an empty one. person: of an account.
    """

    id: str
    deleted: bool
    master: str
    converted: bool
    contact: str
    account: str
    person: bool
    values: Mapping[str, str]


def described(api: Api, kind: str) -> Described:
    """An object's fields. Raises SourceError where the user may not see it."""
    found = api.describe_all((kind,))[kind]
    if found is None:
        raise SourceError(
            f"the Salesforce user may not see {kind}: give it read and edit access to {kind}"
        )
    return found


def read(
    source: Source, api: Api, kind: str, ids: Sequence[str], fields: Iterable[str]
) -> dict[str, Record]:
    """The records with these ids, deleted ones among them; those that are gone are left out.

    fields: what is wanted beside their state; one that the object lacks is left out.
    """
    if not ids:
        return {}
    settings = source.settings_as(SalesforceSettings)
    there = described(api, kind)
    wanted = [each for each in dict.fromkeys(fields) if there.has(each)]
    names = ["Id", *(each for each in _STATE if there.has(each))]
    names += [each for each in wanted if each not in names]
    many = len(ids) > settings.bulk_above and _dense(source.state, ids)
    rows = _in_bulk(api, kind, ids, names) if many else _by_id(api, kind, ids, names)
    return {said(row, "Id"): _record(row, wanted) for row in rows}


def _by_id(api: Api, kind: str, ids: Sequence[str], names: Sequence[str]) -> Iterator[Row]:
    """As few queries as the length of an address allows."""

    def query(part: Sequence[str]) -> str:
        return soql.select(kind, names, soql.one_of("Id", part))

    for text in soql.by_ids(ids, query):
        for page in api.query(text, deleted=True):
            yield from page


def _dense(folder: Path, ids: Sequence[str]) -> bool:
    """Whether reading all that lies between two ids takes fewer calls than asking for each.

    The ids that the pull has met tell how many there are; where they do not, few are assumed.
    """
    remembered = Remembered(folder / Stream.CONTACTS.value, ID)
    known = remembered.ids(remembered.latest())
    bounds = np.array([min(ids), max(ids)], known.dtype)
    there = int(np.searchsorted(known, bounds[1], "right") - np.searchsorted(known, bounds[0]))
    return there // _JOB_PAGE < len(ids) // _QUERY_IDS + _JOB_CALLS


def _in_bulk(api: Api, kind: str, ids: Sequence[str], names: Sequence[str]) -> Iterator[Row]:
    """All records from the first id to the last by one job, of which the wanted ones are kept."""
    wanted = pa.array(ids, pa.string())
    bounds = [soql.compare("Id", ">=", min(ids)), soql.compare("Id", "<=", max(ids))]
    text = soql.select(kind, names, bounds)
    for table in bulk.read(api, text, deleted=True):
        if not table.num_rows:
            continue
        yield from table.filter(pc.is_in(table["Id"], wanted)).to_pylist()


def _record(row: Row, wanted: Sequence[str]) -> Record:
    return Record(
        id=said(row, "Id"),
        deleted=true(row, "IsDeleted"),
        master=said(row, "MasterRecordId"),
        converted=true(row, "IsConverted"),
        contact=said(row, "ConvertedContactId"),
        account=said(row, "AccountId"),
        person=true(row, "IsPersonAccount"),
        values={name: said(row, name) for name in wanted},
    )
