"""The rows that changes leave: LeadHistory, ContactHistory and OpportunityHistory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from leadline_sandbox.salesforce.records import Values

if TYPE_CHECKING:
    from leadline_sandbox.salesforce.store import Store

TRACKED = {"Lead": ("Status", "OwnerId"), "Contact": ("My_Stage__c", "OwnerId")}
_SALES = ("StageName", "Amount", "CloseDate")


def leave_history(
    store: Store, kind: str, before: Values | None, after: Values, user: str, now: str
) -> None:
    """Put the rows of one write. before: None for a new record."""
    name = f"{kind}History"
    if name not in store.schema:
        return
    who = {"IsDeleted": False, "CreatedDate": now, "CreatedById": user, f"{kind}Id": after["Id"]}
    if kind == "Opportunity":
        if before is None or any(before.get(each) != after.get(each) for each in _SALES):
            stage = {each: after.get(each) for each in (*_SALES, "Probability")}
            store.put(name, {**who, **stage, "SystemModstamp": now})
        return
    for field, old, new in _changes(store, kind, before, after):
        changed = {"Field": field, "DataType": "Text", "OldValue": old, "NewValue": new}
        store.put(name, {**who, **changed})


def _changes(
    store: Store, kind: str, before: Values | None, after: Values
) -> Iterator[tuple[str, Any, Any]]:
    tracked = store.tracked.get(kind, ())
    if before is None:
        if tracked:
            yield "created", None, None
        return
    for field in sorted(tracked):
        old, new = before.get(field), after.get(field)
        if old != new:
            yield field, _text(old), _text(new)
    if after.get("IsConverted") and not before.get("IsConverted"):
        yield "leadConverted", None, None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
