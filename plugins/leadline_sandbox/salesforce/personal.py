"""Person accounts: an account and a contact that are one person and show each other's fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from leadline_sandbox.salesforce.records import Record, Values

if TYPE_CHECKING:
    from leadline_sandbox.salesforce.store import Store

_NAMES = ("Salutation", "FirstName", "LastName", "Phone")
_OTHERS = ("Title", "Email", "MobilePhone", "LeadSource", "HasOptedOutOfEmail")

_STAMPS = ("CreatedDate", "LastModifiedDate", "SystemModstamp", "OwnerId")


def on_contact(name: str) -> str:
    """The contact's field behind one of the account; "" where it has none."""
    if name.endswith("__pc"):
        return f"{name.removesuffix('pc')}c"
    if name in _NAMES:
        return name
    plain = name.removeprefix("Person")
    return plain if plain != name and plain in _OTHERS else ""


def on_account(name: str) -> str:
    """The account's field that shows one of the contact; "" where none does."""
    if name.endswith("__c"):
        return f"{name.removesuffix('c')}pc"
    if name in _NAMES:
        return name
    return f"Person{name}" if name in _OTHERS else ""


def accompany(store: Store, record: Record) -> None:
    """Give a new person account its contact."""
    if record.kind != "Account" or not record.values.get("IsPersonAccount"):
        return
    if record.values.get("PersonContactId"):
        return
    shared = {on_contact(name): value for name, value in record.values.items() if on_contact(name)}
    known = store.schema["Contact"].fields
    values = {name: value for name, value in shared.items() if name in known}
    stamps = {name: record.values[name] for name in _STAMPS}
    own = {"AccountId": record.id, "IsPersonAccount": True}
    contact = store.insert("Contact", values | stamps | own, user=store.rep)
    record.values = {**record.values, "PersonContactId": contact.id}


def spread(store: Store, record: Record, moved: Values, now: str) -> None:
    """Carry what was written on one side of a person account to the other."""
    if not record.values.get("IsPersonAccount"):
        return
    if record.kind == "Account":
        _carry(store, "Contact", record.values.get("PersonContactId"), moved, on_contact, now)
    elif record.kind == "Contact":
        _carry(store, "Account", record.values.get("AccountId"), moved, on_account, now)


def _carry(
    store: Store,
    kind: str,
    other_id: str | None,
    moved: Values,
    named: Callable[[str], str],
    now: str,
) -> None:
    other = store.table(kind).get(other_id or "")
    if other is None:
        return
    known = store.schema[kind].fields
    carried = {named(name): value for name, value in moved.items() if named(name) in known}
    deleted = {name: moved[name] for name in ("IsDeleted",) if name in moved}
    changed = {
        name: value
        for name, value in (carried | deleted).items()
        if other.values.get(name) != value
    }
    if changed:  # equal ones would be carried back for ever
        store.write(other, changed, at=now)
