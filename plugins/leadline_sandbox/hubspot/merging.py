"""What the record of a merge holds."""

from __future__ import annotations

from leadline_sandbox.hubspot.kinds import Kind
from leadline_sandbox.hubspot.records import Record

Leaving = list[tuple[Kind, int, list[int]]]


def merged_values(primary: Record, other: Record) -> dict[str, str]:
    """The primary's values, the other's where it has none, and who went into it."""
    values = {**other.values, **primary.values}
    emails = [primary.value("email"), *_listed(primary, "hs_additional_emails")]
    emails += [other.value("email"), *_listed(other, "hs_additional_emails")]
    more = [email for email in dict.fromkeys(emails) if email and email != values.get("email")]
    if more:
        values["hs_additional_emails"] = ";".join(more)
    gone = [*_listed(primary, "hs_merged_object_ids"), *_listed(other, "hs_merged_object_ids")]
    gone += [primary.id, other.id]
    values["hs_merged_object_ids"] = ";".join(dict.fromkeys(gone))
    # The older of the two lists leaves out what came by an earlier merge.
    values["hs_calculated_merged_vids"] = ";".join((primary.id, other.id))
    return values


def _listed(record: Record, name: str) -> list[str]:
    return [part for part in record.value(name).split(";") if part]
