"""From a request to the server that got it. A file of its own, for both sides import it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Request

if TYPE_CHECKING:
    from leadline_serve.server import Server


def server_of(request: Request) -> Server:
    """The server that got a request."""
    server: Server = request.app.state.server
    return server
