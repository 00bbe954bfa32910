"""`leadline serve` for a person or a service manager: open, say where, answer, close."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from leadline_serve.app import build
from leadline_serve.listening import answering, listen, refuse_strangers, until_stopped, url_of
from leadline_serve.server import Server


def run(config: Path, host: str | None, port: int | None, say: Callable[[str], None]) -> None:
    """Serve a config until SIGTERM or Ctrl-C."""
    with until_stopped(), Server.open(config, host=host, port=port) as server:
        refuse_strangers(server)
        app = build(server)
        with listen(server.serve) as opened:
            say(_welcome(server, url_of(opened)))
            server.start(url_of(opened))
            answering(app, server.serve).run(sockets=[opened])
    say("stopped")


def _welcome(server: Server, url: str) -> str:
    lines = [f"leadline answers at {server.serve.public_url or url}"]
    if not server.serve.sign_in:
        lines.append("  nobody signs in: everybody on this machine may do everything")
    elif not server.ledger.users.any():
        lines.append("  nobody can sign in yet: leadline users add NAME --admin")
    lines.append("Ctrl-C ends it.")
    return "\n".join(lines)
