"""The few pieces of SQL text that every query of the lake is built from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from leadline.vocabulary import KIND_FIELDS


def name(identifier: str) -> str:
    """A quoted identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """A quoted string."""
    return "'" + value.replace("'", "''") + "'"


def instant(value: datetime) -> str:
    """A literal instant, exact to the microsecond."""
    return f"TIMESTAMPTZ {text(value.isoformat())}"


def scan(paths: Iterable[Path | str], **options: bool) -> str:
    """A `read_parquet` of these files; one that exists is never read as a pattern."""
    listed = ", ".join(text(str(path)) for path in paths)
    extra = "".join(f", {key} = {str(value).lower()}" for key, value in options.items())
    return f"read_parquet([{listed}]{extra})"


def hash64(expression: str) -> str:
    """A stable signed 64-bit number for a text: the first half of its MD5, less 2^63."""
    return f"CAST(md5_number_upper({expression})::HUGEINT - 9223372036854775808 AS BIGINT)"


def kind_hash() -> str:
    """The number of an activity's kind: lengths separate the parts, and a null has none."""
    parts = " || ".join(
        f"coalesce(strlen({name(n)})::VARCHAR || ':' || {name(n)}, '-')" for n in KIND_FIELDS
    )
    return hash64(parts)


def content_hash(columns: Iterable[tuple[str, str]]) -> str:
    """The digest of a row's known values: a column that is all null does not move it.

    columns: pairs of a name and its SQL type, in any order.
    """
    parts = ", ".join(_content(column, kind) for column, kind in sorted(columns))
    return hash64(f"concat({parts})")


def _content(column: str, kind: str) -> str:
    value = name(column)
    if kind.endswith("[]"):
        # A set has no order, and its members may hold any separator.
        value = f"to_json(list_sort({value}))::VARCHAR"
    elif kind == "TIMESTAMP WITH TIME ZONE":
        value = f"epoch_us({value})::VARCHAR"
    elif kind == "BOOLEAN" and column == "deleted":
        value = f"nullif({value}, false)::VARCHAR"
    elif kind != "VARCHAR":
        value = f"{value}::VARCHAR"
    return f"{text(column + '=')} || strlen({value})::VARCHAR || ':' || {value}"


def day_of(column: str, zone: str) -> str:
    """The days since 1970-01-01 of an instant, as a calendar in that zone counts them."""
    return f"(CAST(timezone({text(zone)}, {name(column)}) AS DATE) - DATE '1970-01-01')::INTEGER"


def domain_of(column: str) -> str:
    """What stands after the last @ of an address, in lower case; null when there is none."""
    return f"nullif(lower(regexp_extract(trim({name(column)}), '@([^@]+)$', 1)), '')"
