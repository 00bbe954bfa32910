"""Text becomes what its field is, and what is no such thing is told from what is unknown."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.columns import expected, read_column
from leadline.vocabulary import FieldType as Kind


def one(value: object, kind: Kind, **how: object) -> object:
    """The value as read; "BAD" when it is no such thing."""
    array = pa.array([value]) if not isinstance(value, str) else pa.array([value], pa.string())
    read, bad = read_column(array, kind, **how)  # type: ignore[arg-type]  # how: the options
    assert read.type == kind.arrow
    assert bad.type == pa.bool_()
    return "BAD" if bad[0].as_py() else read[0].as_py()


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("blank", ["", " ", "\t\u00a0", None])
def test_a_blank_is_unknown_and_not_bad(kind: Kind, blank: str | None) -> None:
    read, bad = read_column(pa.array([blank], pa.string()), kind)
    assert read.to_pylist() == [None]
    assert bad.to_pylist() == [False]


@pytest.mark.parametrize(
    ("text", "value"),
    [("7", 7), ("+7", 7), ("-7", -7), ("1,234", 1234), ("1 234 567", 1234567), ("1'234", 1234)]
    + [("250.0", 250), ("007", 7), ("9223372036854775807", 2**63 - 1)]
    + [(text, "BAD") for text in ("250.5", "12,34", "nan", "inf", "0x1F", "1_000", "1e3", "x")]
    + [("9223372036854775808", "BAD")],
)
def test_integers(text: str, value: object) -> None:
    assert one(text, Kind.INTEGER) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,234.5", 1234.5), ("1e3", 1000.0), (".5", 0.5), ("-2", -2.0)]
    + [(text, "BAD") for text in ("nan", "-inf", "1e999", "1,5", "--1", "1.2.3")],
)
def test_numbers(text: str, value: object) -> None:
    assert one(text, Kind.NUMBER) == value


@pytest.mark.parametrize(
    ("text", "value"), [("1.234,5", 1234.5), ("1,5", 1.5), ("1.5", "BAD"), ("1.234", 1234.0)]
)
def test_numbers_with_a_decimal_comma(text: str, value: object) -> None:
    assert one(text, Kind.NUMBER, decimal_comma=True) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.005", "1.01"),
        ("-0.005", "-0.01"),
        ("1.0049999999999999999999999999", "1.00"),
        ("€ 1,200.50", "1200.50"),
        ("-$5", "-5.00"),
        ("USD 12", "12.00"),
        ("5 zł", "5.00"),
        ("12.50€", "12.50"),
    ],
)
def test_money_is_rounded_half_away_from_zero_and_may_carry_its_currency(
    text: str, value: str
) -> None:
    assert one(text, Kind.MONEY) == Decimal(value)


@pytest.mark.parametrize("text", ["10 Mio", "nan", "1e30", "€", "five"])
def test_what_is_no_amount_is_bad(text: str) -> None:
    assert one(text, Kind.MONEY) == "BAD"


def test_money_with_a_decimal_comma() -> None:
    assert one("€ 1.200,50", Kind.MONEY, decimal_comma=True) == Decimal("1200.50")


@pytest.mark.parametrize("yes", ["yes", "TRUE", "1", "Y", "t", "On"])
def test_ways_to_say_yes(yes: str) -> None:
    assert one(yes, Kind.BOOLEAN) is True


@pytest.mark.parametrize("no", ["no", "FALSE", "0", "N", "f", "Off"])
def test_ways_to_say_no(no: str) -> None:
    assert one(no, Kind.BOOLEAN) is False


def test_maybe_is_neither() -> None:
    assert one("maybe", Kind.BOOLEAN) == "BAD"


@pytest.mark.parametrize(
    ("text", "day_first", "value"),
    [
        ("2026-05-31", False, dt.date(2026, 5, 31)),
        ("2026-05-31T23:59:59-08:00", False, dt.date(2026, 5, 31)),
        ("05/31/2026", False, dt.date(2026, 5, 31)),
        ("20260531", False, dt.date(2026, 5, 31)),
        ("31/05/2026", True, dt.date(2026, 5, 31)),
        ("31.05.2026", True, dt.date(2026, 5, 31)),
        ("31-05-2026", True, dt.date(2026, 5, 31)),
        ("31/05/2026", False, "BAD"),
        ("05/31/2026", True, "BAD"),
        ("31.05.2026", False, "BAD"),
        ("2026-02-30", False, "BAD"),
        ("1899-12-31", False, "BAD"),
        ("2201-01-01", False, "BAD"),
        ("2026123", False, "BAD"),
    ],
)
def test_dates(text: str, day_first: bool, value: object) -> None:
    assert one(text, Kind.DATE, day_first=day_first) == value


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-05-31", "2026-05-31 00:00:00"),
        ("2026-05-31 14:30", "2026-05-31 14:30:00"),
        ("2026-05-31T14:30:00Z", "2026-05-31 14:30:00"),
        ("2026-05-31T14:30:00.123456789+02:00", "2026-05-31 12:30:00.123456"),
        ("2026-05-31T14:30-0530", "2026-05-31 20:00:00"),
        ("05/31/2026 2:30 PM", "2026-05-31 14:30:00"),
        ("05/31/2026 12:05:01 AM", "2026-05-31 00:05:01"),
        ("05/31/2026", "2026-05-31 00:00:00"),
        ("1700000000000", "2023-11-14 22:13:20"),
    ],
)
def test_instants(text: str, utc: str) -> None:
    assert one(text, Kind.INSTANT) == dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-13-01",
        "2026-05-31 25:00",
        "2026-05-31 24:00",
        "05/31/2026 13:00 PM",
        "soon",
        "12:30",
        "2026-05-31T10:00+99:00",
        "1066-10-14T09:00:00Z",
        "9999-12-31 00:00:00",
    ],
)
def test_what_is_no_instant_is_bad(text: str) -> None:
    assert one(text, Kind.INSTANT) == "BAD"


def test_one_bad_value_does_not_touch_its_neighbours() -> None:
    read, bad = read_column(
        pa.array(["2026-05-31 10:00:00", "2026-02-30 10:00:00", None, "2026-06-01T10:00:00Z"]),
        Kind.INSTANT,
    )
    assert bad.to_pylist() == [False, True, False, False]
    assert [value and value.day for value in read.to_pylist()] == [31, None, None, 1]


@pytest.mark.parametrize(
    ("text", "utc_hour"),
    [("2026-07-01 12:00", 10), ("2026-10-25 02:30", 0), ("2026-03-29 02:30", 1)],
)
def test_a_naive_instant_is_in_the_time_zone(text: str, utc_hour: int) -> None:
    read = one(text, Kind.INSTANT, time_zone=ZoneInfo("Europe/Warsaw"))
    assert isinstance(read, dt.datetime)
    assert read.hour == utc_hour


def test_a_set_is_split_and_trimmed() -> None:
    assert one(" a; b;;c d ;", Kind.SET) == ["a", "b", "c d"]
    assert one(" ; ;", Kind.SET) is None


def test_text_loses_its_nuls_and_nothing_else() -> None:
    assert one(" a\0b\n", Kind.TEXT) == " ab\n"


@pytest.mark.parametrize(
    ("values", "kind", "read"),
    [
        (pa.array([1.5, 2.0]), Kind.INTEGER, ["BAD", 2]),
        (pa.array([1.005]), Kind.MONEY, [Decimal("1.01")]),
        (pa.array([float("nan"), 1.0]), Kind.NUMBER, ["BAD", 1.0]),
        (pa.array([dt.datetime(2026, 5, 31, 23)]), Kind.DATE, [dt.date(2026, 5, 31)]),
        (pa.array([1, 0, 7]), Kind.BOOLEAN, [True, False, "BAD"]),
        (pa.array([["a"], None]), Kind.SET, [["a"], None]),
        (pa.array([["a"], None]), Kind.TEXT, ["BAD", None]),
        (pa.array([5], pa.int32()), Kind.TEXT, ["5"]),
        (pa.array(["7", "7"]).dictionary_encode(), Kind.INTEGER, [7, 7]),
        (pa.nulls(2), Kind.DATE, [None, None]),
        (pa.chunked_array([["1"], ["2"]]), Kind.INTEGER, [1, 2]),
        (pa.chunked_array([], pa.string()), Kind.INSTANT, []),
    ],
)
def test_typed_input_is_cast_without_loss(values: pa.Array, kind: Kind, read: list[object]) -> None:
    got, bad = read_column(values, kind)
    assert got.type == kind.arrow
    pairs = zip(got.to_pylist(), bad.to_pylist(), strict=True)
    assert ["BAD" if lost else value for value, lost in pairs] == read


def test_an_instant_of_another_unit_passes() -> None:
    moment = dt.datetime(2026, 5, 31, 10, tzinfo=dt.UTC)
    read, _ = read_column(pa.array([moment], pa.timestamp("ns", "UTC")), Kind.INSTANT)
    assert read.to_pylist() == [moment]


@given(st.lists(st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(2199, 12, 31))))
def test_every_instant_that_python_writes_is_read_back(moments: list[dt.datetime]) -> None:
    moments = [moment.replace(tzinfo=dt.UTC) for moment in moments]
    read, _ = read_column(pa.array([m.isoformat() for m in moments], pa.string()), Kind.INSTANT)
    assert read.to_pylist() == moments


@given(st.lists(st.text()), st.sampled_from(list(Kind)), st.booleans(), st.booleans())
def test_no_text_makes_it_fail(texts: list[str], kind: Kind, comma: bool, day: bool) -> None:
    read, bad = read_column(pa.array(texts, pa.string()), kind, decimal_comma=comma, day_first=day)
    assert read.type == kind.arrow
    assert len(read) == len(bad) == len(texts)


def test_what_is_expected_follows_how_the_file_is_written() -> None:
    assert "1200,50" in expected(Kind.MONEY, decimal_comma=True)
    assert "31.05.2026" in expected(Kind.DATE, day_first=True)
