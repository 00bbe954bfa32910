"""Users and tokens as the command line keeps them; who did it is the user of the machine."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import typer
from rich.text import Text

from leadline.cli.paper import make_table, minute, print_json, say, show
from leadline.errors import UsageError
from leadline.ledger import Account, Ledger, Token
from leadline.workspace import configured
from leadline_serve.access.people import People


class Note(Protocol):
    """Puts an act on record."""

    def __call__(self, action: str, subject: str, **detail: object) -> None: ...


@contextmanager
def ledger_of(config_path: Path) -> Iterator[Ledger]:
    """The ledger of a config."""
    config, _ = configured(config_path)
    with Ledger.open(config.ledger_place) as ledger:
        yield ledger


@contextmanager
def people(config_path: Path) -> Iterator[tuple[People, Note]]:
    """The users and tokens of a config, and what notes an act; both or neither are kept."""
    with ledger_of(config_path) as ledger:

        def note(action: str, subject: str, **detail: object) -> None:
            ledger.audit.record(f"shell:{getpass.getuser()}", action, subject, detail)

        yield People(ledger), note


def password_of(file: Path | None) -> str:
    """The password of a file's first line, or asked for twice; it is never shown."""
    if file is None:
        if not sys.stdin.isatty():
            raise UsageError("there is nobody to ask for the password: use --password-file FILE")
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the password file {file} cannot be read: name a text file") from error
    if not lines or not lines[0]:
        raise UsageError(f"the first line of {file} is empty: put the password there")
    return lines[0]


def show_users(found: Sequence[Account], as_json: bool) -> None:
    """The users, by name."""
    if as_json:
        return print_json(
            [{"name": each.name, "role": each.role, "made_at": each.made_at} for each in found]
        )
    if not found:
        return say("nobody may sign in yet: leadline users add NAME --admin")
    table = make_table("user", "role", "made (UTC)")
    for each in found:
        table.add_row(Text(each.name), each.role, minute(each.made_at))
    show(table)
    return None


def show_tokens(found: Sequence[Token], as_json: bool) -> None:
    """The tokens, by name."""
    if as_json:
        return print_json(
            [
                {
                    "name": each.name,
                    "role": each.role,
                    "made_at": each.made_at,
                    "expires_at": each.expires_at,
                    "used_at": each.used_at,
                }
                for each in found
            ]
        )
    if not found:
        return say("there is no token: leadline tokens add NAME")
    table = make_table("token", "scope", "made (UTC)", "ends (UTC)", "last used (UTC)")
    for token in found:
        ends = "never" if token.expires_at is None else minute(token.expires_at)
        used = "never" if token.used_at is None else minute(token.used_at)
        table.add_row(Text(token.name), token.role, minute(token.made_at), ends, used)
    show(table)
    return None
