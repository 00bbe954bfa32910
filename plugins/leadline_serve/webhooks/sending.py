"""Webhooks out: the events of the ledger's outbox as signed POSTs, again later when one fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from leadline.config.webhooks import Outgoing
from leadline.errors import LeadlineError, RetryLater
from leadline.host.faults import FAILURES
from leadline.ledger import Event, Lease, Ledger
from leadline.sync.topics import CHANGED, topic_of, webhook

if TYPE_CHECKING:
    from leadline_serve.webhooks.posting import Poster

LOOK_EVERY = 5.0
GIVE_UP_AFTER = timedelta(days=3)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=6)
_LEASE_SECONDS = 60.0
_PATIENCE = 15.0
# Of a lead nothing personal is told; who may know more asks the API.
_SAID = (
    *("model", "source", "contact_id", "what", "old", "new"),
    *("score", "temperature", "grade", "reasons", "at"),
)

_log = logging.getLogger("leadline.serve")


class Sender:
    """The thread that tells receivers of leads whose temperature, grade or stage changed."""

    def __init__(self, receivers: Mapping[str, Outgoing], ledger: Ledger) -> None:
        self._ledger = ledger
        self._topics = {topic_of(CHANGED, webhook(n)): each for n, each in receivers.items()}
        self._woken, self._stopping = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Tell what waits, and whatever comes; nothing at all where there is no receiver."""
        if self._topics:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._work, name="leadline-webhooks")
            self._thread.start()

    def stop(self) -> None:
        """End after the POST under way."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(_PATIENCE)
            self._thread = None

    def wake(self) -> None:
        """Look for events now."""
        self._woken.set()

    def send_due(self) -> int:
        """Tell what is due now, each receiver in order; how many events were taken.

        A receiver that fails is left alone for the rest of the round. RetryLater while another
        process sends.
        """
        from leadline_serve.webhooks.posting import posting  # brings an HTTP client

        failing: set[str] = set()
        taken = 0
        lease = self._ledger.leases.take("webhooks", "leadline serve", _LEASE_SECONDS)
        with lease, posting() as post:
            while not self._stopping.is_set() and (event := self._next(failing)):
                taken += self._send(post, event, lease, failing)
        return taken

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                self.send_due()
            except RetryLater:
                pass  # another server is at it
            except FAILURES as error:
                said = str(error) if isinstance(error, LeadlineError) else type(error).__name__
                _log.warning("webhooks cannot be sent: %s", said)
            self._woken.wait(LOOK_EVERY)

    def _next(self, failing: Iterable[str]) -> Event | None:
        asked = [topic for topic in self._topics if topic not in failing]
        return next(iter(self._ledger.outbox.pending(1, asked)), None) if asked else None

    def _send(self, post: Poster, event: Event, lease: Lease, failing: set[str]) -> bool:
        receiver = self._topics[event.topic]
        lease.renew()
        document = document_of(event, receiver)
        problem = post(receiver, event.key, document) if document["changes"] else ""
        if not problem:
            self._ledger.outbox.delivered(event.event_id)
            return True
        again = retry_at(event, datetime.now(UTC))
        then = "it is given up" if again is None else f"again at {again:%H:%M:%S} UTC"
        _log.warning("webhook '%s' %s; %s", receiver.name, problem, then)
        self._ledger.outbox.failed(event.event_id, problem, again)
        failing.add(event.topic)
        return False


def document_of(event: Event, receiver: Outgoing) -> dict[str, object]:
    """What a receiver is told: those of an event's changes that it asks for."""
    changes = [
        {name: row.get(name) for name in _SAID}
        for row in event.payload.get("rows", ())
        if row.get("what") in receiver.events
    ]
    return {"delivery": event.key, "changes": changes}


def retry_at(event: Event, now: datetime) -> datetime | None:
    """When to try again, later each time; None once it was tried for three days."""
    if now - event.added_at >= GIVE_UP_AFTER:
        return None
    wait: timedelta = min(_FIRST_WAIT * 3 ** min(event.attempts, 8), _LONGEST_WAIT)
    return now + wait
