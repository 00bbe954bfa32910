"""Lifecycle stages out of a contact's history: each that was entered, but by leadline itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leadline.connecting.activities import Activity
from leadline_hubspot.activities.feeds import MINUTE
from leadline_hubspot.activities.values import said
from leadline_hubspot.instants import instant

STAGE, OPT_OUT = "lifecyclestage", "hs_email_optout"

# HubSpot's clock and ours, and the time that a write takes.
_CLOSE = 10 * MINUTE
_OWN = "leadline"

OwnWrites = Mapping[tuple[str, str], Sequence[int]]


def stage_changes(
    contact_id: str, versions: Sequence[Mapping[str, Any]], own: OwnWrites
) -> Iterator[Activity]:
    """A `stage_change` for each stage that was entered, named after the stage.

    own: what leadline wrote, which is never an activity. A version that HubSpot labels as made by
    something called leadline is taken for its own, too.
    """
    before = ""
    for version in _in_order(versions):
        stage, at = said(version, "value"), instant(version.get("timestamp"))
        if not stage or stage == before or at is None:
            before = stage or before
            continue
        before = stage
        mine = any(abs(at - written) <= _CLOSE for written in own.get((contact_id, stage), ()))
        if mine or _OWN in said(version, "sourceLabel").casefold():
            continue
        source = said(version, "sourceType")
        yield Activity(
            f"stage:{contact_id}:{stage}:{at}",
            contact_id,
            "stage_change",
            at,
            name=stage,
            properties={"source": source} if source else {},
        )


def opt_outs(contact_id: str, versions: Sequence[Mapping[str, Any]]) -> Iterator[Activity]:
    """An `unsubscribe` each time a contact left all mailings."""
    before = ""
    for version in _in_order(versions):
        value, at = said(version, "value").casefold(), instant(version.get("timestamp"))
        if value == "true" != before and at is not None:
            yield Activity(
                f"optout:{contact_id}:{at}", contact_id, "unsubscribe", at, name="all email"
            )
        before = value


def _in_order(versions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The versions, the oldest first: HubSpot promises no order."""
    return sorted(versions, key=lambda version: instant(version.get("timestamp")) or 0)
