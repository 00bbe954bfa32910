"""The tests of a WHERE clause, each compiled to one function of a record's values."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from leadline_sandbox.salesforce.fields import Field
from leadline_sandbox.salesforce.ids import full, is_id
from leadline_sandbox.salesforce.instants import kept, read
from leadline_sandbox.salesforce.problems import Problem, bad
from leadline_sandbox.salesforce.soql_grammar import Condition, Junction, Literal, Query, Test
from leadline_sandbox.salesforce.soql_paths import Getter, Path, Paths

Check = Callable[[Mapping[str, Any]], bool]
SubSelect = Callable[[Query], set[Any]]
_ORDERS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_FAR = 255  # characters of a field beyond which it cannot be filtered


class Filters:
    """Compiles conditions. today: the first day of date literals; select: answers a sub-select."""

    def __init__(self, paths: Paths, today: date, select: SubSelect, bulk: bool) -> None:
        self._paths, self._today, self._select, self._bulk = paths, today, select, bulk

    def check(self, condition: Condition) -> Check:
        """One function for a whole condition."""
        if isinstance(condition, Test):
            return self._test(condition)
        parts = [self.check(each) for each in condition.parts]
        if condition.word == "NOT":
            (part,) = parts
            return lambda values: not part(values)
        if condition.word == "AND":
            return lambda values: all(part(values) for part in parts)
        return lambda values: any(part(values) for part in parts)

    def checks(self, condition: Condition | None) -> list[Check]:
        """The functions that all have to agree."""
        if condition is None:
            return []
        if isinstance(condition, Junction) and condition.word == "AND":
            return [self.check(each) for each in condition.parts]
        return [self.check(condition)]

    def _test(self, test: Test) -> Check:
        path = self._paths.find(test.path)
        _filterable(path.field)
        if self._bulk and path.polymorphic:
            raise bad("API_ERROR", "Polymorphic relationships are not supported in Bulk Query")
        if test.operator in ("IN", "NOT IN"):
            return self._member(path, test)
        assert not isinstance(test.values, Query)
        (literal,) = test.values
        if test.operator == "LIKE":
            return _like(path, literal)
        if literal.kind == "SPAN" and path.field.type in ("date", "datetime"):
            return _spanned(path, test.operator, self._span(path.field, literal.text))
        return _compared(path, test.operator, _value(path.field, literal))

    def _member(self, path: Path, test: Test) -> Check:
        get, out = path.get, test.operator == "NOT IN"
        if isinstance(test.values, Query):
            wanted = self._select(test.values)
            fold = False
        else:
            wanted = {_value(path.field, each) for each in test.values}
            fold = _folded(path.field)
        if fold:
            wanted = {_fold(each) for each in wanted}
            return lambda values: (_fold(get(values)) in wanted) is not out
        return lambda values: (get(values) in wanted) is not out

    def _span(self, field: Field, text: str) -> tuple[str, str]:
        """The first moment of a date literal, and the first one after it."""
        start, end = _days(text.upper(), self._today)
        if field.type == "date":
            return start.isoformat(), end.isoformat()
        return _midnight(start), _midnight(end)


def ids_of(condition: Condition | None) -> set[str] | None:
    """The only ids that a condition can hold for, where it names them; None otherwise."""
    if isinstance(condition, Junction) and condition.word == "AND":
        found = [ids for each in condition.parts if (ids := ids_of(each)) is not None]
        return set.intersection(*found) if found else None
    if not isinstance(condition, Test) or condition.path.lower() != "id":
        return None
    if condition.operator not in ("=", "IN") or isinstance(condition.values, Query):
        return None
    return {full(each.text) for each in condition.values if each.kind == "STRING"}


def _filterable(field: Field) -> None:
    long = field.type == "textarea" and field.length > _FAR
    if not field.filterable or long or field.is_compound:
        raise bad("INVALID_FIELD", f"field '{field.name}' can not be filtered in a query call")


def _value(field: Field, literal: Literal) -> Any:
    """A literal as the field keeps its values; of the wrong type it is refused."""
    kind, text = literal.kind, literal.text
    if kind == "NULL":
        return None
    if field.type == "boolean" and kind == "TRUTH":
        return text.lower() == "true"
    if field.type == "datetime" and kind == "INSTANT":
        return _instant(field, text)
    if field.type == "date" and kind == "DAY":
        return _day(field, text)
    if field.is_number and kind == "NUMBER":
        return float(text)
    if field.is_text and kind == "STRING":
        return _text(field, text)
    raise _wrong(field, kind)


def _text(field: Field, text: str) -> str | None:
    text = text.replace("\\%", "%").replace("\\_", "_")
    if field.type not in ("id", "reference"):
        return text or None  # an empty text is null
    if not is_id(text):
        raise bad("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text}")
    return full(text)


def _instant(field: Field, text: str) -> str:
    found = read(text)
    if found is None:
        raise _wrong(field, "INSTANT")
    # Stamps are whole seconds: one with milliseconds lies after the second that it begins with.
    fraction = datetime.fromisoformat(text).microsecond // 1_000
    return f"{found[:-5]}.{fraction:03d}Z"


def _day(field: Field, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise _wrong(field, "DAY") from None


def _wrong(field: Field, kind: str) -> Problem:
    quoted = "should be" if field.is_text else "should not be"
    name = "dateTime" if field.type == "datetime" else field.type
    name = "string" if field.is_text else "double" if field.is_number else name
    return bad(
        "INVALID_FIELD",
        f"value of filter criterion for field '{field.name}' must be of type {name} and "
        f"{quoted} enclosed in quotes",
    )


def _compared(path: Path, sign: str, wanted: Any) -> Check:
    get = path.get
    if _folded(path.field):
        get, wanted = _folding(get), _fold(wanted)
    if sign == "=":
        return lambda values: get(values) == wanted
    if sign == "!=":
        return lambda values: get(values) != wanted
    if path.field.type == "boolean":
        raise bad("INVALID_FIELD", f"invalid operator on boolean field '{path.field.name}'")
    order = _ORDERS[sign]
    if wanted is None:
        return lambda values: False
    return lambda values: (found := get(values)) is not None and order(found, wanted)


def _spanned(path: Path, sign: str, span: tuple[str, str]) -> Check:
    get, (start, end) = path.get, span
    tests: dict[str, Callable[[str], bool]] = {
        "=": lambda found: start <= found < end,
        "!=": lambda found: not start <= found < end,
        "<": lambda found: found < start,
        "<=": lambda found: found < end,
        ">": lambda found: found >= end,
        ">=": lambda found: found >= start,
    }
    test = tests[sign]
    return lambda values: (found := get(values)) is not None and test(found)


def _like(path: Path, literal: Literal) -> Check:
    if not path.field.is_text or path.field.type in ("id", "reference"):
        raise bad("INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {path.field.type} field")
    parts = re.split(r"(\\[%_]|%|_)", literal.text)
    pattern = "".join({"%": ".*", "_": "."}.get(p) or re.escape(p.lstrip("\\")) for p in parts)
    matches, get = re.compile(pattern, re.IGNORECASE | re.DOTALL).fullmatch, path.get
    return lambda values: (found := get(values)) is not None and matches(str(found)) is not None


def _folded(field: Field) -> bool:
    """Whether case does not matter."""
    return field.is_text and field.type not in ("id", "reference")


def _fold(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _folding(get: Getter) -> Getter:
    return lambda values: _fold(get(values))


def _midnight(day: date) -> str:
    return kept(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _days(text: str, today: date) -> tuple[date, date]:
    name, _, number = text.partition(":")
    day, many = timedelta(days=1), timedelta(days=int(number or 0))
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    spans: dict[str, tuple[date, date]] = {
        "TODAY": (today, today + day),
        "YESTERDAY": (today - day, today),
        "TOMORROW": (today + day, today + 2 * day),
        "LAST_N_DAYS": (today - many, today + day),
        "NEXT_N_DAYS": (today + day, today + day + many),
        "N_DAYS_AGO": (today - many, today - many + day),
        "THIS_MONTH": (month, (month + 31 * day).replace(day=1)),
        "LAST_MONTH": ((month - day).replace(day=1), month),
        "THIS_YEAR": (year, year.replace(year=year.year + 1)),
        "LAST_YEAR": (year.replace(year=year.year - 1), year),
        "LAST_90_DAYS": (today - 90 * day, today + day),
    }
    if name not in spans or (("_N_" in f"_{name}") is not bool(number)):
        raise bad("MALFORMED_QUERY", f"unexpected token: '{text}'")
    return spans[name]
