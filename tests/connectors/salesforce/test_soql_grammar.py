"""Every query that the connector sends is one for Salesforce's own grammar, and for describe."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

import pytest

from tests.plugins.sandbox.node_clients import drive

from .everything import WAYS, queries, seen

_URI = 12 * 1024  # bytes of the encoded query that a URL may have
_TEST = re.compile(
    r"([A-Za-z]\w*(?:\.\w+)*) (=|!=|<=|>=|<|>|LIKE|NOT IN|IN) "
    r"(\((?:'(?:[^'\\]|\\.)*'|[^()])*\)|'(?:[^'\\]|\\.)*'|[^\s()]+)"
)
_SHAPES = {
    "datetime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z|null"),
    "date": re.compile(r"\d{4}-\d\d-\d\d|null"),
    "boolean": re.compile(r"true|false", re.IGNORECASE),
    "number": re.compile(r"-?\d+(\.\d+)?|null"),
    "text": re.compile(r"'(?:[^'\\]|\\.)*'|null"),
}
_NUMBERS = ("int", "double", "currency", "percent")


@pytest.mark.parametrize("way", WAYS)
def test_salesforces_grammar_takes_every_query(way: str) -> None:
    texts = sorted(queries(seen(way).calls))
    assert len(texts) > 10
    faults = drive("soql.js", given=texts)
    assert {text: found for text, found in zip(texts, faults, strict=True) if found} == {}


@pytest.mark.parametrize("way", WAYS)
def test_every_field_exists_and_is_compared_with_a_value_of_its_type(way: str) -> None:
    calls, types = seen(way).calls, seen(way).types
    texts = [text for text in queries(calls) if _kind(text) in types]
    compared = [each for text in texts for each in _comparisons(text, types[_kind(text)])]
    assert {"datetime", "text", "boolean"} <= {shape for shape, _, _ in compared}
    for text in texts:
        unknown = [name for name in _selected(text) if name not in types[_kind(text)]]
        assert unknown == [], text
    for shape, literal, text in compared:
        assert _SHAPES[shape].fullmatch(literal), f"{literal} is no {shape}: {text}"


@pytest.mark.parametrize("way", WAYS)
def test_no_query_makes_a_url_that_is_too_long(way: str) -> None:
    asked = [call for call in seen(way).calls if call.label in ("query", "query.all")]
    assert max(len(urlencode(call.query)) for call in asked) <= _URI


def test_what_is_refused_by_the_org_is_never_for_its_form() -> None:
    for way in WAYS:
        refused = [
            call
            for call in seen(way).calls
            if call.status == 400 and not call.fault and "query" in call.label
        ]
        assert [(call.label, call.query) for call in refused] == []


def _kind(text: str) -> str:
    found = re.search(r" FROM (\w+)", text)
    assert found is not None, text
    return found[1]


def _selected(text: str) -> list[str]:
    """The fields of the object itself; those behind a reference are the org's to check."""
    listed = text.removeprefix("SELECT ").split(" FROM ")[0].split(",")
    names = [name.strip() for name in listed]
    return [name for name in names if "." not in name and "(" not in name]


def _comparisons(text: str, types: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Shape and literal of every comparison, each value of a list by itself."""
    _, _, where = text.partition(" WHERE ")
    for name, operator, given in _TEST.findall(where):
        if "." in name or given.startswith("(SELECT"):
            continue
        assert name in types, f"{name} is no field: {text}"
        listed = re.findall(r"'(?:[^'\\]|\\.)*'|[^\s,()]+", given)
        for literal in listed if operator.endswith("IN") else [given]:
            yield _shape(types[name]), literal, text


def _shape(type_: str) -> str:
    if type_ in _NUMBERS:
        return "number"
    return type_ if type_ in _SHAPES else "text"
