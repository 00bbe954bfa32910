"""Whether a stage may still be written over what the CRM holds this moment."""

from __future__ import annotations

from leadline.batches import Outcome, Source, WriteResult


def not_allowed(
    source: Source, contact_id: str, field: str, value: str, now: str
) -> WriteResult | None:
    """The result of a stage that the config does not let follow `now`; None where it does.

    field: as the config names it. now: its present value, "" for none.
    """
    allowed = source.stages.get(field, {}).get(value)
    if allowed is None:
        reason = f"the config does not say what '{value}' of {field} may follow"
        return WriteResult(contact_id, Outcome.REJECTED, reason, "stage")
    if now in allowed:
        return None
    # The next pull brings the new value, and the host decides anew.
    reason = f"{field} was moved to '{now}' since it was read, which from does not list"
    return WriteResult(contact_id, Outcome.RETRY, reason)
