"""The lake's face: one folder of Delta tables, one writer at a time, any number of readers."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import RLock
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from leadline.batches import Checkpoint, Reject, Stream
from leadline.errors import InternalError, WorkspaceError
from leadline.lake import compaction, days, facts, feeds, quarantine, relations, scores
from leadline.lake.failures import guarded
from leadline.lake.outcomes import Committed, Published
from leadline.lake.schemas import LAYOUTS
from leadline.lake.sessions import open_session, sweep
from leadline.lake.snapshots import Snapshot
from leadline.lake.sql import name
from leadline.lake.table import Table
from leadline.vocabulary import FieldType, column_of, field_of

_FORMAT = 1
_NOTE = "lake.json"
# Delta's reader decodes these in a path, and then looks in another folder.
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")


class Lake:
    """All facts and scores of a workspace; `Lake.open` is the way in."""

    def __init__(self, root: Path, zone: ZoneInfo) -> None:
        self.root, self.zone = root, zone
        self._lock = RLock()
        self._tables = {name: Table(root, layout) for name, layout in LAYOUTS.items()}

    @classmethod
    def open(cls, root: Path, time_zone: ZoneInfo) -> Lake:
        """The lake in this folder, which is made if need be; days follow `time_zone`."""
        root = root.resolve()
        if _ENCODED.search(str(root)):
            raise WorkspaceError(
                f"the lake cannot lie in {root}: a % before two digits in a folder's name is read "
                "as an encoded character; rename the folder"
            )
        lake = cls(root, time_zone)
        with guarded(root):
            root.mkdir(parents=True, exist_ok=True)
            if not os.access(root, os.R_OK | os.W_OK | os.X_OK):
                raise PermissionError(f"permission denied: {root}")
            sweep(root)
        lake._remember_zone()
        return lake

    def _remember_zone(self) -> None:
        note = self.root / _NOTE
        kept = self._read_note(note)
        if kept == self.zone.key:
            return
        if kept is not None or self._tables["activities"].files():
            with self._working() as con:
                days.recount(con, self._tables["activities"], self.zone)
        # Written last: after a crash the days are counted again.
        with guarded(self.root):
            fresh = note.with_suffix(".new")
            fresh.write_text(json.dumps({"format": _FORMAT, "time_zone": self.zone.key}) + "\n")
            fresh.replace(note)

    def _read_note(self, note: Path) -> str | None:
        with guarded(self.root):
            if not note.exists():
                return None
            try:
                found = json.loads(note.read_text(encoding="utf-8"))
                form, zone = found["format"], found["time_zone"]
            except (ValueError, KeyError, TypeError) as error:
                raise WorkspaceError(
                    f"{note} is damaged: delete this one file and run again; the lake's rows are "
                    "not in it"
                ) from error
        if form != _FORMAT:
            raise WorkspaceError(
                f"the lake {self.root} has format {form}, this leadline reads {_FORMAT}: "
                "use the version of leadline that wrote it"
            )
        return str(zone)

    @contextmanager
    def _working(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._lock, guarded(self.root):
            if not self.root.is_dir():
                raise FileNotFoundError(f"{self.root} is no longer there")
            con = open_session(self.root)
            try:
                yield con
            finally:
                con.close()

    def commit(
        self,
        stream: Stream,
        source: str,
        rows: pa.Table,
        *,
        learned_at: datetime,
        seq: int,
        checkpoint: Checkpoint,
    ) -> Committed:
        """Bring the facts of one source up to these rows; what says nothing new is not written.

        learned_at is moved up to the latest one of the source when a clock was set back.
        """
        pull = facts.Pull(source, _aware(learned_at), _app(stream, source), seq, checkpoint)
        with self._working() as con:
            done, rejects = facts.commit(
                con, self._tables[stream.value], self._tables["kinds"], rows, pull, self.zone
            )
            quarantine.keep(con, self._tables["quarantine"], stream, source, rejects, learned_at)
        return done

    def last_commit(self, stream: Stream, source: str) -> tuple[int, Checkpoint] | None:
        """The `seq` and checkpoint of the newest commit that wrote rows of this pull."""
        with self._lock:
            return self._tables[stream.value].last_pull(_app(stream, source))

    def quarantine(
        self, stream: Stream, source: str, rejects: Sequence[Reject], learned_at: datetime
    ) -> int:
        """Keep records that could not be used; the number of those not there before."""
        with self._working() as con:
            table = self._tables["quarantine"]
            return quarantine.keep(con, table, stream, source, rejects, _aware(learned_at))

    def say_feeds(self, source: str, off: Collection[str], learned_at: datetime) -> bool:
        """Keep which activity types a source cannot deliver from now on; True when that is new."""
        with self._working() as con:
            return feeds.say(con, self._tables["feeds"], source, off, _aware(learned_at))

    def publish(
        self,
        model: str,
        scores_: pa.Table,
        *,
        as_of: datetime,
        history: bool = True,
        records: pa.Table | None = None,
    ) -> Published:
        """Make these the model's answer; when none differs from before, nothing is written.

        records: only what is said of these (source, contact_id) is replaced; None: of everybody.
        """
        with self._working() as con:
            past = self._tables["score_history"] if history else None
            current = self._tables["scores"]
            return scores.publish(con, current, past, model, scores_, _aware(as_of), records)

    def session(
        self,
        memory_limit: str = "1GiB",
        threads: int | None = None,
        *,
        joins_as_written: bool = False,
    ) -> duckdb.DuckDBPyConnection:
        """A DuckDB connection in UTC that can read this lake and reach nothing else.

        Rows come in no order unless a query asks for one. joins_as_written: DuckDB does not change
        the order of a query's joins.
        """
        with guarded(self.root):
            return open_session(
                self.root,
                memory_limit,
                threads,
                in_order=False,
                joins_as_written=joins_as_written,
            )

    def relation(
        self,
        con: duckdb.DuckDBPyConnection,
        table: str,
        as_of: datetime | None = None,
        wanted: Mapping[str, FieldType] | None = None,
    ) -> Snapshot:
        """Show a table's rows in the session under its name: the snapshot of this moment.

        as_of None: the current versions, deleted contacts included. as_of T: what was known at T,
        without activities that happened after it. wanted: fields that must have a column, null
        where nothing was ever kept of them, as is every column of a table made before it had it.
        """
        snapshot = self.snapshot(table, as_of, wanted)
        with guarded(self.root):
            query = relations.select(con, snapshot.schema, snapshot.parts)
            con.execute(f"CREATE OR REPLACE TEMP VIEW {name(table)} AS {query}")
        return snapshot

    def snapshot(
        self,
        table: str,
        as_of: datetime | None = None,
        wanted: Mapping[str, FieldType] | None = None,
    ) -> Snapshot:
        """The files behind `relation`, for an engine that reads them by itself."""
        if table not in self._tables:
            raise InternalError(f"the lake has no table '{table}', only {', '.join(LAYOUTS)}")
        found = self._tables[table]
        at = None if as_of is None else _aware(as_of)
        with self._lock, guarded(self.root):
            schema, files = found.schema(), found.files()
        asked = {f.name: f.type for f in found.layout.columns}
        asked |= {column_of(field): kind.arrow for field, kind in (wanted or {}).items()}
        more = [pa.field(c, kind) for c, kind in asked.items() if c not in schema.names]
        return Snapshot(pa.schema([*schema, *more]), relations.unproven(found.layout, files, at))

    def kept_facts(self) -> dict[str, FieldType]:
        """The facts about a person that were ever kept beyond the record's own, with their types.

        A model that scored once may name one that no config knows any more.
        """
        with self._lock, guarded(self.root):
            schema = self._tables["contacts"].schema()
        kinds = {kind.arrow: kind for kind in FieldType}
        own = set(self._tables["contacts"].layout.columns.names)
        return {
            field_of(column.name): kinds[column.type]
            for column in schema
            if column.name not in own and column.type in kinds
        }

    def clock(self) -> datetime | None:
        """The latest instant at which a fact was learned or its end was; None in an empty lake."""
        with self._lock:
            known = [
                file.last_change()
                for table in ("contacts", "companies", "activities", "feeds")
                for file in self._tables[table].files()
            ]
        return max((at for at in known if at is not None), default=None)

    def compact(self, force: bool = False) -> bool:
        """Lay scattered rows in order again and delete files that no reader needs any more."""
        done = False
        with self._working() as con:
            for table in self._tables.values():
                # A model's scores are replaced as a whole: they are never scattered.
                if table.layout.name != "scores":
                    done = compaction.compact(con, table, force) or done
                table.vacuum()
        return done


def _app(stream: Stream, source: str) -> str:
    return f"pull:{source}:{stream.value}"


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise InternalError(f"the instant {at.isoformat()} has no time zone")
    return at
