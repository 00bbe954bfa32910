"""The facts about a person: leadline's own, and those that a config declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from leadline.config.writing import Sales
from leadline.model.conditions import table_of
from leadline.model.documents import Complaint
from leadline.model.schema import RESERVED
from leadline.vocabulary import DERIVED_FIELDS, RECORD_FIELDS, STANDARD_FIELDS, FieldType

GIVEN: Mapping[str, FieldType] = {**RECORD_FIELDS, **STANDARD_FIELDS, **DERIVED_FIELDS}
# Columns that leadline keeps beside the facts.
_COLUMNS = {"source", "digest", "learned_at", "superseded_at", "person", "person_id"}
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*(?:\.[a-z][a-z0-9]*(?:_[a-z0-9]+)*)?")


@dataclass(slots=True)
class OwnFields:
    """The declared fields that can be used, and the names of those that cannot."""

    types: dict[str, FieldType] = field(default_factory=dict)
    uncertain: set[str] = field(default_factory=set)
    complaints: list[Complaint] = field(default_factory=list)


def read_own_fields(table: Mapping[str, object], brought: Mapping[str, FieldType]) -> OwnFields:
    """The `[fields]` of a config, good and bad told apart so that checking can go on.

    brought: the facts that plugins fill in, which are facts here, too.
    """
    own = OwnFields(dict(brought))
    declared = table.get("fields")
    for name, value in declared.items() if isinstance(declared, dict) else ():
        kinds = [kind for kind in FieldType if kind.value == value]
        own.complaints += [Complaint(("fields", name), words) for words in wrong(name, kinds)]
        if kinds and brought.get(name, kinds[0]) is not kinds[0]:
            words = f"'{name}' is filled in by a plugin, and is {brought[name]}: delete this line"
            own.complaints.append(Complaint(("fields", name), words))
        if not kinds or any(each.path[-1] == name for each in own.complaints):
            own.uncertain.add(name)
        else:
            own.types[name] = kinds[0]
    sales = table_of(table, "sales")
    texts = {key: name for key, name in sales.items() if isinstance(name, str)}
    said = Sales(*(texts.get(key) for key in ("pin", "pin_until", "reset_at")))
    for name, kind in implied_fields(said, own.types).items():
        if name not in own.uncertain:
            places = [("sales", key) for key, text in texts.items() if text == name]
            own.complaints += [
                Complaint(place, words) for place in places[:1] for words in wrong(name, [kind])
            ]
            own.types[name] = kind
    return own


def implied_fields(sales: Sales, declared: Mapping[str, FieldType]) -> dict[str, FieldType]:
    """The facts that `[sales]` names and nobody declared, with the type each needs."""
    known = {**GIVEN, **declared}
    return {name: kind for name, kind in sales.types.items() if name not in known}


def wrong(name: str, kinds: Sequence[FieldType]) -> Iterator[str]:
    """Why a fact cannot have this name, or this type."""
    if name in GIVEN:
        if kinds and kinds[0] is not GIVEN[name]:
            yield (
                f"'{name}' is a standard field of type {GIVEN[name]}, and its type cannot change: "
                "delete this line, or choose another name"
            )
    elif name in _COLUMNS | RESERVED:
        yield f"'{name}' is a name that leadline uses itself; choose another"
    elif not _NAME.fullmatch(name):
        yield (
            f"'{name}' cannot be a field's name: use lower-case letters, digits and single _, "
            "starting with a letter, with at most one dot"
        )
