"""Reads a column of text as what its field is, and says which values are no such thing.

Every connector and the host's admission read through here, so that one value means the same
whichever CRM it came from. The work is done on whole columns; there is no Python per value.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from leadline.vocabulary import FieldType

UTC = ZoneInfo("UTC")
FIRST_YEAR, LAST_YEAR = 1900, 2200

# Not arrays yet: to make one, Arrow imports pandas where that is installed.
_TRUE = ("true", "t", "yes", "y", "on", "1")
_FALSE = ("false", "f", "no", "n", "off", "0")

_BLANKS = r"[\s\pZ]"
_CURRENCY = (
    r"(?:US\$|R\$|\p{Sc}|zł|Kč|kr\.?|Ft|lei|Fr\.?|AED|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EUR"
    r"|GBP|HKD|HUF|IDR|ILS|INR|ISK|JPY|KRW|MXN|MYR|NOK|NZD|PHP|PLN|RON|RUB|SAR|SEK|SGD|THB|TRY"
    r"|TWD|UAH|USD|VND|ZAR)"
)
_ISO_DATE = r"^\d{4}-\d{2}-\d{2}$"
_ISO_NAIVE = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$"
_ISO_ZONED = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-](0\d|1[0-8]):[0-5]\d)$"
_EPOCH = r"^\d{13}$"
_CLOCK = (
    r"(?:(?:[Tt]|,?\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?"
    r"\s*([AaPp])?(?:\.?[Mm]\.?)?\s*([Zz]|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?"
)
_YEAR_FIRST = r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})|(\d{4})(\d{2})(\d{2})"
_MONTH_FIRST = rf"^(?:{_YEAR_FIRST}|(\d{{1,2}})/(\d{{1,2}})/(\d{{4}})){_CLOCK}$"
_DAY_FIRST = rf"^(?:{_YEAR_FIRST}|(\d{{1,2}})[./-](\d{{1,2}})[./-](\d{{4}})){_CLOCK}$"

_WHAT = {
    FieldType.INTEGER: "a whole number such as 1234 or 1,234",
    FieldType.NUMBER: "a number such as 1234.5",
    FieldType.MONEY: "an amount such as 1,200.50 or € 1200.50",
    FieldType.TEXT: "text",
    FieldType.DATE: f"a date such as 2026-05-31 or 05/31/2026, year {FIRST_YEAR} to {LAST_YEAR}",
    FieldType.INSTANT: "a date and time such as 2026-05-31 14:30, 2026-05-31T14:30:00Z or "
    f"05/31/2026 2:30 PM, year {FIRST_YEAR} to {LAST_YEAR}",
    FieldType.BOOLEAN: "yes or no (true/false, 1/0, on/off)",
    FieldType.SET: "values separated by ';'",
}


def expected(kind: FieldType, *, decimal_comma: bool = False, day_first: bool = False) -> str:
    """What a value of this kind looks like, for a message about one that does not."""
    text = _WHAT[kind]
    if decimal_comma:
        text = text.translate(str.maketrans(",.", ".,")) if "number" in text else text
        text = text.replace("1,200.50", "1.200,50").replace("1200.50", "1200,50")
    return text.replace("05/31/2026", "31.05.2026") if day_first else text


def read_column(
    values: pa.ChunkedArray | pa.Array,
    kind: FieldType,
    *,
    decimal_comma: bool = False,
    day_first: bool = False,
    time_zone: ZoneInfo = UTC,
) -> tuple[pa.Array, pa.Array]:
    """The values as `kind.arrow`, and for each whether something was given that is no such thing.

    Blank text is unknown, never bad. What is admitted, beyond the plain form:

    - numbers: thousands in strict groups of three, by comma (a point with `decimal_comma`), blank
      or apostrophe; an integer may end in ".0"; never nan, inf or a value that overflows;
    - money: a currency sign or code at either end; rounded to cents, half away from zero;
    - dates: the day as written, whatever time and offset follow it;
    - instants: without an offset they are in `time_zone`; 13 digits are epoch milliseconds. Of an
      hour that the clocks repeat the first one counts; one that they skip is the end of the gap.
    """
    given = _whole(values)
    if not _is_text(given.type):
        read = _from_typed(given, kind, time_zone)
        if read is not None:
            return read, _lost(given, read)
        try:
            given = given.cast(pa.string())
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):  # nested, or broken bytes
            return pa.nulls(len(given), kind.arrow), given.is_valid()
    if kind is FieldType.TEXT:
        return _clean_text(given), pa.repeat(pa.scalar(False), len(given))
    text = _trimmed(given)
    if kind in (FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY):
        read = _read_number(text, kind, decimal_comma)
    elif kind is FieldType.DATE:
        read = _read_date(text, day_first)
    elif kind is FieldType.INSTANT:
        read = _read_instant(text, day_first, time_zone)
    elif kind is FieldType.BOOLEAN:
        read = _read_boolean(text)
    else:
        return _read_set(text), pa.repeat(pa.scalar(False), len(text))
    return read, _lost(text, read)


# --- columns as they come


def _whole(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if isinstance(whole, pa.ChunkedArray):  # too large for one array of 32-bit offsets
        whole = pa.concat_arrays(whole.cast(pa.large_string()).chunks)
    return whole.dictionary_decode() if pa.types.is_dictionary(whole.type) else whole


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _lost(given: pa.Array, read: pa.Array) -> pa.Array:
    return pc.and_(given.is_valid(), read.is_null())


def _trimmed(given: pa.Array) -> pa.Array:
    text = pc.utf8_trim_whitespace(given.cast(pa.string()))
    return _without(text, pc.equal(text, ""))


def _without(values: pa.Array, drop: pa.Array) -> pa.Array:
    return pc.if_else(drop, pa.scalar(None, values.type), values)


def _matches(text: pa.Array, pattern: str) -> pa.Array:
    return pc.match_substring_regex(text, pattern)


def _all_match(text: pa.Array, pattern: str) -> bool:
    return pc.all(_matches(text, pattern)).as_py() is not False


def _clean_text(given: pa.Array) -> pa.Array:
    text = given.cast(pa.string())
    if pc.any(pc.match_substring(text, "\0")).as_py():
        text = pc.replace_substring(text, "\0", "")
    return _without(text, pc.equal(pc.utf8_trim_whitespace(text), ""))


def _from_typed(given: pa.Array, kind: FieldType, zone: ZoneInfo) -> pa.Array | None:
    """A column that has a type already, cast without loss; None where it must be read as text."""
    types = pa.types
    if types.is_null(given.type):
        return pa.nulls(len(given), kind.arrow)
    if types.is_temporal(given.type) and kind in (FieldType.DATE, FieldType.INSTANT):
        return _from_temporal(given, kind, zone)
    numeric = types.is_integer(given.type) or types.is_floating(given.type)
    fits = given.type == kind.arrow or (
        (kind in (FieldType.INTEGER, FieldType.NUMBER) and numeric)
        or (kind is FieldType.MONEY and types.is_integer(given.type))
        or (
            kind is FieldType.SET and (types.is_list(given.type) or types.is_large_list(given.type))
        )
    )
    if not fits:
        return None
    try:
        read = given.cast(kind.arrow)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    return _without(read, pc.invert(pc.is_finite(read))) if kind is FieldType.NUMBER else read


def _from_temporal(given: pa.Array, kind: FieldType, zone: ZoneInfo) -> pa.Array | None:
    if not (pa.types.is_timestamp(given.type) or pa.types.is_date(given.type)):
        return None
    aware = pa.types.is_timestamp(given.type) and given.type.tz is not None
    if kind is FieldType.DATE:
        wall = pc.local_timestamp(given) if aware else given
        return _in_range(wall.cast(pa.date32(), safe=False))
    if aware:
        return _in_range(given.cast(kind.arrow, safe=False))
    return _in_range(_in_zone(given.cast(pa.timestamp("us"), safe=False), zone))


# --- numbers


def _read_number(text: pa.Array, kind: FieldType, decimal_comma: bool) -> pa.Array:
    if kind is FieldType.MONEY:
        text = pc.replace_substring_regex(text, rf"^([+-]?){_BLANKS}*{_CURRENCY}{_BLANKS}*", r"\1")
        text = pc.replace_substring_regex(text, rf"{_BLANKS}*{_CURRENCY}$", "")
    plain = _plain_number(text, decimal_comma)
    if kind is FieldType.MONEY:
        return _try_cast(plain, "DECIMAL(18, 2)").cast(kind.arrow)
    if kind is FieldType.NUMBER:
        number = plain.cast(pa.float64())
        return _without(number, pc.invert(pc.is_finite(number)))
    whole = pc.replace_substring_regex(plain, r"\.0*$", "")
    whole = pc.replace_substring_regex(whole, r"^\+", "")
    whole = _without(whole, pc.invert(_matches(whole, r"^-?\d+$")))
    try:
        return whole.cast(pa.int64())
    except pa.ArrowInvalid:  # one of them overflows
        return _try_cast(whole, "BIGINT")


def _plain_number(text: pa.Array, decimal_comma: bool) -> pa.Array:
    """Numbers as digits, an optional point and an exponent; null for everything else."""
    if _all_match(text, r"^-?\d+$") or (not decimal_comma and _all_match(text, r"^-?\d+\.\d+$")):
        return text
    point, group = (",", r"\.") if decimal_comma else (r"\.", ",")
    group = rf"[{group}\pZ'\x{{2019}}]"
    grouped = _matches(text, rf"^[+-]?\d{{1,3}}(?:{group}\d{{3}})+(?:{point}\d*)?$")
    text = pc.if_else(grouped, pc.replace_substring_regex(text, group, ""), text)
    ok = _matches(text, rf"^[+-]?(?:\d+(?:{point}\d*)?|{point}\d+)(?:[eE][+-]?\d+)?$")
    text = _without(text, pc.invert(ok))
    return pc.replace_substring(text, ",", ".") if decimal_comma else text


# --- dates and instants


def _read_date(text: pa.Array, day_first: bool) -> pa.Array:
    if _all_match(text, _ISO_DATE):
        try:
            return _in_range(text.cast(pa.date32()))
        except pa.ArrowInvalid:  # the shape of a date, and not on the calendar
            pass
    wall, _ = _read_wall(text, day_first)
    return _in_range(wall.cast(pa.date32(), safe=False))


def _read_instant(text: pa.Array, day_first: bool, zone: ZoneInfo) -> pa.Array:
    utc = FieldType.INSTANT.arrow
    try:
        if _all_match(text, _ISO_NAIVE):
            return _in_range(_in_zone(text.cast(pa.timestamp("us")), zone))
        if _all_match(text, _ISO_ZONED):
            return _in_range(text.cast(utc))
    except pa.ArrowInvalid:  # the shape of an instant, and not on the calendar
        pass
    epoch = _without(text, pc.invert(_matches(text, _EPOCH)))
    if epoch.null_count == text.null_count:
        return _in_range(epoch.cast(pa.int64()).cast(pa.timestamp("ms", tz="UTC")).cast(utc))
    wall, offset = _read_wall(text, day_first)
    shifted = pc.subtract(wall, offset.cast(pa.duration("us"))).cast(utc)
    read = pc.coalesce(shifted, _in_zone(_without(wall, offset.is_valid()), zone))
    return _in_range(
        pc.coalesce(read, epoch.cast(pa.int64()).cast(pa.timestamp("ms", "UTC")).cast(utc))
    )


def _in_zone(wall: pa.Array, zone: ZoneInfo) -> pa.Array:
    aware = pc.assume_timezone(wall, zone.key or "UTC", ambiguous="earliest", nonexistent="latest")
    return aware.cast(FieldType.INSTANT.arrow)


def _in_range(moments: pa.Array) -> pa.Array:
    year = pc.year(moments)
    return _without(moments, pc.or_(pc.less(year, FIRST_YEAR), pc.greater(year, LAST_YEAR)))


def _read_wall(text: pa.Array, day_first: bool) -> tuple[pa.Array, pa.Array]:
    """Any admitted spelling as a wall-clock timestamp, and its offset in µs (null: none given)."""
    day, month = ("a", "b") if day_first else ("b", "a")
    pattern = _DAY_FIRST if day_first else _MONTH_FIRST
    names = "['y', 'm', 'd', 'y2', 'm2', 'd2', 'a', 'b', 'y3', 'h', 'i', 's', 'f', 'ap', 'z']"
    query = f"""
        WITH parts AS (
            SELECT row, regexp_extract(value, $pattern, {names}) AS p FROM given
        ), clock AS (
            SELECT row, p, TRY_CAST(p.h AS INTEGER) AS h,
                   TRY_CAST(p.z[2:3] AS INTEGER) * 60
                   + coalesce(TRY_CAST(right(p.z, 2) AS INTEGER) * (length(p.z) > 3)::INTEGER, 0)
                   AS minutes
            FROM parts
        )
        SELECT TRY_CAST(
                 CASE WHEN (h IS NULL OR h < 24) AND (p.ap = '' OR h BETWEEN 1 AND 12)
                           AND (minutes IS NULL OR minutes <= 1080) THEN
                   concat(p.y, p.y2, p.y3, '-', p.m, p.m2, p.{month}, '-', p.d, p.d2, p.{day}, ' ')
                   || coalesce(h % CASE WHEN p.ap = '' THEN 24 ELSE 12 END
                               + CASE WHEN lower(p.ap) = 'p' THEN 12 ELSE 0 END, 0)
                   || ':' || CASE WHEN p.i = '' THEN '00' ELSE p.i END
                   || ':' || CASE WHEN p.s = '' THEN '00' ELSE p.s END
                   || CASE WHEN p.f = '' THEN '' ELSE '.' || left(p.f, 6) END
                 END AS TIMESTAMP) AS wall,
               CASE WHEN p.z = '' THEN NULL
                    WHEN left(p.z, 1) = '-' THEN -minutes
                    ELSE coalesce(minutes, 0) END * 60000000::BIGINT AS shift
        FROM clock ORDER BY row
    """
    table = _query(query, text, pattern=pattern)
    return _whole(table["wall"]).cast(pa.timestamp("us")), _whole(table["shift"]).cast(pa.int64())


# --- booleans and sets


def _read_boolean(text: pa.Array) -> pa.Array:
    lower = pc.utf8_lower(text)
    yes, no = (pc.is_in(lower, pa.array(words)) for words in (_TRUE, _FALSE))
    return _without(yes, pc.invert(pc.or_(yes, no)))


def _read_set(text: pa.Array) -> pa.Array:
    tidy = pc.replace_substring_regex(text, rf"{_BLANKS}*;(?:{_BLANKS}|;)*", ";")
    tidy = pc.utf8_trim(pc.replace_substring(tidy, "\0", ""), ";")
    return pc.split_pattern(_without(tidy, pc.equal(tidy, "")), ";")


# --- what Arrow cannot say, DuckDB can


def read_objects(text: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Texts that are JSON objects; what is something else is null, and marked in the second."""
    if text.null_count == len(text):
        return text, pa.repeat(False, len(text))
    table = _query(
        "SELECT CASE WHEN value IS NULL THEN false WHEN json_valid(value) "
        "THEN json_type(value) <> 'OBJECT' ELSE true END AS bad FROM given ORDER BY row",
        text,
    )
    bad = _whole(table["bad"])
    return pc.if_else(bad, pa.scalar(None, pa.string()), text), bad


def read_pins(values: pa.Array, labels: Iterable[str]) -> tuple[pa.Array, pa.Array]:
    """The texts that are a number or one of the labels, in any case; and which are neither."""
    text = _trimmed(values)
    if text.null_count == len(text):
        return text, pa.repeat(pa.scalar(False), len(text))
    table = _query(
        "SELECT value IS NOT NULL AND NOT coalesce(isfinite(TRY_CAST(value AS DOUBLE)), false) "
        "AND lower(value) NOT IN (SELECT lower(unnest($labels::VARCHAR[]))) AS bad "
        "FROM given ORDER BY row",
        text,
        labels=list(labels),
    )
    bad = _whole(table["bad"])
    return _without(text, bad), bad


@functools.cache
def _engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"enable_external_access": "false"})


def _query(query: str, text: pa.Array, **parameters: object) -> pa.Table:
    with _engine().cursor() as cursor:  # a cursor of its own: columns are read on many threads
        cursor.register("given", pa.table({"row": pa.array(range(len(text))), "value": text}))
        return cursor.sql(query, params=parameters or None).to_arrow_table()


def _try_cast(text: pa.Array, kind: str) -> pa.Array:
    table = _query(f"SELECT TRY_CAST(value AS {kind}) AS read FROM given ORDER BY row", text)
    return _whole(table["read"])
