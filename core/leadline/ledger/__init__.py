"""The ledger: what has been done, in small transactions, open to several processes at once.

The lake holds rows; the ledger holds runs, checkpoints, leases, requests, the last known values of
the CRMs and the journal of what was sent to them. SQLite by default, PostgreSQL by URL.
"""

from __future__ import annotations

from leadline.ledger.audit import Entry
from leadline.ledger.checkpoints import Saved
from leadline.ledger.face import Ledger
from leadline.ledger.intents import Intent
from leadline.ledger.known import Origin
from leadline.ledger.leases import Lease
from leadline.ledger.outbox import Backlog, Event
from leadline.ledger.rejections import Rejection
from leadline.ledger.requests import Request
from leadline.ledger.runs import Run
from leadline.ledger.servers import ServerSeen
from leadline.ledger.sessions import Session
from leadline.ledger.tokens import Token
from leadline.ledger.users import Account, Role

__all__ = [
    "Account",
    "Backlog",
    "Entry",
    "Event",
    "Intent",
    "Lease",
    "Ledger",
    "Origin",
    "Rejection",
    "Request",
    "Role",
    "Run",
    "Saved",
    "ServerSeen",
    "Session",
    "Token",
]
