"""What results are printed on: the console, its tables and words, the JSON document, progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from leadline.errors import WorkspaceError

_WARMTH = {"hot": "bold red", "warm": "yellow", "cold": "cyan", "dead": "dim"}
_MINUTE = "%Y-%m-%d %H:%M"


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str, int], None]]:
    """A callback (what, rows) that moves a line of progress on standard error."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(pulse_style="cyan"),
        TextColumn("{task.completed:,}"),
        TimeElapsedColumn(),
    )
    silent = quiet or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=silent) as bar:
        tasks: dict[str, TaskID] = {}

        def tick(what: str, rows: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=None)
            bar.advance(tasks[what], rows)

        yield tick


def say(text: str | Text) -> None:
    """One sentence; the terminal wraps it, and a pipe gets it as one line."""
    with _writing():
        _console().print(text, soft_wrap=True, markup=False)


def show(table: Table) -> None:
    """A table as wide as the terminal; closer together where it would not fit."""
    with _writing():
        console = _console()
        unbounded = console.options.update(max_width=sys.maxsize)
        table.collapse_padding = console.measure(table, options=unbounded).minimum > console.width
        console.print(table)


def make_table(
    *columns: str, right: Sequence[str] = (), whole: Sequence[str] = (), cut: Sequence[str] = ()
) -> Table:
    """A plain table. whole: never broken over lines; cut: shortened with … rather than broken."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(
            column,
            justify="right" if column in right else "left",
            no_wrap=column in (*right, *whole, *cut),
            overflow="ellipsis" if column in (*right, *whole, *cut) else "fold",
            max_width=_console().width * 3 // 10 if column in cut else None,
        )
    return table


def print_json(document: object) -> None:
    """The one document that `--json` promises."""
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    with _writing():
        typer.echo(json.dumps(document, indent=2, default=_plain, ensure_ascii=not unicode))


def label(name: str | None) -> Text:
    """A temperature in its colour."""
    return Text(name or "", _WARMTH.get(name or "", ""))


def number(value: object) -> str:
    """Points, or a dash where there is no score."""
    return "-" if value is None else str(value)


def text_of(value: object) -> str | None:
    """A value as text, still None when it is none."""
    return None if value is None else str(value)


def when(at: datetime) -> str:
    """An instant to the minute, with its zone."""
    return f"{minute(at)} {at.strftime('%Z')}".strip()


def minute(at: datetime) -> str:
    """An instant to the minute, for a column whose heading names the zone."""
    return at.strftime(_MINUTE)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a JSON document")


def _console() -> Console:
    return Console(highlight=False)


@contextmanager
def _writing() -> Iterator[None]:
    """Output that cannot be written, such as to a file on a full disk, is told as what it is."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise  # the reader has read enough
    except OSError as error:
        raise WorkspaceError(f"the result could not be printed: {error.strerror}") from None
