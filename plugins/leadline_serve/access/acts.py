"""The record of who did what on the server."""

from __future__ import annotations

from fastapi import Request

from leadline_serve.access.people import User
from leadline_serve.reach import server_of


def audit(request: Request, user: User, action: str, subject: str, **detail: object) -> None:
    """Put an act on record, with the address it came from. Never hand it a secret."""
    address = request.client.host if request.client else ""
    entry = {**detail, "address": address}
    server_of(request).ledger.audit.record(user.actor, action, subject, entry)
