"""Contacts that changed, on their way into the ledger: many deliveries, one small transaction.

A delivery is answered once its contacts stand in the ledger: nothing that a sender believes to have
arrived is lost with the process. There they wait two seconds for others, and become one small sync.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future

from leadline.errors import LeadlineError
from leadline.ledger import Ledger

# How long a delivery waits for others to share its transaction.
FLUSH_SECONDS = 0.03

_log = logging.getLogger("leadline.serve")


class Gatherer:
    """Keeps contacts for the runner. woken: called when some have been kept."""

    def __init__(self, ledger: Ledger, woken: Callable[[], None]) -> None:
        self._ledger, self._woken = ledger, woken
        self._lock = threading.Lock()
        self._waiting: list[tuple[str, frozenset[str], Future[None]]] = []
        self._timer: threading.Timer | None = None

    def add(self, source: str, contacts: frozenset[str]) -> Future[None]:
        """Done once the contacts stand in the ledger; a LeadlineError when they do not."""
        kept: Future[None] = Future()
        with self._lock:
            self._waiting.append((source, contacts, kept))
            if self._timer is None:
                self._timer = threading.Timer(FLUSH_SECONDS, self._flush)
                self._timer.daemon = True
                self._timer.start()
        return kept

    def _flush(self) -> None:
        with self._lock:
            waiting, self._waiting, self._timer = self._waiting, [], None
        together: dict[str, set[str]] = {}
        for source, contacts, _ in waiting:
            together.setdefault(source, set()).update(contacts)
        try:
            with self._ledger.transaction():
                for source, ids in together.items():
                    self._ledger.requests.gather(source, ids)
        except LeadlineError as error:
            _log.warning("changed contacts could not be kept: %s", error)
            for _, _, kept in waiting:
                kept.set_exception(error)
            return
        for _, _, kept in waiting:
            kept.set_result(None)
        self._woken()
