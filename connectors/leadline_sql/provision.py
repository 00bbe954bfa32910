"""leadline's own table and columns: what is missing, and how it is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column

from leadline.batches import Finding
from leadline.errors import SourceError
from leadline_sql.config import SqlConfig
from leadline_sql.database import Database, opened
from leadline_sql.target import Target, find_target, own_table, split_name, wanted_columns


def fix(config: SqlConfig) -> Iterator[Finding]:
    """Make the table of leadline's own, or add its columns; what is there stays as it is."""
    if config.output is None:
        return
    with opened(config) as database:
        try:
            found = database.retrying(lambda: _made(config, database))
        except SourceError as error:
            columns = ", ".join(map(described, own_table(config).columns))
            said = (
                f"could not be made: {error}. Give leadline that right, or make by hand: {columns}"
            )
            yield Finding(f"output {config.output.name}", False, said)
            return
        yield from found


def missing_columns(config: SqlConfig, target: Target) -> Mapping[str, Column[Any]]:
    """Column of a change → the column that the table does not have."""
    return {
        name: column
        for name, column in wanted_columns(config).items()
        if name not in target.columns
    }


def described(column: Column[Any]) -> str:
    """A column in words, for whoever makes it by hand."""
    return f"{column.name} {column.type}"


def _made(config: SqlConfig, database: Database) -> list[Finding]:
    output = config.output
    assert output is not None
    subject = f"output {output.name}"
    with database.write() as connection:
        target = find_target(connection, config)
        if target is None and output.table is None:
            return [Finding(subject, False, "there is no such table: correct `update`")]
        if target is None:
            own_table(config).create(connection)
            return [Finding(subject, True, "made")]
        schema, table = split_name(output.name)
        operations = Operations(MigrationContext.configure(connection))
        missing = missing_columns(config, target)
        for column in missing.values():
            operations.add_column(table, column, schema=schema)
        added = ", ".join(column.name for column in missing.values())
        return [Finding(subject, True, f"added {added}" if missing else "is there")]
