"""What a fetch keeps: ids, types, checkpoints that lose nothing, and the same answer twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping

from leadline.batches import Batch, Checkpoint, Finding, Reject, Stream
from leadline.errors import LeadlineError
from leadline.handles import open_files
from leadline.probing.opened import Opened, Taken, ids_of, kept
from leadline.sync.admit import admit

_SHOWN = 3
_PATIENCE = 2  # how many times as many batches are read when something is to be found again
_CHANGED = "if they changed meanwhile, try again"

Facts = dict[str, dict[str, object]]


def of_stream(opened: Opened, stream: Stream, most: int) -> Iterator[Finding]:
    """All checks of one kind of record, as far as the first batches go."""
    try:
        taken = opened.take(stream, None, most)
    except LeadlineError as error:
        yield Finding(f"{stream}: fetch", False, str(error))
        return
    yield _fetched(stream, taken)
    if not taken.batches:
        return
    yield _guarded(f"{stream}: stopping early", lambda: _stopped(opened, stream))
    yield _ids(stream, taken)
    yield _types(opened, stream, taken)
    yield _guarded(f"{stream}: checkpoints", lambda: _checkpoints(stream, taken))
    yield _guarded(f"{stream}: resuming", lambda: _resumed(opened, stream, taken, most))
    yield _guarded(f"{stream}: twice the same", lambda: _twice(opened, stream, taken, most))


def _guarded(subject: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except LeadlineError as error:
        return Finding(subject, False, str(error))


def _fetched(stream: Stream, taken: Taken) -> Finding:
    rows = sum(batch.rows.num_rows for batch in taken.batches)
    rejects = [reject for batch in taken.batches for reject in batch.rejects]
    of = "all there are" if taken.ended else "there are more"
    detail = f"{rows:,} rows in {len(taken.batches)} batches, {of}"
    return Finding(f"{stream}: fetch", True, detail + _examples("for quarantine", rejects))


def _stopped(opened: Opened, stream: Stream) -> Finding:
    """After its first batch a fetch is closed; what it then has open, it keeps."""
    subject, folders = f"{stream}: stopping early", (opened.source.base, opened.source.state)
    before = open_files(folders)
    opened.take(stream, None, 1)
    if left := {file for _, file in open_files(folders) - before}:
        return Finding(subject, False, f"left open: {_named(left)}; close it in a finally")
    return Finding(subject, True, "after one batch, no file was left open")


def _ids(stream: Stream, taken: Taken) -> Finding:
    """Each row has its id; an activity's names one thing that happened."""
    subject = f"{stream}: ids"
    rows = sum(batch.rows.num_rows for batch in taken.batches)
    given = [each for batch in taken.batches for each in _column(batch, stream.key)]
    without = rows - sum(each not in (None, "") for each in given)
    if without:
        return Finding(subject, False, f"{without:,} of {rows:,} rows have no {stream.key}")
    if stream is Stream.ACTIVITIES and (shared := _shared(taken)):
        return Finding(
            subject,
            False,
            f"one {stream.key} for different activities, of which all but one are lost: "
            f"{_named(shared)}",
        )
    repeated = rows - len(set(given))
    return Finding(subject, True, f"{len(set(given)):,} ids; {repeated:,} rows came again")


def _shared(taken: Taken) -> list[str]:
    """The ids under which different things came: another contact, type or instant."""
    happened: dict[str, set[str]] = {}
    for batch in taken.batches:
        for row in batch.rows.to_pylist():
            what = repr([row.get(name) for name in ("contact_id", "type", "occurred_at")])
            if not row.get("deleted"):
                happened.setdefault(str(row[Stream.ACTIVITIES.key]), set()).add(what)
    return [key for key, whats in happened.items() if len(whats) > 1]


def _types(opened: Opened, stream: Stream, taken: Taken) -> Finding:
    """Values are what their fields are declared as; a column of which none is, is a slip."""
    given: dict[str, int] = {}
    read: dict[str, int] = {}
    rejects: list[Reject] = []
    for batch in taken.batches:
        table, wrong = admit(batch, opened.source, stream)
        rejects += wrong[len(batch.rejects) :]  # behind the connector's own
        for name in table.column_names:
            values = [each for each in _column(batch, name) if each not in (None, "")]
            given[name] = given.get(name, 0) + len(values)
            read[name] = read.get(name, 0) + table.num_rows - table[name].null_count
    lost = sorted(name for name, count in given.items() if count and not read[name])
    if lost:
        why = _examples("unreadable", rejects)
        return Finding(f"{stream}: types", False, f"no value can be used: {_named(lost)}{why}")
    filled = sum(count > 0 for count in read.values())
    detail = f"{filled} fields have values" + _examples("unreadable", rejects)
    return Finding(f"{stream}: types", True, detail)


def _checkpoints(stream: Stream, taken: Taken) -> Finding:
    """JSON gives each back as it was; that it can hold them at all, the host sees to."""
    subject = f"{stream}: checkpoints"
    for batch in taken.batches:
        if kept(batch.checkpoint) != dict(batch.checkpoint):
            came = json.dumps(kept(batch.checkpoint))[:200]
            return Finding(subject, False, f"changed by JSON: {came}; use texts as keys, and lists")
    return Finding(subject, True, f"{len(taken.batches)}, each the same after JSON")


def _resumed(opened: Opened, stream: Stream, taken: Taken, most: int) -> Finding:
    """From each checkpoint on, what came in the next batch comes again; the last one is tried."""
    subject = f"{stream}: resuming"
    for place in range(1, len(taken.batches) + 1):
        after = taken.batches[place] if place < len(taken.batches) else None
        wanted = ids_of(after, stream) if after is not None else set()
        # A connector may keep a part of its place in its state: it is stopped there, as by a crash.
        stopped = opened.reopened(f"{stream}-{place}")
        since = stopped.take(stream, None, place).batches[-1].checkpoint
        again = _again(stopped.reopened(), stream, since, wanted, most)
        missing = wanted - {key for each in again.batches for key in ids_of(each, stream)}
        if missing:
            detail = f"from the checkpoint of batch {place}, these did not come: "
            return Finding(subject, False, f"{detail}{_named(missing)}; {_CHANGED}")
    return Finding(subject, True, f"from {len(taken.batches)} checkpoints, nothing was lost")


def _twice(opened: Opened, stream: Stream, taken: Taken, most: int) -> Finding:
    """A fetch of all by a new process brings the same records with the same values."""
    subject, first = f"{stream}: twice the same", _facts(taken, stream)
    second = _facts(_again(opened.reopened("again"), stream, None, set(first), most), stream)
    if missing := first.keys() - second.keys():
        detail = f"these came once and not again: {_named(missing)}; {_CHANGED}"
        return Finding(subject, False, detail)
    other = [key for key in first if _differ(first[key], second[key])]
    if other:
        return Finding(subject, False, f"these came with other values: {_named(other)}; {_CHANGED}")
    return Finding(subject, True, f"{len(first):,} records")


def _again(
    opened: Opened, stream: Stream, since: Checkpoint | None, wanted: set[str], most: int
) -> Taken:
    """A fetch until all that is wanted has come; a little of it where nothing is."""
    return opened.take(stream, since, most * _PATIENCE if wanted else 1, wanted)


def _facts(taken: Taken, stream: Stream) -> Facts:
    """The last row of each id."""
    return {
        str(row.get(stream.key)): row for batch in taken.batches for row in batch.rows.to_pylist()
    }


def _differ(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether two sightings differ, though the record itself says that it did not change."""
    moved = one.get("updated_at") != other.get("updated_at")
    return repr(one) != repr(other) and not moved  # a NaN equals nothing, itself included


def _column(batch: Batch, name: str) -> list[object]:
    if name not in batch.rows.column_names:
        return [None] * batch.rows.num_rows
    values: list[object] = batch.rows[name].to_pylist()
    return values


def _named(keys: Iterable[str]) -> str:
    found = sorted(keys)
    more = f" and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more


def _examples(what: str, rejects: list[Reject]) -> str:
    if not rejects:
        return ""
    return f"; {len(rejects):,} {what}, such as {rejects[0].where}: {rejects[0].reason}"
