"""What an activity does to its person: a relation to it, and the day of the last one.

LastActivityDate moves SystemModstamp alone: nobody edited the person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline_sandbox.salesforce.kinds import ACTIVITIES
from leadline_sandbox.salesforce.records import Record, Values

if TYPE_CHECKING:
    from leadline_sandbox.salesforce.store import Store


def acquaint(store: Store, activity: Record, before: Values | None) -> None:
    """Carry out what follows from an activity that was written. before: None for a new one."""
    if activity.kind not in ACTIVITIES or activity.deleted:
        return
    _relate(store, activity, before)
    if activity.kind == "Task" and not activity.values.get("IsClosed"):
        return
    day = activity.values.get("ActivityDate")
    who = activity.values.get("WhoId") or ""
    person = store.table("Lead").get(who) or store.table("Contact").get(who)
    if person is None or not day:
        return
    if day > (person.values.get("LastActivityDate") or ""):
        store.write(person, {"LastActivityDate": day}, system=True)


def _relate(store: Store, activity: Record, before: Values | None) -> None:
    """Keep the relation that stands for WhoId, where the org has relations."""
    relation = f"{activity.kind}Relation"
    old, new = (before or {}).get("WhoId"), activity.values.get("WhoId")
    if relation not in store.schema or old == new or activity.values.get("IsChild"):
        return
    to = {f"{activity.kind}Id": activity.id}
    for each in list(store.table(relation).values()) if old else ():
        if each.values.get("RelationId") == old and to.items() <= each.values.items():
            store.write(each, {"RelationId": new} if new else {"IsDeleted": True})
            return
    if new:
        role = {"IsParent": True} if activity.kind == "Event" else {}
        row = {**to, "RelationId": new, "IsWhat": False, **role}
        store.insert(relation, row, user=activity.values["CreatedById"])
