"""What pydantic finds wrong, in plain words and placed at the file's own keys."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.errors import PydanticUserError
from pydantic_core import ErrorDetails

from leadline.model.documents import Complaint, inner
from leadline.model.keys import KeyPath
from leadline.model.nearest import nearest

JsonSchema = Mapping[str, Any]

_WHOLE = "must be a whole number"
_NUMBER = "must be a number"
_TRUTH = "must be true or false, without quotes"
_DATE = "must be a day such as 2027-01-31, without quotes or a time"
# pydantic's error type → the words; {given} is the kind of value that stands there.
_WORDS = {
    "string_type": "must be a text in quotes, not {given}",
    "int_type": _WHOLE + ", not {given}",
    "int_parsing": _WHOLE + ", not {given}",
    "int_from_float": _WHOLE + ", not {given}",
    "float_type": _NUMBER + ", not {given}",
    "float_parsing": _NUMBER + ", not {given}",
    "decimal_type": _NUMBER + ", not {given}",
    "decimal_parsing": _NUMBER + ", not {given}",
    "is_instance_of": _NUMBER + ", not {given}",
    "finite_number": "must be a finite number",
    "bool_type": _TRUTH + ", not {given}",
    "bool_parsing": _TRUTH + ", not {given}",
    "dict_type": "must be a table, not {given}",
    "model_type": "must be a table, not {given}",
    "model_attributes_type": "must be a table, not {given}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "string_too_long": "must have at most {max_length} characters",
    "too_long": "must have at most {max_length} entries",
    "date_type": _DATE + ", not {given}",
    "date_parsing": _DATE + ", not {given}",
    "date_from_datetime_parsing": _DATE + ", not {given}",
    "date_from_datetime_inexact": _DATE,
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
}
_LISTS = {"tuple_type", "list_type", "set_type", "frozen_set_type"}
_TOO_SHORT = {"string_too_short", "too_short"}
_OWN = {"value_error", "assertion_error"}
# A value that may be of several kinds is told once for each that it is not.
_OTHER_KIND = {"decimal_type", "is_instance_of", "dict_type", *_LISTS}
_URL = re.compile(r"\s*(For further information visit )?https?://\S+")


def explain(
    error: ValidationError,
    table: Mapping[str, object],
    model: type[BaseModel],
    *,
    hide: Callable[[KeyPath, str], str] = lambda _path, message: message,
    top: type[BaseModel] | None = None,
) -> list[Complaint]:
    """One complaint per thing that pydantic found wrong in `table`.

    hide: takes what must not be shown out of a message about a key.
    top: the file's own model, where `table` is a part of the file.
    """
    complaints = []
    for path, each in _telling(error, table):
        if each["type"] == "extra_forbidden":
            message = _unknown(path, model, top)
        else:
            message = _words(each, path, table, model)
        complaints.append(Complaint(path, hide(path, message)))
    return complaints


def _telling(
    error: ValidationError, table: Mapping[str, object]
) -> Iterator[tuple[KeyPath, ErrorDetails]]:
    """The errors with their places, less those that only follow from another."""
    found = [(_real_path(each, table), each) for each in error.errors(include_url=False)]
    found = [(path, each) for path, each in found if not _falsely_short(each)]
    told: set[KeyPath] = set()
    for path, each in found:
        if each["type"] in _OTHER_KIND:
            closer = any(
                other["type"] not in _OTHER_KIND or len(place) > len(path)
                for place, other in found
                if place[: len(path)] == path
            )
            if closer or path in told:
                continue
            told.add(path)
        yield path, each


def _falsely_short(each: ErrorDetails) -> bool:
    """A list counts as too short where its entries are wrong; they are told themselves."""
    given, least = each["input"], each.get("ctx", {}).get("min_length", 1)
    return each["type"] == "too_short" and isinstance(given, list) and len(given) >= least


def kind_of(value: object) -> str:
    """What a value is, without saying which."""
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        (str, "a text"),
        (int, "a whole number"),
        (float, "a number with decimals"),
        (Mapping, "a table"),
        (list, "a list"),
        ((date, datetime, time), "a date"),
    )
    return next((words for kind, words in kinds if isinstance(value, kind)), "something else")


def keys_at(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that a table at a path may have, from the model's JSON Schema."""
    root = _schema_of(model)
    return sorted({key for node in nodes_at(root, path) for key in node.get("properties", {})})


def nodes_at(root: JsonSchema, path: KeyPath) -> list[JsonSchema]:
    """The parts of a JSON Schema that a value at a path may match."""
    nodes = list(_alternatives(root, root))
    for step in path:
        below = [_below(node, step) for node in nodes]
        nodes = [each for node in below if node for each in _alternatives(root, node)]
    return nodes


def _words(
    each: ErrorDetails, path: KeyPath, table: Mapping[str, object], model: type[BaseModel]
) -> str:
    kind, context = each["type"], each.get("ctx", {})
    key = path[-1] if path else ""
    if kind == "missing":
        return f"the key '{key}' is missing{_misspelled(str(key), path, table, model)}"
    if kind in _OWN:
        return str(context.get("error", "")) or "this value does not fit"
    if kind in _TOO_SHORT:
        least = context.get("min_length", 1)
        return "must not be empty" if least == 1 else f"must have at least {least}"
    given = kind_of(each["input"])
    if kind in _LISTS:
        hint = f"; write [[{key}]] with two brackets" if given == "a table" else ", in [ ]"
        return f"must be a list, not {given}{hint}"
    if kind in _WORDS:
        return _WORDS[kind].format(given=given, **context)
    return _plain(each["msg"])


def _misspelled(
    key: str, path: KeyPath, table: Mapping[str, object], model: type[BaseModel]
) -> str:
    """A hint when a key that means nothing here looks like the missing one."""
    value: object = table
    for step in path[:-1]:
        value = inner(value, step)
    given = set(value) if isinstance(value, Mapping) else set()
    near = difflib.get_close_matches(key, given - set(keys_at(model, path[:-1])), n=1, cutoff=0.8)
    return f": is '{near[0]}' meant?" if near else ""


def _unknown(path: KeyPath, model: type[BaseModel], top: type[BaseModel] | None) -> str:
    key, here = str(path[-1]), keys_at(model, path[:-1])
    inside = top is not None or len(path) > 1
    if inside and key in keys_at(top or model, ()) and key not in here:
        return f"'{key}' belongs at the top of the file, above the first [table]"
    return f"there is no key '{key}' here{nearest(key, here)}"


def _plain(message: str) -> str:
    message = _URL.sub("", message).strip()
    message = re.sub(r"^(?:Input|Value|URL|.{1,20} input) should ", "must ", message)
    return message[:1].lower() + message[1:]


def _real_path(each: ErrorDetails, table: Mapping[str, object]) -> KeyPath:
    """The error's place without pydantic's own marks: "[key]", names of union members."""
    path: KeyPath = ()
    value: object = table
    for place, step in enumerate(each["loc"]):
        last = place == len(each["loc"]) - 1
        there = step in value if isinstance(value, Mapping) else inner(value, step) is not None
        if there or (last and each["type"] == "missing"):
            path = (*path, step)
            value = inner(value, step)
    return path


def _schema_of(model: type[BaseModel]) -> JsonSchema:
    try:
        return model.model_json_schema()
    except PydanticUserError:  # a stranger's settings may hold what JSON Schema cannot say
        return {}


def _alternatives(root: JsonSchema, node: JsonSchema) -> Iterator[JsonSchema]:
    if "$ref" in node:
        name = str(node["$ref"]).rsplit("/", 1)[-1]
        yield from _alternatives(root, root["$defs"][name])
    yield node
    choices: Sequence[JsonSchema] = (*node.get("anyOf", ()), *node.get("oneOf", ()))
    for choice in choices:
        yield from _alternatives(root, choice)


def _below(node: JsonSchema, step: str | int) -> JsonSchema | None:
    if isinstance(step, int):
        found = node.get("items")
    else:
        found = node.get("properties", {}).get(step, node.get("additionalProperties"))
    return found if isinstance(found, Mapping) else None
