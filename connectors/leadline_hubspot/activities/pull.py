"""A pull of activities: each feed that the account allows, from where the last pull stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leadline.batches import Batch, Checkpoint, Source
from leadline.connecting.activities import Activity, to_table
from leadline.connecting.feeds import Feed, Feeds, Page, Wanted
from leadline.connecting.type_names import TypeNames
from leadline_hubspot import paths
from leadline_hubspot.activities.associations import linked
from leadline_hubspot.activities.deals import Deals
from leadline_hubspot.activities.engagements import KINDS, Engagements, Kind
from leadline_hubspot.activities.events import Events
from leadline_hubspot.activities.feeds import Pull, Reader, reason
from leadline_hubspot.activities.forms import Forms
from leadline_hubspot.activities.lists import Lists
from leadline_hubspot.activities.mail import MarketingEmails
from leadline_hubspot.activities.memory import Memory, open_memory
from leadline_hubspot.activities.people import People
from leadline_hubspot.activities.scan import Record
from leadline_hubspot.activities.subscriptions import Subscriptions
from leadline_hubspot.api import Api, Forbidden, rows_of
from leadline_hubspot.instants import now_ms
from leadline_hubspot.settings import HubSpotSettings

_VERSION = 1
_ROWS = 5_000  # released at a time
_READ_AT_ONCE = 100
_QUIET = 10.0  # seconds
_NOTHING = Page([], {})

FEEDS = (
    "stages",
    "counters",
    *(kind.kind for kind in KINDS),
    "deals",
    "forms",
    "marketing_emails",
    "subscriptions",
    "events",
    "lists",
)


def feeds(source: Source, api: Api) -> Feeds:
    """Every feed, whether it is on in this account, and why not; a few calls."""
    return _Plan(_pull(source, api)).feeds


def fetch(source: Source, api: Api, since: Checkpoint | None) -> Iterator[Batch]:
    """Yield what happened since a checkpoint, feed after feed; None asks for all there is.

    Each batch's checkpoint holds how far every feed has come. What the source's own folder
    remembers belongs to it: where the two do not match, everything is read again.
    """
    plan = _Plan(_pull(source, api))
    with open_memory(source.state) as memory:
        cursors, committed = _resume(since, memory)
        memory.settle(committed)

        def batch(page: Page) -> Batch:
            checkpoint = {
                "version": _VERSION,
                "memory": memory.token,
                "batch": memory.next_batch(),
                "feeds": dict(cursors),
            }
            return Batch(
                to_table(page.rows), checkpoint, tuple(page.rejects), feeds_off=plan.feeds.types_off
            )

        yield batch(_NOTHING)
        told = time.monotonic()
        for reader in plan.readers:
            try:
                for page in reader.read(memory, cursors.get(reader.name, {})):
                    cursors[reader.name] = page.cursor
                    # A page without rows is worth a commit only where much was read for it.
                    if page.rows or page.rejects or time.monotonic() - told > _QUIET:
                        yield batch(page)
                        told = time.monotonic()
            except Forbidden as refused:
                # Allowed at the start and not any more: the others go on.
                names = ("stages", "counters") if reader.name == People.name else (reader.name,)
                plan.feeds.turn_off(names, reason(reader.name, refused))
                yield batch(_NOTHING)
            if reader.name == People.name:
                # Before the feeds that add to what waits: this is what waited until today.
                while waited := memory.release(_ROWS):
                    yield batch(Page(waited, {}))
        yield batch(_NOTHING)


def engagements_of(source: Source, api: Api, contacts: Sequence[str]) -> list[Activity]:
    """What sales has logged on these contacts: calls, emails, meetings, notes, tasks and messages.

    A kind that the account does not allow is left out. Nothing is remembered: the next pull finds
    the same activities under the same ids.
    """
    pull, found = _pull(source, api), list[Activity]()
    wanted = Wanted(pull.settings.activities, FEEDS, source)
    for kind in KINDS:
        if kind.kind not in wanted.names:
            continue
        reader = Engagements(pull, kind)
        try:
            links = linked(api, "contacts", kind.kind, contacts)
            owners: dict[str, set[str]] = {}
            for contact, linked_to in links.items():
                for each in linked_to:
                    owners.setdefault(each, set()).add(contact)
            for record in _read(api, kind, list(owners)):
                found += reader.of(record, owners.get(str(record["id"]), set()))
        except Forbidden:
            continue
    return found


def _read(api: Api, kind: Kind, ids: Sequence[str]) -> Iterator[Record]:
    for place in range(0, len(ids), _READ_AT_ONCE):
        body = {
            "properties": kind.properties,
            "propertiesWithHistory": [],
            "inputs": [{"id": each} for each in ids[place : place + _READ_AT_ONCE]],
        }
        yield from rows_of(api.post(paths.BATCH_READ, body, kind=kind.kind).body)


class _Plan:
    """Which feeds are read: asked for by the settings, and allowed by the account."""

    def __init__(self, pull: Pull) -> None:
        wanted = Wanted(pull.settings.activities, FEEDS, pull.source)
        people = People(pull)
        others: list[Reader] = [
            *(Engagements(pull, kind) for kind in KINDS),
            Deals(pull),
            Forms(pull),
            MarketingEmails(pull),
            Subscriptions(pull),
            Events(pull),
            Lists(pull),
        ]
        found = [_probed(reader, wanted) for reader in others]
        stages = people.probe()
        counters = people.counters([feed.name for feed in found if not feed.on])
        own = [wanted.held_to(stages), wanted.held_to(counters)]
        for feed in own:
            if not feed.on:
                people.without(feed.name)
        self.feeds = Feeds([*own, *found], pull.source)
        on = {feed.name for feed in found if feed.on}
        # Contacts are read for their addresses even where nothing else of them is wanted.
        self.readers: list[Reader] = [people] if stages.on else []
        self.readers += [reader for reader in others if reader.name in on]


def _probed(reader: Reader, wanted: Wanted) -> Feed:
    """The feed; one that is not wanted is not asked for."""
    if reader.name in wanted.names:
        return reader.probe()
    return wanted.held_to(Feed(reader.name, True, frozenset()))


def _pull(source: Source, api: Api) -> Pull:
    settings, names = source.settings_as(HubSpotSettings), TypeNames(source.activity_types)
    return Pull(source, settings, api, names, started=now_ms())


def _resume(
    since: Checkpoint | None, memory: Memory
) -> tuple[dict[str, Mapping[str, Any]], int | None]:
    """Where each feed goes on, and the last batch that was committed; None from the start."""
    if since is None or (since.get("version"), since.get("memory")) != (_VERSION, memory.token):
        return {}, None
    cursors, batch = since.get("feeds"), since.get("batch")
    if not isinstance(cursors, Mapping) or not isinstance(batch, int):
        return {}, None
    return dict(cursors), batch
