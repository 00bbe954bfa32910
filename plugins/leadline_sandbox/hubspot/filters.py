"""Search filters as tests on an entry of the index."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from leadline_sandbox.hubspot.definitions import Property
from leadline_sandbox.hubspot.instants import read_day, read_instant
from leadline_sandbox.hubspot.kinds import BY_NAME, Kind
from leadline_sandbox.hubspot.problems import Problem, invalid
from leadline_sandbox.hubspot.records import Record
from leadline_sandbox.hubspot.store import Store, as_number

Test = Callable[[Record], bool]
Key = Callable[[str], Any]
_WORD = re.compile(r"[\w@.\-]+")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "EQ": lambda value, wanted: bool(value == wanted),
    "LT": lambda value, wanted: bool(value < wanted),
    "LTE": lambda value, wanted: bool(value <= wanted),
    "GT": lambda value, wanted: bool(value > wanted),
    "GTE": lambda value, wanted: bool(value >= wanted),
}


def compile_filter(store: Store, kind: Kind, given: dict[str, Any]) -> Test:
    """One filter; a property or an operator that does not exist is refused."""
    name, operator = str(given.get("propertyName", "")), str(given.get("operator", ""))
    if name.startswith("associations."):
        return _associated(store, kind, name.partition(".")[2], operator, given)
    found = store.schemas[kind.name].properties.get(name)
    if found is None or found.archived:
        raise invalid(f"{name} is not a property of {kind.name}", propertyName=name)
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        return _having(name, operator == "HAS_PROPERTY")
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        return _containing(name, str(given.get("value", "")), operator == "CONTAINS_TOKEN")
    return _comparing(kind, found, operator, given)


def key_of(found: Property | None) -> Key:
    """How values of a property compare; None for a value that does not."""
    if found is not None and found.type == "number":
        return _number
    if found is not None and found.type in ("datetime", "date"):
        return lambda text: (
            found_ms if (found_ms := read_instant(text)) is not None else read_day(text)
        )
    if found is not None and found.type in ("enumeration", "bool"):
        return lambda text: text
    return str.lower


def _comparing(kind: Kind, found: Property, operator: str, given: dict[str, Any]) -> Test:
    read, get = key_of(found), _getter(kind, found)
    if operator in ("IN", "NOT_IN"):
        # Values of text properties have to come in lowercase: they are compared as they are.
        values = given.get("values")
        if not isinstance(values, list) or not values:
            raise invalid(f"operator {operator} needs a list of values", propertyName=found.name)
        wanted = {str(each) if found.type == "string" else read(str(each)) for each in values}
        inside = operator == "IN"
        return lambda entry: (value := get(entry)) is not None and (value in wanted) is inside
    if operator == "BETWEEN":
        low, high = _bound(found, given.get("value")), _bound(found, given.get("highValue"))
        return lambda entry: (value := get(entry)) is not None and low <= value <= high
    limit = _bound(found, given.get("value"))
    if operator == "NEQ":
        return lambda entry: (value := get(entry)) is not None and value != limit
    if operator not in _COMPARE:
        raise invalid(f"{operator} is not a filter operator", operator=operator)
    compare = _COMPARE[operator]
    return lambda entry: (value := get(entry)) is not None and compare(value, limit)


def _getter(kind: Kind, found: Property) -> Callable[[Record], Any]:
    """The comparable value of an entry; None when it is unset or junk."""
    name, read = found.name, key_of(found)
    if name == "hs_object_id":
        return lambda entry: entry.number
    if name == kind.modified:
        return lambda entry: entry.modified
    if name == kind.created:
        return lambda entry: entry.created
    return lambda entry: read(text) if (text := entry.value(name)) else None


def _bound(found: Property, value: Any) -> Any:
    if value is None or value == "":
        raise invalid("a filter needs a value", propertyName=found.name)
    text = str(value)
    if found.type == "datetime":
        ms = read_instant(text)
        if ms is None:
            raise Problem(400, "There was a problem with the request.")
        if ms <= 0:
            raise Problem(500, "internal error", "INTERNAL_ERROR")
        return ms
    limit = key_of(found)(text)
    if limit is None:
        raise Problem(400, "There was a problem with the request.")
    return limit


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _having(name: str, wanted: bool) -> Test:
    return lambda entry: bool(entry.value(name)) is wanted


def _containing(name: str, value: str, wanted: bool) -> Test:
    token = re.compile(re.escape(value.lower()).replace(r"\*", ".*"))
    return lambda entry: any(token.fullmatch(word) for word in _words(entry.value(name))) is wanted


def _words(text: str) -> Sequence[str]:
    lowered = text.lower()
    return [lowered, *_WORD.findall(lowered), *re.findall(r"\w+", lowered)]


def _associated(store: Store, kind: Kind, name: str, operator: str, given: dict[str, Any]) -> Test:
    if name not in BY_NAME:
        raise invalid(f"associations.{name} cannot be searched by")
    if operator not in ("EQ", "IN"):
        raise invalid(f"{operator} does not go with associations.{name}")
    values = given.get("values") if operator == "IN" else [given.get("value")]
    wanted = {
        number
        for value in values or ()
        for number in store.links.of(BY_NAME[name], as_number(str(value)), kind)
    }
    return lambda entry: entry.number in wanted
