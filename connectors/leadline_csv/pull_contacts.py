"""A pull of contacts: new and changed rows of each file, then those that vanished."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import Batch, Checkpoint, Known, Reject, Stream
from leadline_csv.checkpoint import (
    Position,
    Progress,
    position_of,
    progress_of,
    start_position,
)
from leadline_csv.config import CsvConfig
from leadline_csv.contacts import ContactReader
from leadline_csv.digests import Keys
from leadline_csv.files import InputFile, ensure_unchanged
from leadline_csv.output import output_mark, read_known
from leadline_csv.rows import remark
from leadline_csv.snapshots import Snapshots, snapshot_name

_NONE = pa.table({"contact_id": pa.nulls(0, pa.string())})


def pull_contacts(config: CsvConfig, since: Checkpoint | None) -> Iterator[Batch]:
    """What changed in the files since a checkpoint, and first what the output file holds."""
    pull = _Pull.start(config, since)
    yield from pull.known(since)
    for file in pull.files:
        yield from pull.file(file)
    yield from pull.vanished()


@dataclass(slots=True)
class _Pull:
    """One pull; `position` is what the next batch's checkpoint says."""

    config: CsvConfig
    files: list[InputFile]
    snapshots: Snapshots
    position: Position

    @classmethod
    def start(cls, config: CsvConfig, since: Checkpoint | None) -> _Pull:
        files = config.files(Stream.CONTACTS)
        snapshots, old = Snapshots(config.snapshots), position_of(since)
        position = start_position(since, config.shape(Stream.CONTACTS), files)
        if old is None:
            # Nobody says which of them was committed: all count, since a repeated delete is one.
            position = replace(position, before=tuple(snapshots.names()))
        else:
            needed = {_snapshot(name, at, old.shape) for name, at in old.files.items()}
            held = {at.against for at in old.files.values() if at.against}
            snapshots.keep_only(needed | held | set(old.before))
            kept = {_snapshot(name, at, position.shape) for name, at in position.files.items()}
            before = (needed - kept) | set(old.before)
            position = replace(position, before=tuple(sorted(before)))
        return cls(config, files, snapshots, position)

    def known(self, since: Checkpoint | None) -> Iterator[Batch]:
        """What the output file holds, unless it is what leadline read or wrote last."""
        path, seen = self.config.output, self.config.seen
        if path is None:
            return
        mark = output_mark(path)
        if since is None or not seen.is_last(mark):
            known = Known(read_known(path, self.config.source.write), complete=True)
            yield Batch(_NONE, self.position.as_checkpoint(), known=known)
            seen.remember(mark)

    def file(self, file: InputFile) -> Iterator[Batch]:
        """The file's new and changed contacts."""
        before = self.position
        progress = self._resume(file)
        self.position = self.position.at(file.name, progress)
        if not progress.done:
            yield from self._read(file, progress)
        if self.position != before:
            yield Batch(_NONE, self.position.as_checkpoint())

    def _resume(self, file: InputFile) -> Progress:
        old = self.position.files.get(file.name)
        progress = progress_of(file, old)
        if old is None:
            return progress
        snapshot = _snapshot(file.name, old, self.position.shape)
        if progress.print.digest == old.print.digest:
            lost = old.done and not self.snapshots.has(snapshot)
            return replace(progress, next_line=1) if lost else progress
        # Changed after half of it had been read: what was yielded is in no snapshot, so that all
        # of its rows come again.
        was = snapshot if old.done else old.against
        self.position = replace(
            self.position, before=tuple(sorted({*self.position.before, was} - {""}))
        )
        return replace(progress, against=snapshot if old.done else "")

    def _read(self, file: InputFile, progress: Progress) -> Iterator[Batch]:
        """Rows from `progress` on; all of the file is read, for its snapshot is of all of it."""
        start, config = progress.next_line, self.config
        old = self.snapshots.row_keys(progress.against)
        parts = list[pa.Table]()
        with config.open(Stream.CONTACTS, file) as table:
            columns = config.columns(Stream.CONTACTS, table)
            reader = ContactReader(
                file.name,
                columns,
                config.kinds(Stream.CONTACTS),
                config.reading,
                config.source.pin,
            )
            for records in table.records(columns.used):
                contacts, keys, rows = reader.read(records)
                parts.append(pa.table({"contact_id": contacts["contact_id"], "row": keys}))
                if records.end <= start:
                    continue
                remark(rows, columns, table.decoder)
                fresh = pc.and_(
                    pc.greater_equal(rows.lines, start), pa.array(~_among(keys, old), pa.bool_())
                )
                rejects = rows.ordered_rejects(start)
                at = replace(progress, next_line=records.end)
                self.position = self.position.at(file.name, at)
                yield Batch(
                    contacts.filter(fresh),
                    self.position.as_checkpoint(),
                    rejects=rejects,
                    wheres=rows.wheres().filter(fresh),
                )
        ensure_unchanged(file, progress.print)
        done = replace(progress, next_line=0, against="", bad=reader.bad_lines)
        self.snapshots.write(
            _snapshot(file.name, done, self.position.shape), pa.concat_tables(parts)
        )
        self.position = self.position.at(file.name, done)

    def vanished(self) -> Iterator[Batch]:
        """The contacts that complete files no longer hold, as deleted; and the pull is over."""
        if not self.position.before:
            return
        gone = self._gone()
        bad = sum(at.bad for at in self.position.files.values())
        if len(gone) and bad:
            # One of them may stand in a line that could not be read: it is not deleted for that.
            yield Batch(_NONE, self.position.as_checkpoint(), rejects=(_held_back(len(gone), bad),))
            return
        over = replace(self.position, before=())
        size = self.config.settings.batch_rows
        for start in range(0, len(gone), size):
            ids = gone.slice(start, size)
            last = start + size >= len(gone)
            deleted = pa.table({"contact_id": ids, "deleted": pa.repeat(True, len(ids))})
            yield Batch(deleted, (over if last else self.position).as_checkpoint())
        self.position = over
        if not len(gone):
            yield Batch(_NONE, over.as_checkpoint())

    def _gone(self) -> pa.Array:
        if not self.config.settings.complete:
            return pa.array([], pa.string())
        shape = self.position.shape
        present = self.snapshots.contact_ids(
            _snapshot(name, at, shape) for name, at in self.position.files.items()
        )
        before = self.snapshots.contact_ids(self.position.before)
        return before.filter(pc.invert(pc.is_in(before, value_set=present)))


def _snapshot(file: str, progress: Progress, shape: str) -> str:
    return snapshot_name(file, progress.print.digest, shape)


def _among(keys: Keys, ordered: Keys) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    if not len(ordered):
        return np.zeros(len(keys), np.bool_)
    place = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
    found: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = ordered[place] == keys
    return found


def _held_back(gone: int, bad: int) -> Reject:
    return Reject(
        "contacts",
        f"{gone:,} contacts are no longer in the files, and {bad:,} lines could not be used: "
        "nobody is deleted until those lines are mended",
    )
