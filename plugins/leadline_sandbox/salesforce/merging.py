"""Merges: the losers go to the recycle bin with a note of the winner, their children to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from leadline_sandbox.salesforce.problems import bad
from leadline_sandbox.salesforce.records import Record

if TYPE_CHECKING:
    from leadline_sandbox.salesforce.store import Store

_MOST = 3
MERGED = ("Lead", "Contact", "Account")
# Child kind → the references that a deletion of what they lead to takes along.
_FALLING = {
    "Lead": {"Task": "WhoId", "Event": "WhoId", "CampaignMember": "LeadId"},
    "Contact": {
        "Task": "WhoId",
        "Event": "WhoId",
        "CampaignMember": "ContactId",
        "OpportunityContactRole": "ContactId",
    },
    "Account": {"Contact": "AccountId", "Opportunity": "AccountId"},
    "Opportunity": {"OpportunityContactRole": "OpportunityId"},
    "Campaign": {"CampaignMember": "CampaignId"},
    "Task": {"TaskRelation": "TaskId"},
    "Event": {"EventRelation": "EventId"},
    "EmailMessage": {"EmailMessageRelation": "EmailMessageId"},
}
_KEPT = frozenset({"MasterRecordId", "ConvertedContactId", "ConvertedAccountId", "PersonContactId"})


def merge(store: Store, kind: str, winner: str, losers: Sequence[str]) -> Record:
    """The winner, after up to two others went into it."""
    if kind not in MERGED:
        raise bad("INVALID_OPERATION", f"{kind} cannot be merged")
    if not 1 <= len(losers) < _MOST:
        raise bad("INVALID_OPERATION", "a merge takes one master and one or two others")
    kept = store.live(kind, winner)
    for loser in [store.live(kind, each) for each in losers]:
        if loser is kept:
            raise bad("INVALID_OPERATION", "the records to merge are the same record")
        contacts = (kept.values.get("PersonContactId"), loser.values.get("PersonContactId"))
        if all(contacts):
            merge(store, "Contact", str(contacts[0]), [str(contacts[1])])
        for child, field in children(store, loser):
            system = not store.options.merge_moves
            at = child.values.get("SystemModstamp", "") if system else ""
            store.write(child, {field: kept.id}, system=system, at=at)
        missing = {
            name: value
            for name, value in loser.values.items()
            if kept.values.get(name) is None and store.schema[kind].fields[name].updateable
        }
        store.write(kept, missing)
        store.drop(loser, master=kept.id)
    return kept


def children(store: Store, record: Record) -> Iterator[tuple[Record, str]]:
    """Live records that refer to this one, and by which field."""
    for kind in store.schema.values():
        fields = [
            field.name
            for field in kind.fields.values()
            if record.kind in field.reference_to and field.name not in _KEPT
        ]
        if not fields:
            continue
        for child in list(store.table(kind.name).values()):
            for field in fields:
                if child.values.get(field) == record.id and not child.deleted:
                    yield child, field


def belongings(store: Store, record: Record) -> list[Record]:
    """What goes to the recycle bin along with a record, and what goes along with that."""
    found: list[Record] = []
    for kind, field in _FALLING.get(record.kind, {}).items():
        for child in store.having(kind, field, record.id):
            found += [child, *belongings(store, child)]
    return list({each.id: each for each in found}.values())
