"""`leadline serve`: scheduled syncs, a web admin, an API and webhooks, in one process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.hookspecs import hookimpl

if TYPE_CHECKING:
    import typer


@hookimpl
def register_commands(app: typer.Typer) -> None:
    """Bring `leadline serve`, `leadline users` and `leadline tokens`."""
    from leadline_serve.commands import serve, tokens, users

    app.command()(serve)
    app.add_typer(users, name="users")
    app.add_typer(tokens, name="tokens")
