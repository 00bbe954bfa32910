"""A simulated CRM for a person: served until Ctrl-C, with a word at the start and at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from leadline_sandbox.faults import Faults
from leadline_sandbox.journal import Journal
from leadline_sandbox.server import address, listen, serve


class Attended(Protocol):
    """A CRM that a person can watch."""

    url: str
    faults: Faults
    journal: Journal


A = TypeVar("A", bound=Attended)


def attend(
    port: int,
    make: Callable[[], A],
    build: Callable[[A], Any],
    welcome: Callable[[A], str],
    faults: Sequence[str],
    say: Callable[[str], None],
) -> None:
    """Serve what `make` fills; `welcome` says how to connect to it, and ends with the calls."""
    opened = listen(port)
    crm = make()
    for fault in faults:
        crm.faults.parse(fault)
    crm.url = address(opened)
    app = build(crm)
    with suppress(KeyboardInterrupt):  # which may come before the server minds it
        say("\n".join([welcome(crm), "Ctrl-C ends it."]))
        serve(app, opened)
    say(f"\nstopped after {crm.journal.count():,} calls")
    for label, number in crm.journal.summary().items():
        say(f"  {label}: {number:,}")
