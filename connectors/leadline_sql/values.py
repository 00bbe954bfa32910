"""What a driver hands out as columns of Arrow, and cursors as JSON and back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa
from sqlalchemy import BigInteger, BindParameter, Date, DateTime, Float, LargeBinary, Numeric, Uuid
from sqlalchemy import bindparam as bind
from sqlalchemy.types import NullType, TypeEngine

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:$|[T ]\d{2}:\d{2})", re.ASCII)
_NAIVE, _AWARE = pa.timestamp("us"), pa.timestamp("us", tz="UTC")
_PLAIN: Mapping[frozenset[type], pa.DataType] = {
    frozenset({str}): pa.string(),
    frozenset({int}): pa.int64(),
    frozenset({bool}): pa.bool_(),
    frozenset({float}): pa.float64(),
    frozenset({date}): pa.date32(),
}


def column(values: Sequence[object], *, as_list: bool = False) -> pa.Array:
    """One column with the type that its values have; as text where they have no common one.

    A naive instant stays naive: the host reads it in the source's time zone. as_list: lists of
    texts stay lists.
    """
    kinds = frozenset(type(value) for value in values if value is not None)
    if not kinds:
        return pa.nulls(len(values), pa.string())
    kind = _PLAIN.get(kinds)
    if kinds == {datetime}:
        aware = {value.tzinfo is not None for value in values if isinstance(value, datetime)}
        kind = (_AWARE if aware == {True} else _NAIVE) if len(aware) == 1 else None
    if as_list and kinds == {list}:
        kind = pa.list_(pa.string())
    if kind is not None:
        try:
            return pa.array(values, kind)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeEncodeError):
            pass  # one of them does not fit: all are text
    return texts(values)


def texts(values: Sequence[object]) -> pa.Array:
    """The values as text, null for none."""
    return pa.array([None if value is None else as_text(value) for value in values], pa.string())


def as_text(value: object) -> str:
    """One value as text: JSON for what is nested, digits for whole numbers of any kind."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, bytes | bytearray | memoryview):
        return _of_bytes(bytes(value))
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=as_text)
    return str(value)


def key_texts(values: Sequence[object]) -> pa.Array:
    """Ids as text: 5, 5.0 and Decimal("5.00") are one id."""
    return pa.array([None if value is None else key_text(value) for value in values], pa.string())


def key_text(value: object) -> str:
    """One id as text."""
    if isinstance(value, float | Decimal) and value == value and value % 1 == 0:
        return str(int(value))
    return as_text(value).strip()


def _of_bytes(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.hex()


@dataclass(frozen=True, slots=True)
class _Kind:
    """A type that a cursor or an id may have: its name in a checkpoint, and how it is bound."""

    name: str
    type: Callable[[], TypeEngine[Any]]
    write: Callable[[Any], object] = lambda value: value
    read: Callable[[Any], object] = lambda value: value


# In the order in which they are tried: a bool is an int, and a datetime is a date.
# Texts have no type: PostgreSQL then takes one for what its column is.
_KINDS: tuple[tuple[type, _Kind], ...] = (
    (int, _Kind("integer", BigInteger)),
    (float, _Kind("float", Float)),
    (str, _Kind("text", NullType)),
    (Decimal, _Kind("decimal", Numeric, str, Decimal)),
    (datetime, _Kind("instant", DateTime, str, datetime.fromisoformat)),
    (date, _Kind("date", Date, str, date.fromisoformat)),
    (UUID, _Kind("uuid", Uuid, str, UUID)),
    (bytes, _Kind("bytes", LargeBinary, bytes.hex, bytes.fromhex)),
)


def to_json(value: object) -> object:
    """A cursor's value for a checkpoint; TypeError for one that cannot be compared again."""
    kind = _kind_of(value)
    return [kind.name, kind.write(value)]


def from_json(said: object) -> object:
    """The value again; ValueError for what is none."""
    if isinstance(said, list | tuple) and len(said) == 2:
        for _, kind in _KINDS:
            if kind.name == said[0]:
                return kind.read(said[1])
    raise ValueError("no value of a cursor")


def bound(name: str, value: object) -> BindParameter[object]:
    """The value as a parameter of the type it was read with, so that indexes are used."""
    if isinstance(value, datetime):
        return bind(name, value, type_=DateTime(timezone=value.tzinfo is not None))
    return bind(name, value, type_=_kind_of(value).type())


def earlier(value: object, seconds: int) -> object:
    """A cursor's value so long before: of instants, dates and texts that are one; others stay."""
    step = timedelta(seconds=seconds)
    try:
        if isinstance(value, datetime):
            return value - step
        if isinstance(value, date):
            return value - timedelta(days=-(-seconds // 86_400))
        if isinstance(value, str):
            return _earlier_text(value, step)
    except OverflowError:
        return value
    return value


def _earlier_text(value: str, step: timedelta) -> str:
    """The same spelling of an earlier instant, since texts are compared letter by letter."""
    if not _ISO.match(value):
        return value
    try:
        before = datetime.fromisoformat(value) - step
    except ValueError:
        return value
    if len(value) == 10:
        return before.date().isoformat()
    fraction = len(value[19:].split("+")[0].split("-")[0].rstrip("Z")) if "." in value else 0
    spelled = before.isoformat(sep=value[10], timespec="seconds")
    head, zone = spelled[:19], spelled[19:]
    digits = f".{before.microsecond:06d}"[:fraction] if fraction else ""
    zone = "Z" if value.endswith("Z") else zone
    return f"{head}{digits}{zone}"


def _kind_of(value: object) -> _Kind:
    for python, kind in _KINDS:
        if isinstance(value, python):
            return kind
    raise TypeError(type(value).__name__)


def as_utc(value: datetime) -> datetime:
    """An instant in UTC without saying so: what leadline's own columns without a zone hold."""
    return value.astimezone(UTC).replace(tzinfo=None)
