"""Questions to whoever sits at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer


def confirming() -> Callable[[str], bool] | None:
    """Asks yes or no, no being the default; None where nobody is there to answer."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    return _ask


def _ask(question: str) -> bool:
    # A whole line: what does not end is kept back by the line of progress.
    typer.echo(f"{question} [y/N]", err=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
