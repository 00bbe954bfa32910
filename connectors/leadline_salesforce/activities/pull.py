"""A pull of activities: each feed that the org allows, from where the last pull stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from leadline.batches import Batch, Checkpoint, Source
from leadline.connecting.type_names import TypeNames
from leadline.errors import SourceError
from leadline.vocabulary import ACTIVITY_TYPES
from leadline_salesforce.activities.campaigns import Campaigns
from leadline_salesforce.activities.conversions import Conversions
from leadline_salesforce.activities.emails import Emails
from leadline_salesforce.activities.events import Events
from leadline_salesforce.activities.feeds import Feed, Page, Pull, Reader, reason
from leadline_salesforce.activities.opportunities import Opportunities
from leadline_salesforce.activities.rows import to_table
from leadline_salesforce.activities.stages import Stages
from leadline_salesforce.activities.tasks import Tasks
from leadline_salesforce.api import Api, Forbidden
from leadline_salesforce.provision import user_of
from leadline_salesforce.settings import SalesforceSettings

_VERSION = 1
_QUIET = 10.0  # seconds
_NOTHING = Page([], {})

# E-mails are probed first: a task that stands for one is left out where they are read.
_READERS = (Emails, Tasks, Events, Campaigns, Opportunities, Conversions, Stages)

FEEDS = tuple(reader.name for reader in _READERS)

# What the feeds ask about, in one call.
_KINDS = (
    "Lead",
    "Contact",
    "Account",
    "EmailMessage",
    "EmailMessageRelation",
    "Task",
    "TaskRelation",
    "Event",
    "EventRelation",
    "CampaignMember",
    "Campaign",
    "Opportunity",
    "OpportunityContactRole",
    "OpportunityHistory",
    "LeadHistory",
    "ContactHistory",
)


def feeds(source: Source, api: Api) -> list[Feed]:
    """Every feed, whether it is on in this org, and why not; a few calls."""
    return _Plan(_pull(source, api)).feeds


def fetch(source: Source, api: Api, since: Checkpoint | None) -> Iterator[Batch]:
    """Yield what happened since a checkpoint, feed after feed; None asks for all there is.

    Each batch's checkpoint holds how far every feed has come.
    """
    plan = _Plan(_pull(source, api))
    cursors = _resume(since)

    def batch(page: Page) -> Batch:
        checkpoint = {"version": _VERSION, "feeds": dict(cursors)}
        return Batch(to_table(page.rows), checkpoint, feeds_off=plan.off)

    yield batch(_NOTHING)
    told = time.monotonic()
    for reader in plan.readers:
        try:
            for page in reader.read(cursors.get(reader.name, {})):
                cursors[reader.name] = page.cursor
                # A page without rows is worth a commit only where much was read for it.
                if page.rows or time.monotonic() - told > _QUIET:
                    yield batch(page)
                    told = time.monotonic()
        except Forbidden as refused:
            # Allowed at the start and not any more: the others go on.
            plan.turn_off(reader.name, reason(refused))
    yield batch(_NOTHING)


class _Plan:
    """Which feeds are read: asked for by the settings, and allowed by the org."""

    def __init__(self, pull: Pull) -> None:
        wanted = _wanted(pull)
        pull.api.describe_all(_KINDS)
        readers: list[Reader] = [make(pull) for make in _READERS]
        self.feeds: list[Feed] = []
        for reader in readers:
            feed = _probed(reader, wanted)
            self.feeds.append(feed)
            if feed.on:
                pull.on.add(reader.name)
        self.readers = [reader for reader in readers if reader.name in pull.on]
        self._types = pull.names.types

    @property
    def off(self) -> frozenset[str]:
        """The types that no feed of this org delivers now: their counts are unknown."""
        brought = {kind for feed in self.feeds if feed.on for kind in feed.types}
        named = {kind for feed in self.feeds for kind in feed.types}
        return frozenset((ACTIVITY_TYPES | named | self._types) - brought)

    def turn_off(self, name: str, why: str) -> None:
        """Note that a feed was refused in the middle."""
        self.feeds = [
            Feed(feed.name, False, feed.types, why) if feed.name == name else feed
            for feed in self.feeds
        ]


def _probed(reader: Reader, wanted: frozenset[str]) -> Feed:
    feed = reader.probe()
    if reader.name in wanted:
        return feed
    return Feed(feed.name, False, feed.types, "the setting `activities` leaves it out")


def _wanted(pull: Pull) -> frozenset[str]:
    named = pull.settings.activities
    if named is None:
        return frozenset(FEEDS)
    if strange := sorted(set(named) - set(FEEDS)):
        raise SourceError(
            f"the setting `activities` names {', '.join(strange)}, which is no feed; there are "
            f"{', '.join(FEEDS)}",
            source=pull.source.name,
        )
    return frozenset(named)


def _pull(source: Source, api: Api) -> Pull:
    settings = source.settings_as(SalesforceSettings)
    user = user_of(api)
    upto = api.server_now() - timedelta(seconds=settings.settle_seconds)
    return Pull(source, settings, api, TypeNames(source.activity_types), upto, user)


def _resume(since: Checkpoint | None) -> dict[str, Mapping[str, Any]]:
    """Where each feed goes on."""
    cursors = since.get("feeds") if since and since.get("version") == _VERSION else None
    return dict(cursors) if isinstance(cursors, Mapping) else {}
