"""A pull of activities: each feed that the org allows, from where the last pull stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from leadline.batches import Batch, Checkpoint, Source
from leadline.connecting.activities import to_table
from leadline.connecting.feeds import Feeds, Page, Wanted
from leadline.connecting.type_names import TypeNames
from leadline_salesforce.activities.campaigns import Campaigns
from leadline_salesforce.activities.conversions import Conversions
from leadline_salesforce.activities.emails import Emails
from leadline_salesforce.activities.events import Events
from leadline_salesforce.activities.feeds import Pull, Reader, reason
from leadline_salesforce.activities.opportunities import Opportunities
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


def feeds(source: Source, api: Api) -> Feeds:
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
        return Batch(to_table(page.rows), checkpoint, feeds_off=plan.feeds.types_off)

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
            plan.feeds.turn_off({reader.name}, reason(refused))
    yield batch(_NOTHING)


class _Plan:
    """Which feeds are read: asked for by the settings, and allowed by the org."""

    def __init__(self, pull: Pull) -> None:
        wanted = Wanted(pull.settings.activities, FEEDS, pull.source)
        pull.api.describe_all(_KINDS)
        readers: list[Reader] = [make(pull) for make in _READERS]
        self.feeds = Feeds((wanted.held_to(reader.probe()) for reader in readers), pull.source)
        pull.on.update(feed.name for feed in self.feeds if feed.on)
        self.readers = [reader for reader in readers if reader.name in pull.on]


def _pull(source: Source, api: Api) -> Pull:
    settings = source.settings_as(SalesforceSettings)
    user = user_of(api)
    upto = api.server_now() - timedelta(seconds=settings.settle_seconds)
    return Pull(source, settings, api, TypeNames(source.activity_types), upto, user)


def _resume(since: Checkpoint | None) -> dict[str, Mapping[str, Any]]:
    """Where each feed goes on."""
    cursors = since.get("feeds") if since and since.get("version") == _VERSION else None
    return dict(cursors) if isinstance(cursors, Mapping) else {}
