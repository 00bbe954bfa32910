"""A value of a request as a field keeps it, or the refusal that Salesforce has for it."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from leadline_sandbox.salesforce.fields import Field
from leadline_sandbox.salesforce.ids import full, is_id
from leadline_sandbox.salesforce.instants import read, read_day
from leadline_sandbox.salesforce.problems import Problem, bad

_SHOWN = 250


def read_value(field: Field, value: Any, text: bool = False) -> Any:
    """The value as it is kept; text: it is a cell of a CSV file, and not JSON."""
    if value is None or value == "":
        return _empty(field)
    if field.type == "boolean":
        return _boolean(field, value, text)
    if field.is_number:
        return _number(field, value, text)
    if not isinstance(value, str):
        raise _wrong_type(field, value, text)
    if field.type == "datetime":
        return _instant(field, value, read(value), text)
    if field.type == "date":
        return _instant(field, value, read_day(value), text)
    if field.type == "reference":
        if not is_id(value):
            raise bad("MALFORMED_ID", f"{field.label}: id value of incorrect type: {value}",
                      [field.name])  # fmt: skip
        return full(value)
    return _text(field, value)


def _empty(field: Field) -> Any:
    if field.type == "boolean":
        return False
    if not field.nillable:
        raise bad("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{field.name}]",
                  [field.name])  # fmt: skip
    return None


def _boolean(field: Field, value: Any, text: bool) -> bool:
    if text and str(value).lower() in ("true", "false", "1", "0"):
        return str(value).lower() in ("true", "1")
    if not isinstance(value, bool):
        raise _wrong_type(field, value, text)
    return value


def _number(field: Field, value: Any, text: bool) -> float | int:
    if isinstance(value, bool) or not (text or isinstance(value, int | float)):
        raise _wrong_type(field, value, text)
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise _wrong_type(field, value, text) from None
    if not number.is_finite() or (isinstance(value, float) and math.isnan(value)):
        raise _wrong_type(field, value, text)
    if field.type == "int" and number != number.to_integral_value():
        raise _wrong_type(field, value, text)
    number = number.quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_UP)
    if field.precision and abs(number) >= Decimal(10) ** (field.precision - field.scale):
        raise bad(
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"{field.label}: value outside of valid range on numeric field: {value}",
            [field.name],
        )
    return int(number) if field.type == "int" else float(number)


def _instant(field: Field, value: str, found: str | None, text: bool) -> str:
    if found is None:
        raise _wrong_type(field, value, text)
    return found


def _text(field: Field, value: str) -> str | None:
    value = value if field.type == "textarea" else value.strip()
    if field.length and len(value) > field.length:
        raise bad(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {value[:_SHOWN]} (max length={field.length})",
            [field.name],
        )
    if field.type == "picklist" and field.restricted and value not in field.picklist:
        raise bad(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{field.label}: bad value for restricted picklist field: {value}",
            [field.name],
        )
    return value or None


def _wrong_type(field: Field, value: Any, text: bool) -> Problem:
    """In JSON the whole request is refused, in CSV the row."""
    if text:
        return bad(
            "INVALID_TYPE_ON_FIELD_IN_RECORD",
            f"{field.label}: value not of required type: {value}",
            [field.name],
        )
    return bad(
        "JSON_PARSER_ERROR",
        f"Cannot deserialize instance of {field.type} from VALUE {value} or request may be missing "
        "a required field",
    )
