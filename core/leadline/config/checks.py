"""What must be right in a config beyond the kind of each key.

The checks read the file's own table, so that one wrong key does not hide the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from leadline.config.own_fields import OwnFields
from leadline.config.paths import is_there, located
from leadline.config.people_checks import check_people
from leadline.config.sales_checks import check_sales
from leadline.config.schedule_tables import check_schedule
from leadline.config.tables import PluginsFile
from leadline.config.webhook_tables import check_webhooks
from leadline.model.conditions import table_of
from leadline.model.documents import Complaint
from leadline.model.keys import KeyPath
from leadline.model.nearest import nearest
from leadline.vocabulary import (
    ACTIVITY_FIELDS,
    ACTIVITY_TYPES,
    DERIVED_FIELDS,
    RECORD_FIELDS,
    STANDARD_FIELDS,
    is_activity_type,
)

_SOURCE = re.compile(r"[a-z][a-z0-9_-]{0,62}")


def check_config(table: Mapping[str, object], own: OwnFields, base: Path) -> list[Complaint]:
    """Every complaint about a config's values, its files, and its sources' mappings."""
    return [
        *_check_texts(table, ()),
        *_check_time_zone(table),
        *_check_models(table, base),
        *_check_files(table, base),
        *_check_plugins(table),
        *own.complaints,
        *_check_sources(table, own),
        *check_people(table, own),
        *check_sales(table, own),
        *check_schedule(table),
        *check_webhooks(table),
    ]


def zone_of(name: str) -> ZoneInfo | None:
    """The time zone of a name, or None when there is no such zone."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return None


def _check_texts(value: object, path: KeyPath) -> Iterator[Complaint]:
    if isinstance(value, dict):
        for key, inside in value.items():
            yield from _check_texts(inside, (*path, key))
    elif isinstance(value, list):
        for place, inside in enumerate(value):
            yield from _check_texts(inside, (*path, place))
    elif isinstance(value, str) and "\0" in value:
        yield Complaint(path, "holds a NUL character (\\u0000), which no file or service takes")


def _check_time_zone(table: Mapping[str, object]) -> Iterator[Complaint]:
    name = table.get("time_zone")
    if isinstance(name, str) and name and zone_of(name) is None:
        hint = nearest(name, available_timezones()) or '; write one such as "Europe/Warsaw"'
        yield Complaint(("time_zone",), f"there is no time zone '{name}'{hint}")


def _check_models(table: Mapping[str, object], base: Path) -> Iterator[Complaint]:
    models = table.get("models")
    listed = models if isinstance(models, list) else []
    for place, name in enumerate(listed):
        if isinstance(name, str) and name and not is_there(located(base, name)):
            message = f"there is no model file '{name}' in {base}"
            yield Complaint(("models", place), message)


def _check_files(table: Mapping[str, object], base: Path) -> Iterator[Complaint]:
    workspace = table.get("workspace")
    if isinstance(workspace, str):
        path = located(base, workspace)
        if is_there(path) and not path.is_dir():
            yield Complaint(("workspace",), f"'{workspace}' is a file; name a folder")
    files = table_of(table, "plugins").get("files")
    for place, name in enumerate(files if isinstance(files, list) else ()):
        if isinstance(name, str) and not (name.endswith(".py") and is_there(located(base, name))):
            message = f"there is no Python file '{name}' in {base}"
            yield Complaint(("plugins", "files", place), message)


def _check_plugins(table: Mapping[str, object]) -> Iterator[Complaint]:
    known = PluginsFile.model_fields
    for key, value in table_of(table, "plugins").items():
        if key not in known and not isinstance(value, dict):
            message = f"there is no key '{key}' here{nearest(key, known)}"
            yield Complaint(("plugins", key), message)


def _check_sources(table: Mapping[str, object], own: OwnFields) -> Iterator[Complaint]:
    sources = table_of(table, "sources")
    if not table.get("sources"):
        yield Complaint(("sources",), "there is no source: add [sources.NAME] with its connector")
    for name in sources:
        path: KeyPath = ("sources", name)
        if not _SOURCE.fullmatch(name):
            message = (
                f"'{name}' cannot be a source's name: use lower-case letters, digits, _ and -, "
                "starting with a letter"
            )
            yield Complaint(path, message)
        source = table_of(sources, name)
        yield from _check_fields(source, path, own)
        yield from _check_activities(source, path)


def _check_fields(
    source: Mapping[str, object], path: KeyPath, own: OwnFields
) -> Iterator[Complaint]:
    known = {**RECORD_FIELDS, **STANDARD_FIELDS, **own.types}
    for name in table_of(source, "fields"):
        place = (*path, "fields", name)
        if name in DERIVED_FIELDS:
            message = f"'{name}' is worked out by leadline itself; delete this line"
            yield Complaint(place, message)
        elif name in known or name in own.uncertain:
            continue
        elif name in ACTIVITY_FIELDS:
            message = f"'{name}' is a fact about an activity: move it to activity_fields"
            yield Complaint(place, message)
        else:
            own_way = "; declare a field of your own under [fields] first"
            hint = nearest(name, known) or own_way
            yield Complaint(place, f"there is no field '{name}'{hint}")


def _check_activities(source: Mapping[str, object], path: KeyPath) -> Iterator[Complaint]:
    for name in table_of(source, "activity_fields"):
        if name not in ACTIVITY_FIELDS:
            message = f"activities have no field '{name}'{nearest(name, ACTIVITY_FIELDS)}"
            yield Complaint((*path, "activity_fields", name), message)
    owners: dict[str, str] = {}
    for name, values in table_of(source, "activity_types").items():
        place = (*path, "activity_types", name)
        if not is_activity_type(name):
            hint = nearest(name, ACTIVITY_TYPES) or '; one of your own is "custom:NAME"'
            message = f"there is no activity type '{name}'{hint}"
            yield Complaint(place, message)
        for value in values if isinstance(values, list) else [values]:
            owner = owners.setdefault(str(value).strip().casefold(), name)
            if owner != name:
                message = f"'{value}' already means {owner}; a value has one type"
                yield Complaint(place, message)
