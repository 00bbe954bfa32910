"""The table that scores go to, as the database has it now: its key and leadline's own columns."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import pyarrow as pa
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Float,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    any_,
    bindparam,
    inspect,
)
from sqlalchemy.exc import SAWarning
from sqlalchemy.types import NullType, TypeEngine

from leadline.errors import SourceError
from leadline_sql.config import SqlConfig
from leadline_sql.headings import listed, nearest
from leadline_sql.values import as_utc, key_text

_KEY_LENGTH = 255
_LARGE, _SMALL = 10_000, 500  # keys; some databases take no more than 999 parameters


@dataclass(frozen=True, slots=True)
class Target:
    """A table with its columns.

    columns: column of a change → the table's; those that are there. takes_arrays: many keys may
    travel as one parameter.
    """

    table: Table
    key: Column[Any]
    columns: Mapping[str, Column[Any]]
    takes_arrays: bool

    def among(self, contact_ids: Sequence[str]) -> Iterator[ColumnElement[bool]]:
        """Conditions that find the rows of these contacts; each is for a statement of its own."""
        keys = [key for each in contact_ids if (key := self.key_of(each)) is not None]
        size = _LARGE if self.takes_arrays else _SMALL
        for start in range(0, len(keys), size):
            some = keys[start : start + size]
            if self.takes_arrays:
                yield self.key == any_(bindparam(None, some, ARRAY(self.key.type)))
            else:
                yield self.key.in_(some)

    def key_of(self, contact_id: str) -> object | None:
        """A contact's id as the key's column has it; None where it cannot be one of its values."""
        try:
            kind = self.key.type.python_type
        except NotImplementedError:
            return contact_id
        if kind not in (int, Decimal, float, UUID):
            return contact_id
        try:
            value = kind(contact_id)
        except (ValueError, InvalidOperation):
            return None
        return value if key_text(value) == contact_id else None

    def values_of(self, change: Mapping[str, object]) -> dict[str, object]:
        """A row of changes as the table takes it: column → value."""
        return {
            self.columns[name].name: _fitting(self.columns[name].type, value)
            for name, value in change.items()
            if name in self.columns
        }

    def needs(self, names: list[str]) -> None:
        """A `SourceError` when a column of a change has none here."""
        missing = [name for name in names if name not in self.columns]
        if missing:
            raise SourceError(
                f"the table {self.table.fullname} has no column for {', '.join(missing)}: run "
                "leadline check --fix, which adds what is missing"
            )


def find_target(connection: Connection, config: SqlConfig) -> Target | None:
    """The output's table; None where there is none. SourceError without its key's column."""
    output = config.output
    assert output is not None
    schema, name = split_name(output.name)
    found = inspect(connection)
    if not found.has_table(name, schema=schema):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # types that SQLAlchemy does not know
        table = Table(name, MetaData(), schema=schema, autoload_with=connection, resolve_fks=False)
    if output.key_column not in table.c:
        names = list(table.c.keys())
        raise SourceError(
            f"the table {output.name} has no column '{output.key_column}'"
            f"{nearest(output.key_column, names)}; its columns are {listed(names)}. Set `key` in "
            f"[sources.{config.name}.output]"
        )
    there = {
        name: table.c[column] for name, column in config.own_columns.items() if column in table.c
    }
    return Target(table, table.c[output.key_column], there, connection.dialect.name == "postgresql")


def own_table(config: SqlConfig) -> Table:
    """leadline's own table as it is made."""
    output = config.output
    assert output is not None
    schema, name = split_name(output.name)
    key: Column[Any] = Column(output.key_column, String(_KEY_LENGTH), primary_key=True)
    return Table(name, MetaData(), key, *wanted_columns(config).values(), schema=schema)


def wanted_columns(config: SqlConfig) -> dict[str, Column[Any]]:
    """Column of a change → the column that it goes to, for all that this source is written."""
    own = config.own_columns
    return {
        name: Column(own[name], _type_for(name, config.type_of(name)))
        for name in config.source.output.names
    }


def problem_with(column: Column[Any], kind: pa.DataType) -> str:
    """Why a column cannot hold values of a type; "" when it can."""
    words: dict[type[TypeEngine[Any]], str] = {
        Integer: "a whole number",
        DateTime: "a date and time",
        String: "text",
    }
    needed = _family(kind)
    fits: tuple[type[TypeEngine[Any]], ...] = (needed, NullType)
    if needed is Integer:
        fits = (Integer, Numeric, Float, NullType)
    if needed is DateTime:
        fits = (DateTime, String, NullType)
    if isinstance(column.type, fits):
        return ""
    return f"'{column.name}' is {column.type} and has to be {words[needed]}"


def split_name(name: str) -> tuple[str | None, str]:
    """The schema, if one is named, and the table."""
    schema, _, table = name.strip().rpartition(".")
    return schema or None, table


def _family(kind: pa.DataType) -> type[TypeEngine[Any]]:
    if pa.types.is_integer(kind):
        return Integer
    return DateTime if pa.types.is_timestamp(kind) else String


def _type_for(name: str, kind: pa.DataType) -> TypeEngine[Any]:
    family = _family(kind)
    if family is Integer:
        return Integer()
    if family is DateTime:
        return DateTime(timezone=True)
    return Text() if name.endswith("reasons") else String(_KEY_LENGTH)


def _fitting(kind: TypeEngine[Any], value: object) -> object:
    """An instant in a column without a zone is in UTC; what goes into a text is one."""
    if isinstance(value, datetime):
        if isinstance(kind, DateTime):
            return value if kind.timezone else as_utc(value)
        return f"{as_utc(value).isoformat(timespec='seconds')}Z"
    if isinstance(kind, String) and value is not None:
        return str(value)
    return value
