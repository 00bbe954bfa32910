"""Every call of the connector is one that Salesforce published, or documents with its address.

`requests.json` is an extract of Salesforce's own collection of requests, in the public domain.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from leadline_salesforce import paths

from .everything import WAYS, seen

_PUBLISHED = json.loads((Path(__file__).parent / "requests.json").read_text(encoding="utf-8"))
_DOCS = "https://developer.salesforce.com/docs"
_REST = f"{_DOCS}/atlas.en-us.api_rest.meta/api_rest"
# What the collection lacks, and where it is documented.
_DOCUMENTED = {
    "GET /services/data/v{}": f"{_REST}/resources_discoveryresource.htm",
    "GET /services/data/v{}/query/{}": f"{_REST}/resources_query_more_results.htm",
    "GET /services/data/v{}/queryAll/{}": f"{_REST}/resources_query_more_results.htm",
    "PATCH /services/data/v{}/composite/sobjects": (
        f"{_REST}/resources_composite_sobjects_collections_update.htm"
    ),
    "POST /services/Soap/u/{}": f"{_DOCS}/platform/api/guide/sforce-api-calls-login.html",
}
_KNOWN = {*_PUBLISHED["requests"], *_DOCUMENTED}


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.escape(template).replace(r"\{\}", r"[^/]+"))


_PATTERNS = [_pattern(each) for each in sorted(_KNOWN)]


def _templates() -> dict[str, str]:
    """The connector's paths by name, each part as "{}"."""
    return {
        name: re.sub(r"\{\w+\}", "{}", path)
        for name, path in vars(paths).items()
        if name.isupper() and isinstance(path, str)
    }


def test_the_extract_says_where_it_is_from_and_that_it_is_free() -> None:
    assert "forcedotcom/postman-salesforce-apis" in _PUBLISHED["source"]
    assert _PUBLISHED["licence"] == "CC0 1.0"


@pytest.mark.parametrize(("name", "path"), _templates().items())
def test_a_path_of_the_connector_is_one_of_salesforces(name: str, path: str) -> None:
    whole = path if path.startswith("/services/") else f"/services/data/v{{}}{path}".rstrip("/")
    assert whole in {each.split(" ", 1)[1] for each in _KNOWN}, name


@pytest.mark.parametrize("way", WAYS)
def test_every_call_is_a_request_that_salesforce_published(way: str) -> None:
    asked = {f"{call.method} {call.path.rstrip('/')}" for call in seen(way).calls}
    assert len(asked) > 10
    assert [each for each in asked if not any(p.fullmatch(each) for p in _PATTERNS)] == []


def test_no_exception_is_in_the_collection_already() -> None:
    assert _DOCUMENTED.keys().isdisjoint(_PUBLISHED["requests"])
