"""Who may do what on the server: passwords, sessions, API tokens, roles, and what was done.

A route says what it needs by a parameter: `user: Viewer` or `user: Admin`. One without either must
be on the short list of what is open to everybody (`gates.OPEN`), or the app is not built.
"""

from __future__ import annotations

from leadline_serve.access.acts import audit
from leadline_serve.access.guards import Admin, Viewer, admin, viewer
from leadline_serve.access.people import People, User
from leadline_serve.access.sessions import (
    SignInRefused,
    csrf_token,
    sign_in,
    sign_out,
    sign_out_everywhere,
)

__all__ = [
    "Admin",
    "People",
    "SignInRefused",
    "User",
    "Viewer",
    "admin",
    "audit",
    "csrf_token",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "viewer",
]
