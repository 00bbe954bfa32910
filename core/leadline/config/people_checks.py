"""What must be right in the keys about persons and companies: `prefer`, `links_to`, companies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leadline.config.own_fields import GIVEN, OwnFields
from leadline.model.conditions import table_of
from leadline.model.documents import Complaint
from leadline.model.keys import KeyPath
from leadline.model.nearest import nearest
from leadline.vocabulary import COMPANY_RECORD_FIELDS, DERIVED_FIELDS, is_company_fact

_DEFAULT = "default"


def check_people(table: Mapping[str, object], own: OwnFields) -> Iterator[Complaint]:
    """Every complaint about how records become persons, and about the companies' mappings."""
    sources = table_of(table, "sources")
    prefer = table_of(table, "prefer")
    known = {**GIVEN, **own.types, _DEFAULT: None}
    for name, given in prefer.items():
        if name in DERIVED_FIELDS:
            message = f"'{name}' is worked out by leadline itself: prefer what it is made of"
            yield Complaint(("prefer", name), message)
        elif name not in known and name not in own.uncertain:
            yield Complaint(("prefer", name), f"there is no field '{name}'{nearest(name, known)}")
        for source in given if isinstance(given, list) else [given]:
            yield from _check_source(source, sources, ("prefer", name))
    for name in sources:
        source = table_of(sources, name)
        if "links_to" in source:
            yield from _check_source(source["links_to"], sources, ("sources", name, "links_to"))
        yield from _check_companies(source, ("sources", name, "company_fields"), own)


def _check_source(
    name: object, sources: Mapping[str, object], place: KeyPath
) -> Iterator[Complaint]:
    if isinstance(name, str) and name and name not in sources:
        yield Complaint(place, f"there is no source '{name}'{nearest(name, sources)}")


def _check_companies(
    source: Mapping[str, object], path: KeyPath, own: OwnFields
) -> Iterator[Complaint]:
    facts = [name for name in (*GIVEN, *own.types) if is_company_fact(name)]
    known = [*COMPANY_RECORD_FIELDS, *facts]
    for name in table_of(source, "company_fields"):
        if name in known or name in own.uncertain:
            continue
        own_way = '; one of your own is "company.NAME", declared under [fields]'
        message = f"companies have no field '{name}'{nearest(name, known) or own_way}"
        yield Complaint((*path, name), message)
