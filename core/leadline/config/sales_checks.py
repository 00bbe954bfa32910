"""What must be right in `[sales]`: facts of a type that can say what they are asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leadline.config.own_fields import GIVEN, OwnFields
from leadline.model.conditions import table_of
from leadline.model.documents import Complaint
from leadline.vocabulary import FieldType

_PIN = (FieldType.TEXT, FieldType.INTEGER, FieldType.NUMBER)
_TIME = (FieldType.DATE, FieldType.INSTANT)
_SALES = {"pin": _PIN, "pin_until": _TIME, "reset_at": _TIME}


def check_sales(table: Mapping[str, object], own: OwnFields) -> Iterator[Complaint]:
    """Complaints about `[sales]`: facts of the wrong type, and an end of no pin."""
    sales = table_of(table, "sales")
    if "pin_until" in sales and "pin" not in sales:
        yield Complaint(("sales", "pin_until"), "ends a pin, but there is no 'pin': add it")
    known = {**GIVEN, **own.types}
    for key, kinds in _SALES.items():
        name = sales.get(key)
        kind = known.get(name) if isinstance(name, str) else None
        if kind is not None and kind not in kinds:
            message = f"'{name}' is a fact of type {kind}; {key} needs {' or '.join(kinds)}"
            yield Complaint(("sales", key), message)
