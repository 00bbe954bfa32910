"""The demo CRM as files: contacts, a year of activities in time order, and how deals ended."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from gzip import GzipFile
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from leadline.demo import activities as activity_file
from leadline.demo import contacts as contact_file
from leadline.demo import outcomes as outcome_file
from leadline.demo.blocks import BLOCK, draw_block
from leadline.demo.catalogue import build_catalogue
from leadline.demo.clock import DAYS, YEAR, Clock
from leadline.demo.journeys import Journeys
from leadline.demo.lines import Instants
from leadline.demo.spill import Spill
from leadline.errors import UsageError, WorkspaceError

# Contacts are created up to three years before the last day; planned purchases lie after it.
_PAST, _FUTURE = 2 * DAYS + 2, DAYS
_MOST_CONTACTS = 20_000_000

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What was written: the files and how many rows they hold."""

    contacts_file: Path
    activities_file: Path
    outcomes_file: Path
    contacts: int
    activities: int
    won: int
    lost: int
    open: int
    today: date


@dataclass(slots=True)
class _Deals:
    won: int = 0
    lost: int = 0
    open: int = 0

    def count(self, journeys: Journeys, count: int) -> None:
        deal, decided = journeys.deal[:count], journeys.decided(YEAR)[:count]
        won = int((decided & journeys.won[:count]).sum())
        self.won, self.lost = self.won + won, self.lost + int(decided.sum()) - won
        self.open += int((deal & ~decided).sum())


@dataclass(frozen=True, slots=True)
class _Files:
    """The open files of one run and where they are to end up."""

    contacts: BinaryIO
    activities: BinaryIO
    outcomes: BinaryIO
    spill: Spill
    final: tuple[Path, Path, Path]


def generate(
    folder: Path,
    contacts: int = 5_000,
    seed: int = 7,
    today: date | None = None,
    activities_per_contact: float = 20.0,
    gzip: bool = False,
    on_progress: Progress | None = None,
) -> DemoSummary:
    """Write a believable CRM export into `folder`, the same bytes for the same arguments.

    The activities cover the 365 days up to midnight UTC at the start of `today` (None: the current
    day) and come in time order. A smaller demo holds the first contacts of a larger one. Files of
    the same names are replaced, once all are complete. `on_progress(done, total)` counts steps.
    """
    _check(contacts, seed, activities_per_contact)
    clock = Clock(today or datetime.now(UTC).date())
    try:
        with _open_files(folder, gzip, contacts * activities_per_contact) as files:
            return _write(files, clock, contacts, seed, activities_per_contact, on_progress)
    except OSError as error:
        raise WorkspaceError(
            f"the demo cannot be written to {folder}: {error.strerror or error}; "
            "choose another folder, or make room there"
        ) from error


def _check(contacts: int, seed: int, activities_per_contact: float) -> None:
    if not 1 <= contacts <= _MOST_CONTACTS:
        raise UsageError(f"contacts must be between 1 and {_MOST_CONTACTS:,}, not {contacts:,}")
    if seed < 0:
        raise UsageError(f"the seed must be 0 or more, not {seed}")
    if not 0 <= activities_per_contact <= 1_000:
        raise UsageError(
            f"activities per contact must be between 0 and 1,000, not {activities_per_contact}"
        )


def _write(
    files: _Files, clock: Clock, contacts: int, seed: int, each: float, on_progress: Progress | None
) -> DemoSummary:
    catalogue = build_catalogue(clock)
    instants = Instants(np.datetime64(clock.start), _PAST, DAYS + _FUTURE)
    writer = activity_file.ActivityWriter(files.activities, catalogue, instants)
    files.contacts.write(contact_file.HEADER.encode())
    files.outcomes.write(outcome_file.HEADER.encode())
    blocks = -(-contacts // BLOCK)
    steps = blocks + len(files.spill)
    deals = _Deals()
    for number in range(blocks):
        first = number * BLOCK
        count = min(BLOCK, contacts - first)
        block = draw_block(seed, number, catalogue, clock, each)
        contact_file.write_contacts(files.contacts, block, first, count, instants)
        outcome_file.write_outcomes(files.outcomes, block.journeys, first, count, instants)
        deals.count(block.journeys, count)
        events = block.events[block.events["contact"] < count]
        events["contact"] += first
        files.spill.add(events)
        if on_progress:
            on_progress(number + 1, steps)
    for number, events in enumerate(files.spill.slices(), start=blocks + 1):
        writer.write(events)
        if on_progress:
            on_progress(number, steps)
    return DemoSummary(
        *files.final, contacts, writer.written, deals.won, deals.lost, deals.open, clock.today
    )


@contextmanager
def _open_files(folder: Path, packed: bool, expected: float) -> Iterator[_Files]:
    """Files in a hidden folder beside the final ones, moved into place when all went well."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        hidden = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=".demo-", dir=folder)))
        names = [f"{stem}.csv" + ".gz" * packed for stem in ("contacts", "activities", "outcomes")]
        with ExitStack() as opened:
            contacts, activities, outcomes = (
                _open(opened, hidden / name, packed) for name in names
            )
            spill = Spill(hidden, expected)
            opened.callback(spill.close)
            final = (folder / names[0], folder / names[1], folder / names[2])
            yield _Files(contacts, activities, outcomes, spill, final)
        for name in names:
            (hidden / name).replace(folder / name)


def _open(stack: ExitStack, path: Path, packed: bool) -> BinaryIO:
    plain = stack.enter_context(path.open("wb"))
    if not packed:
        return plain
    # No name and no time inside, so that the same demo is the same bytes.
    file = GzipFile(filename="", mode="wb", compresslevel=3, fileobj=plain, mtime=0)
    return cast(BinaryIO, stack.enter_context(file))
