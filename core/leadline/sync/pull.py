"""The first two rooms: fetch batches from a source, admit them, and commit them to the lake."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import Batch, Checkpoint, Reject, Source, Stream, Support
from leadline.errors import LeadlineError
from leadline.host.answers import Answers
from leadline.ledger import Origin
from leadline.sync.admit import admit
from leadline.vocabulary import EVERY_TYPE
from leadline.workspace import Workspace

# A commit costs a file: rows are gathered first, but never held back for long.
GATHER_ROWS = 500_000
GATHER_SECONDS = 30.0
LEASE_SECONDS = 1800.0
EXAMPLES = 10

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Only:
    """A part of a source to fetch afresh: named contacts, or what changed or happened since."""

    contacts: tuple[str, ...] = ()
    since: datetime | None = None

    def of(self, rows: pa.Table) -> pa.Table:
        """The rows that belong to this part."""
        if self.contacts and "contact_id" in rows.column_names:
            rows = rows.filter(pc.is_in(rows["contact_id"], pa.array(self.contacts)))
        if self.since is not None:
            for clock in ("updated_at", "occurred_at"):
                if clock in rows.column_names:
                    late = pc.greater_equal(rows[clock], pa.scalar(self.since, rows[clock].type))
                    rows = rows.filter(pc.fill_null(late, True))
        return rows


@dataclass(slots=True)
class Pulled:
    """What a pull brought: rows read, records quarantined for the first time, and the trouble."""

    contacts: int = 0
    activities: int = 0
    companies: int = 0
    quarantined: int = 0
    examples: tuple[Reject, ...] = ()  # the first that could not be used, for people
    changed: int = 0
    missing: set[str] = field(default_factory=set)  # contacts that were asked for and not there
    touched: set[str] = field(default_factory=set)  # of a part, the contacts that were read
    error: LeadlineError | None = None

    def count(self, stream: Stream, rows: int) -> None:
        """Add rows to those that were read of a stream."""
        setattr(self, stream.value, getattr(self, stream.value) + rows)


def pull(
    workspace: Workspace,
    source: Source,
    *,
    learned_at: datetime,
    full: bool = False,
    only: Only | None = None,
    on_progress: Progress | None = None,
) -> Pulled:
    """Bring the lake up to the source. What was read before an error stays, and the error is told.

    full: read everything again. only: read this part again, by itself where the connector can
    (`fetch_records`), else out of everything.
    """
    pulled = Pulled()
    capabilities = workspace.host.connectors[source.connector].capabilities
    if only is not None:
        pulled.missing = set(only.contacts)
    streams = [Stream.CONTACTS]
    if capabilities.companies is Support.FULL:
        streams.append(Stream.COMPANIES)
    if capabilities.activities is Support.FULL:
        streams.append(Stream.ACTIVITIES)
    try:
        with workspace.ledger.leases.take(f"pull:{source.name}", workspace.holder, LEASE_SECONDS):
            for stream in streams:
                part = _Stream(workspace, source, stream, learned_at, pulled, only, on_progress)
                part.run(full or only is not None)
            if Stream.ACTIVITIES not in streams:
                with workspace.exclusively():
                    workspace.lake.say_feeds(source.name, {EVERY_TYPE}, learned_at)
    except LeadlineError as error:
        pulled.error = error
    return pulled


@dataclass(slots=True)
class _Stream:
    """One stream of one source on its way into the lake."""

    workspace: Workspace
    source: Source
    stream: Stream
    learned_at: datetime
    pulled: Pulled
    only: Only | None
    on_progress: Progress | None
    seq: int = 0
    tables: list[pa.Table] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    rows: int = 0
    saved: Checkpoint | None = None
    feeds_off: frozenset[str] | None = None

    @property
    def narrow(self) -> bool:
        """The connector reads just the contacts that were asked for."""
        named = self.only is not None and self.only.contacts and self.only.since is None
        return bool(named) and self.workspace.host.fetches_records(self.source.name)

    def run(self, full: bool) -> None:
        since = self._since()
        if self.narrow and self.stream is Stream.COMPANIES:
            return  # few change, and none of them with its contacts: the next whole sync has them
        checkpoint: Checkpoint | None = None
        began = time.monotonic()
        with closing(self._fetch(None if full else since)) as batches:
            try:
                for batch in batches:
                    checkpoint = batch.checkpoint
                    self._take(batch)
                    if self.rows >= GATHER_ROWS or time.monotonic() - began > GATHER_SECONDS:
                        self._commit(checkpoint)
                        began = time.monotonic()
            finally:
                if checkpoint is not None:
                    self._commit(checkpoint)

    def _fetch(self, since: Checkpoint | None) -> Answers[Batch]:
        host, name = self.workspace.host, self.source.name
        if self.narrow and self.only is not None:
            return host.fetch_records(name, self.stream, self.only.contacts)
        return host.fetch(name, self.stream, since)

    def _since(self) -> Checkpoint | None:
        """Where to resume; None when nothing was pulled yet or the mapping has changed since."""
        ledger, name = self.workspace.ledger, self.source.name
        saved = ledger.checkpoints.get(name, self.stream)
        in_lake = self.workspace.lake.last_commit(self.stream, name)
        self.seq = max(saved.seq if saved else 0, in_lake[0] if in_lake else 0)
        if saved is None or saved.signature != signature(self.source):
            return None
        if in_lake is not None and in_lake[0] > saved.seq:
            # A crash between the lake's commit and the ledger's: the lake is ahead, and right.
            ledger.checkpoints.save(name, self.stream, in_lake[1], in_lake[0], saved.signature)
            self.saved = in_lake[1] or None
            return self.saved
        self.saved = saved.value
        return saved.value

    def _take(self, batch: Batch) -> None:
        table, rejects = admit(batch, self.source, self.stream)
        if self.only is not None:
            # What a narrow fetch brings besides is part of the answer: whom a contact went into.
            table = table if self.narrow else self.only.of(table)
            if "contact_id" in table.column_names:
                self.pulled.touched.update(filter(None, table["contact_id"].to_pylist()))
            if self.stream is Stream.CONTACTS:
                self.pulled.missing -= self.pulled.touched
        self.tables.append(table)
        self.rejects += rejects
        self.pulled.examples = (*self.pulled.examples, *rejects)[:EXAMPLES]
        self.rows += table.num_rows
        if batch.known is not None:
            self.workspace.ledger.known.learn(
                self.source.name,
                batch.known.rows,
                Origin.PULL,
                datetime.now(UTC),
                complete=batch.known.complete,
            )
        if batch.feeds_off is not None:
            self.feeds_off = batch.feeds_off
        self.pulled.count(self.stream, table.num_rows)
        if self.on_progress is not None:
            self.on_progress(f"{self.source.name} {self.stream.value}", batch.rows.num_rows)

    def _commit(self, checkpoint: Checkpoint) -> None:
        """Rows with their checkpoint into the lake first, then the checkpoint into the ledger."""
        workspace, name = self.workspace, self.source.name
        # A part that was read again says nothing about how far the whole has come.
        reached = checkpoint if self.only is None else self.saved
        with workspace.exclusively():
            if self.rows:
                self.seq += 1
                done = workspace.lake.commit(
                    self.stream,
                    name,
                    pa.concat_tables(self.tables, promote_options="default"),
                    learned_at=self.learned_at,
                    seq=self.seq,
                    checkpoint=reached or {},
                )
                self.pulled.changed += done.new + done.changed + done.deleted
            if self.feeds_off is not None:
                workspace.lake.say_feeds(name, self.feeds_off, self.learned_at)
            if self.rejects:
                self.pulled.quarantined += workspace.lake.quarantine(
                    self.stream, name, self.rejects, self.learned_at
                )
        self._save(reached)
        self.tables, self.rejects, self.rows = [], [], 0

    def _save(self, reached: Checkpoint | None) -> None:
        """Bring the ledger level with the lake; what it holds already costs no write."""
        moved = (
            self.saved is None or self.only is not None or dict(self.saved) != dict(reached or {})
        )
        if reached is not None and moved:
            self.workspace.ledger.checkpoints.save(
                self.source.name, self.stream, reached, self.seq, signature(self.source)
            )
            self.saved = reached


def signature(source: Source) -> str:
    """Changes when what is fetched or how it is read changes, so that everything is read again."""
    said: Mapping[str, object] = {
        "connector": source.connector,
        "settings": source.settings.model_dump(mode="json"),  # secrets are masked by pydantic
        "fields": dict(source.fields),
        "activity_fields": dict(source.activity_fields),
        "activity_types": {name: list(values) for name, values in source.activity_types.items()},
        "company_fields": dict(source.company_fields),
        "links_to": source.links_to,
        "wanted": {name: str(kind) for name, kind in source.wanted.items()},
        "time_zone": source.time_zone.key,
        # A label that goes makes unreadable what was a pin.
        **({"pin": list(source.pin.labels)} if source.pin else {}),
        # Other names of our own fields are other fields, whose values are not known yet.
        **({"write": dict(source.write)} if source.write else {}),
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
