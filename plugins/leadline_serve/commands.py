"""`leadline serve`, and who may use it: `leadline users` and `leadline tokens`."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from leadline.errors import needed_by

users = typer.Typer(help="Who may sign in to leadline serve.", no_args_is_help=True)
tokens = typer.Typer(help="What programs show to leadline serve's API.", no_args_is_help=True)

ConfigOption = Annotated[
    Path, typer.Option("-c", "--config", help="The config file.", show_default=True)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
AdminOption = Annotated[bool, typer.Option("--admin", help="May act, not only look.")]
PasswordFileOption = Annotated[
    Path | None,
    typer.Option(help="A file that holds the password; it is asked for if left out."),
]
CONFIG = Path("config.toml")
_needed = partial(needed_by, "the server", "serve")


def serve(
    host: Annotated[
        str | None, typer.Option(help="The address to listen on; 127.0.0.1 if nothing says else.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="The port; 8700 if nothing says else, 0 a free one."),
    ] = None,
    config: ConfigOption = CONFIG,
) -> None:
    """Run schedule, web admin, API and webhooks until Ctrl-C."""
    with _needed():
        from leadline_serve.foreground import run
    run(config, host, port, typer.echo)


@users.command("add")
def users_add(
    name: Annotated[str, typer.Argument(help="What the user signs in with.")],
    admin: AdminOption = False,
    password_file: PasswordFileOption = None,
    config: ConfigOption = CONFIG,
) -> None:
    """Make a user, an admin or one who may only look."""
    from leadline.ledger import Role

    with _needed():
        from leadline_serve.keeping import password_of, people

    with people(config) as (found, note):
        role = Role.ADMIN if admin else Role.VIEWER
        kept = found.add(name, password_of(password_file), role)
        note("user added", kept, role=role)
    typer.echo(f"{kept} may sign in now, as {role}")


@users.command("list")
def users_list(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Who may sign in."""
    with _needed():
        from leadline_serve.keeping import ledger_of, show_users

    with ledger_of(config) as ledger:
        show_users(ledger.users.list(), as_json)


@users.command("password")
def users_password(
    name: Annotated[str, typer.Argument(help="Whose.")],
    password_file: PasswordFileOption = None,
    config: ConfigOption = CONFIG,
) -> None:
    """Set another password; the user's sessions end."""
    with _needed():
        from leadline_serve.keeping import password_of, people

    with people(config) as (found, note):
        found.set_password(name, password_of(password_file))
        note("password set", name)
    typer.echo(f"{name} has another password now, and is signed out everywhere")


@users.command("remove")
def users_remove(
    name: Annotated[str, typer.Argument(help="Who may sign in no more.")],
    config: ConfigOption = CONFIG,
) -> None:
    """Take a user away; the user's sessions end."""
    with _needed():
        from leadline_serve.keeping import people

    with people(config) as (found, note):
        found.remove(name)
        note("user removed", name)
    typer.echo(f"{name} may sign in no more")


@tokens.command("add")
def tokens_add(
    name: Annotated[str, typer.Argument(help="What the token is for.")],
    admin: AdminOption = False,
    days: Annotated[
        int, typer.Option(min=0, max=3_650, help="How long it is good for; 0 for no end.")
    ] = 90,
    config: ConfigOption = CONFIG,
) -> None:
    """Make an API token, and print it this once."""
    from leadline.ledger import Role

    with _needed():
        from leadline_serve.keeping import people

    with people(config) as (found, note):
        role = Role.ADMIN if admin else Role.VIEWER
        token = found.issue(name, role, timedelta(days=days) if days else None)
        note("token added", name, role=role, days=days)
    typer.echo(token)
    typer.echo("keep it now: it is not shown again", err=True)


@tokens.command("list")
def tokens_list(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """The tokens that there are, never themselves."""
    with _needed():
        from leadline_serve.keeping import ledger_of, show_tokens

    with ledger_of(config) as ledger:
        show_tokens(ledger.tokens.list(), as_json)


@tokens.command("revoke")
def tokens_revoke(
    name: Annotated[str, typer.Argument(help="Which.")],
    config: ConfigOption = CONFIG,
) -> None:
    """End a token at once."""
    with _needed():
        from leadline_serve.keeping import people

    with people(config) as (found, note):
        found.revoke(name)
        note("token revoked", name)
    typer.echo(f"the token {name} is good no more")
