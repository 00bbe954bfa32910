"""What a property takes: values come in as JSON, are checked, and are kept as text."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from leadline_sandbox.hubspot.definitions import Property
from leadline_sandbox.hubspot.instants import full_iso, read_day, read_instant
from leadline_sandbox.hubspot.problems import Problem

_LONGEST = 65_536
_DAY = 86_400_000


class BadValue(Exception):
    """A value that its property does not take."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def read_values(
    given: Mapping[str, Any], known: Mapping[str, Property]
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The text of each value, and what is wrong; null changes nothing, "" clears."""
    values: dict[str, str] = {}
    wrong: list[dict[str, Any]] = []
    for name, value in given.items():
        if value is None:
            continue
        try:
            values[name] = _read(name, value, known)
        except BadValue as bad:
            wrong.append({"isValid": False, "message": str(bad), "error": bad.code, "name": name})
    return values, wrong


def refusal(wrong: list[dict[str, Any]]) -> Problem:
    """400: nothing of the request is written. The list is JSON inside the message."""
    listed = json.dumps(wrong, separators=(",", ":"))
    errors = [
        {
            "message": each["message"],
            "code": each["error"],
            "context": {"propertyName": [each["name"]]},
        }
        for each in wrong
    ]
    return Problem(400, f"Property values were not valid: {listed}", errors=errors)


def _read(name: str, value: Any, known: Mapping[str, Property]) -> str:
    found = known.get(name)
    if found is None or found.archived:
        raise BadValue("PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    if found.read_only:
        raise BadValue(
            "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.'
        )
    if isinstance(value, (dict, list)):
        raise BadValue("INVALID_VALUE", f"{json.dumps(value)} was not a valid value.")
    text = json.dumps(value) if isinstance(value, (bool, int, float)) else str(value)
    if text == "":
        return ""
    if len(text) > _LONGEST:
        raise BadValue("PROPERTY_VALUE_TOO_LONG", f"{name} is longer than {_LONGEST} characters.")
    reader = _READERS.get(found.type)
    return reader(text, found) if reader else _text(text, found)


def _text(text: str, found: Property) -> str:
    if found.name != "email":
        return text
    before, at, domain = text.strip().partition("@")
    if not (before and at and "." in domain) or " " in text.strip():
        raise BadValue("INVALID_EMAIL", f"Email address {text} is invalid")
    return text.strip().lower()


def _number(text: str, found: Property) -> str:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or "_" in text:
        raise BadValue("INVALID_INTEGER", f"{text} was not a valid integer.")
    return text.strip()


def _choices(text: str, found: Property) -> str:
    known = {option.value for option in found.options}
    parts = [part for part in text.split(";") if part] if found.field_type == "checkbox" else [text]
    for part in parts:
        if known and part not in known:
            listed = ", ".join(sorted(known))
            raise BadValue(
                "INVALID_OPTION", f"{part} was not one of the allowed options: [{listed}]"
            )
    return ";".join(parts)


def _boolean(text: str, found: Property) -> str:
    if text not in ("true", "false"):
        raise BadValue(
            "INVALID_OPTION", f"{text} was not one of the allowed options: [true, false]"
        )
    return text


def _date(text: str, found: Property) -> str:
    day = read_day(text)
    ms = read_instant(text) if day is None else day
    if ms is None or ms % _DAY:
        raise BadValue("INVALID_DATE", f"{text} is at a time of day other than midnight UTC.")
    return full_iso(ms)[:10]


def _instant(text: str, found: Property) -> str:
    ms = read_instant(text)
    ms = read_day(text) if ms is None else ms
    if ms is None:
        raise BadValue("INVALID_DATE", f"{text} was not a valid date time.")
    return full_iso(ms)


_READERS = {
    "number": _number,
    "enumeration": _choices,
    "bool": _boolean,
    "date": _date,
    "datetime": _instant,
}
