"""What the benchmarks of CRMs share: a simulator in a process of its own, and a count of calls."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

import pyarrow as pa

from leadline.batches import Batch, Checkpoint, Outcome, WriteResult, output_schema

END = "end"  # what a simulator is asked last
_DIMENSIONS = ("fit", "engagement")
OUTPUT = output_schema(_DIMENSIONS).remove(0)


@contextmanager
def served(serve: Callable[..., None], **options: Any) -> Iterator[tuple[Any, Connection]]:
    """Run `serve(pipe, options)` in another process; what it says first, and a pipe to it."""
    mine, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, options))
    process.start()
    try:
        yield mine.recv(), mine
    finally:
        mine.send(END)
        process.join()


def told(what: str, calls: int, least: int) -> None:
    print(f"{what}: {calls:,} calls, {least:,} at least: ratio {calls / least:.3f}")


def pulled(batches: Iterable[Batch]) -> tuple[list[str], Checkpoint | None]:
    """The people that come, each once, and the last checkpoint."""
    found: dict[str, None] = {}
    checkpoint = None
    for batch in batches:
        found |= dict.fromkeys(batch.rows["contact_id"].to_pylist())
        checkpoint = batch.checkpoint
    return list(found), checkpoint


def written(
    write: Callable[[pa.Table], Iterable[WriteResult]], ids: Sequence[str], size: int
) -> None:
    """Write a score for each, so many at a time."""
    row = {"score": 40, "fit": 30, "engagement": 10, "grade": "A2", "temperature": "warm"}
    row |= {"reasons": "Head of IT", "model_version": "v1", "scored_at": datetime.now(UTC)}
    for start in range(0, len(ids), size):
        rows = [{"contact_id": each, **row} for each in ids[start : start + size]]
        changes = pa.Table.from_pylist(rows, schema=output_schema(_DIMENSIONS))
        assert {each.outcome for each in write(changes)} == {Outcome.WRITTEN}
