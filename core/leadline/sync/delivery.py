"""Delivering what plugins are told: each plugin alone, again later when it fails, never in the way.

A run delivers when it has ended; whoever keeps a workspace open may call `deliver` at any time.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from time import monotonic

from leadline.batches import LEAD_CHANGES
from leadline.errors import LeadlineError, PluginError, RetryLater
from leadline.ledger import Event
from leadline.sync.changed import of_payload
from leadline.sync.events import receivers
from leadline.sync.topics import CHANGED, FINISHED, topic_of
from leadline.workspace import Workspace

CALL_SECONDS = 30.0
# A backlog is worked off over several runs rather than holding one up.
ROUND_SECONDS = 90.0
GIVE_UP_AFTER = timedelta(days=3)
FORGET_AFTER = timedelta(days=30)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
_AT_ONCE = 100

_log = logging.getLogger("leadline.events")


def deliver(workspace: Workspace, seconds: float = CALL_SECONDS) -> int:
    """Tell the plugins what is due; how many events were delivered.

    seconds: how long a plugin may take for one event. A failure is kept in the ledger and logged,
    never raised; nothing is done while another process delivers.
    """
    topics = {
        topic_of(hook, plugin): (hook, plugin)
        for hook in (CHANGED, FINISHED)
        for plugin in workspace.host.answering(hook)
    }
    try:
        if not topics and not workspace.ledger.outbox.backlog():
            return 0
        lease = workspace.ledger.leases.take("deliver", workspace.holder, 4 * seconds)
    except RetryLater:
        return 0
    except LeadlineError as error:
        _log.warning("plugins are not told what is due: %s", error)
        return 0
    try:
        with lease:
            _tidy(workspace, topics)
            until = monotonic() + ROUND_SECONDS
            done, failing = 0, set[str]()
            while monotonic() < until and (event := _next(workspace, topics, failing)):
                lease.renew()
                hook, plugin = topics[event.topic]
                if _delivered(workspace, event, hook, plugin, seconds):
                    done += 1
                else:
                    failing.add(plugin)
            return done
    except LeadlineError as error:
        _log.warning("plugins are not told all that is due: %s", error)
        return 0


def _next(
    workspace: Workspace, topics: Mapping[str, tuple[str, str]], failing: set[str]
) -> Event | None:
    """The oldest event of a plugin that has not failed in this round."""
    asked = [topic for topic, (_, plugin) in topics.items() if plugin not in failing]
    return next(iter(workspace.ledger.outbox.pending(1, asked)), None) if asked else None


def _delivered(workspace: Workspace, event: Event, hook: str, plugin: str, seconds: float) -> bool:
    try:
        if hook == CHANGED:
            rows = of_payload(event.payload).select(LEAD_CHANGES.names)
            workspace.host.stages_changed(plugin, rows, seconds)
        else:
            workspace.host.sync_finished(plugin, event.payload, seconds)
    except PluginError as error:
        again = _again(event)
        what = "it is given up" if again is None else f"it is told again after {again:%H:%M} UTC"
        _log.warning("%s; %s", error, what)
        workspace.ledger.outbox.failed(event.event_id, str(error), again)
        return False
    workspace.ledger.outbox.delivered(event.event_id)
    return True


def _again(event: Event) -> datetime | None:
    """When to try again, later each time; None once it has been tried for long enough."""
    now = datetime.now(UTC)
    if now - event.added_at >= GIVE_UP_AFTER:
        return None
    wait: timedelta = min(_FIRST_WAIT * 4 ** min(event.attempts, 8), _LONGEST_WAIT)
    return now + wait


def _tidy(workspace: Workspace, topics: Mapping[str, tuple[str, str]]) -> None:
    """Give up what is kept for whoever no longer asks, and forget what is long over."""
    outbox, now = workspace.ledger.outbox, datetime.now(UTC)
    asked = topics.keys() | {topic_of(CHANGED, each) for each in receivers(workspace)}
    for waiting in outbox.backlog():
        if waiting.topic in asked or not waiting.waiting:
            continue
        for event in outbox.pending(_AT_ONCE, [waiting.topic]):
            if now - event.added_at >= GIVE_UP_AFTER:
                outbox.failed(event.event_id, "nobody asks for it any more", None)
    outbox.sweep(now - FORGET_AFTER)
