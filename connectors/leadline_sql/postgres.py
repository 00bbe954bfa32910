"""Dates that Python cannot hold (infinity, year 20000, BC) come as text: one must not stop all."""

from __future__ import annotations

from psycopg import Connection, DataError
from psycopg.abc import Buffer
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader


class _Date(DateLoader):
    def load(self, data: Buffer) -> object:  # type: ignore[override]  # text is let through
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


class _Timestamp(TimestampLoader):
    def load(self, data: Buffer) -> object:  # type: ignore[override]  # text is let through
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


class _Timestamptz(TimestamptzLoader):
    def load(self, data: Buffer) -> object:  # type: ignore[override]  # text is let through
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


def read_odd_dates(connection: Connection[object], _record: object) -> None:
    """Register the loaders for one connection."""
    for name, loader in (("date", _Date), ("timestamp", _Timestamp), ("timestamptz", _Timestamptz)):
        connection.adapters.register_loader(name, loader)
