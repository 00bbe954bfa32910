"""Questions to whoever sits at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import typer

from leadline.errors import UsageError

if TYPE_CHECKING:
    from leadline.batches import Finding


def may_fix(yes: bool) -> Callable[[Sequence[Finding]], bool]:
    """Lists what would be made in a CRM and asks, unless the yes was given with the command."""

    def asked(found: Sequence[Finding]) -> bool:
        for each in found:
            typer.echo(f"to be made: {each.subject}: {each.fix}", err=True)
        return yes or _agreed("make these now?", "run leadline check --fix --yes")

    return asked


def may_write(yes: bool) -> Callable[[str], bool]:
    """Says what would be written and asks, unless the yes was given with the command."""

    def asked(what: str) -> bool:
        typer.echo(f"to be written: {what}", err=True)
        return yes or _agreed("write this now?", "add --yes")

    return asked


def confirming() -> Callable[[str], bool] | None:
    """Asks yes or no, no being the default; None where nobody is there to answer."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    return _ask


def _agreed(question: str, hint: str) -> bool:
    """The answer; UsageError with the hint where nobody is there to give one."""
    ask = confirming()
    if ask is None:
        raise UsageError(f"nobody is here to agree to this: {hint}")
    return ask(question)


def _ask(question: str) -> bool:
    # A whole line: what does not end is kept back by the line of progress.
    typer.echo(f"{question} [y/N]", err=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
