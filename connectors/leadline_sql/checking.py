"""`leadline check` for a database: the connection, each query, and the output. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import insert, null, select, text, update

from leadline.batches import Finding, Stream
from leadline.columns import expected, read_column
from leadline.errors import SourceError
from leadline.vocabulary import EVERY_TYPE
from leadline_sql import statements
from leadline_sql.config import SqlConfig
from leadline_sql.database import Database, opened
from leadline_sql.failures import Broken
from leadline_sql.headings import Headings, listed
from leadline_sql.provision import described, missing_columns
from leadline_sql.pull import headings_of
from leadline_sql.records import RecordReader
from leadline_sql.settings import Activities, Query
from leadline_sql.target import Target, find_target, own_table, problem_with

_SAMPLE = 100


def check(config: SqlConfig) -> Iterator[Finding]:
    """Try everything that a sync needs; where the database cannot be reached that is all."""
    try:
        with opened(config) as database:
            database.retrying(lambda: _connect(database))
            found = list(_findings(config, database))
    except SourceError as error:
        yield Finding("connection", False, str(error))
        return
    yield from found


def _findings(config: SqlConfig, database: Database) -> Iterator[Finding]:
    yield Finding("connection", True, database.label)
    for stream in Stream:
        query = config.query(stream)
        if query is not None:
            yield _stream(config, database, stream, query)
        elif stream is Stream.ACTIVITIES:
            off = frozenset({EVERY_TYPE})
            yield Finding("activities", True, "no query: nothing is counted", feeds_off=off)
    if config.output is not None:
        try:
            yield from database.retrying(lambda: list(_output(config, database)))
        except SourceError as error:
            yield Finding(f"output {config.output.name}", False, str(error))


def _connect(database: Database) -> None:
    with database.read():
        pass


def _stream(config: SqlConfig, database: Database, stream: Stream, query: Query) -> Finding:
    subject = f"query of {stream.value}"
    try:
        headings = database.retrying(lambda: headings_of(database, config, stream, query))
        rows = database.retrying(lambda: _sampled(config, database, stream, query, headings))
    except SourceError as error:
        return Finding(subject, False, str(error))
    said = [", ".join(f"{field} ← '{column}'" for field, column in headings.fields.items())]
    if headings.cursor is None:
        said.append("no cursor: everything is read each time")
    if headings.unused:
        said.append(f"not used: {listed(headings.unused)}")
    wrong = list(_unreadable(config, stream, headings, rows))
    off = frozenset(query.feeds_off) if isinstance(query, Activities) else None
    return Finding(subject, not wrong, "; ".join([*wrong, *said]), feeds_off=off)


def _sampled(
    config: SqlConfig, database: Database, stream: Stream, query: Query, headings: Headings
) -> pa.Table:
    reader = RecordReader(config, stream, headings)
    with database.read() as connection:
        rows = connection.execute(statements.sample(query.query, headings, _SAMPLE)).all()
    return reader.read(rows) if rows else reader.nothing()


def _unreadable(
    config: SqlConfig, stream: Stream, headings: Headings, rows: pa.Table
) -> Iterator[str]:
    """The columns of which not one value is what its field is."""
    for field, kind in config.kinds(stream).items():
        if field not in rows.column_names:
            continue
        values = rows[field]
        read, bad = read_column(values, kind, time_zone=config.source.time_zone)
        if pc.any(bad).as_py() and read.null_count == len(read):
            value = values.drop_null()[0].as_py()
            yield (
                f"column '{headings.fields[field]}' holds no {kind} for {field}: '{value}' "
                f"is not {expected(kind)}"
            )


def _output(config: SqlConfig, database: Database) -> Iterator[Finding]:
    output = config.output
    assert output is not None
    subject = f"output {output.name}"
    with database.read() as connection:
        target = find_target(connection, config)
    if target is None:
        if output.table is None:
            yield Finding(subject, False, "there is no such table: correct `update`")
            return
        columns = ", ".join(described(column) for column in own_table(config).columns)
        yield Finding(
            subject,
            False,
            "there is no such table yet: run leadline check --fix, which makes it",
            fix=f"make the table {output.name} ({columns})",
        )
        return
    missing = missing_columns(config, target)
    for column in missing.values():
        yield Finding(
            f"{subject}: {column.name}",
            False,
            "the column is missing: run leadline check --fix, which adds it",
            fix=f"add the column {described(column)} to {output.name}",
        )
    for name, column in target.columns.items():
        if problem := problem_with(column, config.type_of(name)):
            said = f"{problem}: set write.{name} in the source's table to another column"
            yield Finding(f"{subject}: {column.name}", False, said)
    if target.columns:
        yield _rights(config, database, target)


def _rights(config: SqlConfig, database: Database, target: Target) -> Finding:
    """Whether scores may be written, by statements that are about no row."""
    output = config.output
    assert output is not None
    nobody = text("1 = 0")
    own = list(target.columns.values())
    try:
        with database.write() as connection:
            values: dict[str, Any] = {column.name: null() for column in own}
            connection.execute(update(target.table).values(values).where(nobody))
            if output.table is not None:
                columns = [target.key, *own]
                rows = select(*columns).where(nobody)
                connection.execute(insert(target.table).from_select(columns, rows))
    except Broken:
        raise
    except SourceError as error:
        return Finding(f"output {output.name}", False, f"{error}: grant leadline's user that right")
    names = ", ".join(column.name for column in own)
    return Finding(f"output {output.name}", True, f"may be written: {names}")
