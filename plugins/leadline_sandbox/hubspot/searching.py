"""Search, with all its caps: 200 rows, 10,000 results, 3,000 characters, one sort, a late index."""

from __future__ import annotations

import random
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadline_sandbox.hubspot.asking import answer, body_of, kind_of, paging, strings_of
from leadline_sandbox.hubspot.filters import Test, compile_filter, key_of
from leadline_sandbox.hubspot.hub import store_of
from leadline_sandbox.hubspot.kinds import Kind
from leadline_sandbox.hubspot.problems import Problem, invalid
from leadline_sandbox.hubspot.records import Record, shown
from leadline_sandbox.hubspot.store import Store

router = APIRouter(prefix="/crm/v3/objects")
_ROWS, _RESULTS = 200, 10_000
_GROUPS, _FILTERS, _IN_ALL = 5, 6, 18
_QUERIED = ("email", "firstname", "lastname", "phone", "company", "name", "domain", "dealname")


@router.post("/{kind}/search")
async def search(request: Request, kind: str) -> Response:
    """A page of what the index holds; archived records never appear."""
    of, store = kind_of(kind), store_of(request)
    longest = store.options.search_body_limit
    if len((await request.body()).decode("utf-8", "replace")) > longest:
        raise invalid(f"The request body is longer than {longest} characters.")
    body = await body_of(request)
    limit, after = _place(body)
    tests = [[compile_filter(store, of, each) for each in group] for group in _groups(body)]
    found = _sorted(store, of, body, _matching(store, of, body, tests))
    rows = _disordered(store, found, limit, after)
    known, names = store.schemas[of.name].properties, strings_of(body, "properties")
    results = [shown(entry, known, names) for entry in rows]
    following = str(after + limit) if after + limit < len(found) else ""
    return answer({"total": len(found), "results": results, **paging(request, following)})


def _place(body: dict[str, Any]) -> tuple[int, int]:
    """Limit and offset. Paging beyond the first 10,000 results is refused."""
    limit, after = body.get("limit") or 10, str(body.get("after") or "0")
    if not isinstance(limit, int) or not 1 <= limit <= _ROWS:
        raise invalid(f"limit must be between 1 and {_ROWS}, not {limit}")
    if not after.isdigit():
        raise invalid(f"after must be an integer, not {after}")
    if int(after) + limit > _RESULTS:
        raise Problem(400, f"paging beyond {_RESULTS} results of a search is not supported")
    return limit, int(after)


def _groups(body: dict[str, Any]) -> list[list[dict[str, Any]]]:
    groups = [group.get("filters") or [] for group in body.get("filterGroups") or []]
    if body.get("filters"):
        groups.append(body["filters"])
    if len(groups) > _GROUPS:
        raise invalid(f"a search takes {_GROUPS} groups of filters, not {len(groups)}")
    if any(len(group) > _FILTERS for group in groups):
        raise invalid(f"a group takes {_FILTERS} filters")
    if sum(map(len, groups)) > _IN_ALL:
        raise invalid(f"a search takes {_IN_ALL} filters in all")
    return groups


def _matching(
    store: Store, of: Kind, body: dict[str, Any], groups: list[list[Test]]
) -> list[Record]:
    """Entries that pass every filter of any group, by id."""
    with store.lock:
        entries = store.index(of.name).after(_least_id(body), store.clock.ms())
    text = str(body.get("query") or "").lower()
    if text:
        entries = [e for e in entries if any(text in e.value(n).lower() for n in _QUERIED)]
    if len(groups) == 1:
        for test in groups[0]:
            entries = [entry for entry in entries if test(entry)]
        return entries
    if groups:
        return [e for e in entries if any(all(test(e) for test in group) for group in groups)]
    return entries


def _least_id(body: dict[str, Any]) -> int:
    """The id that all results are above, so that a walk by id need not look at those behind it."""
    groups = body.get("filterGroups") or []
    if len(groups) == 1:
        for each in groups[0].get("filters") or ():
            value = str(each.get("value", ""))
            if (each.get("propertyName"), each.get("operator")) == ("hs_object_id", "GT"):
                return int(value) if value.isdigit() else -1
    return -1


def _sorted(store: Store, of: Kind, body: dict[str, Any], found: list[Record]) -> list[Record]:
    sorts = body.get("sorts") or []
    if len(sorts) > 1:
        raise invalid("a search takes one sort")
    name, falling = of.created, False
    if sorts and isinstance(sorts[0], dict):
        name = str(sorts[0].get("propertyName", name))
        falling = sorts[0].get("direction") == "DESCENDING"
    elif sorts:
        name, falling = str(sorts[0]).lstrip("-"), str(sorts[0]).startswith("-")
    if name == "hs_object_id":
        return found[::-1] if falling else found
    system = {of.modified: lambda e: e.modified, of.created: lambda e: e.created}.get(name)
    if system:
        return sorted(found, key=system, reverse=falling)
    read = key_of(store.schemas[of.name].properties.get(name))
    filled = [entry for entry in found if entry.value(name)]
    empty = [entry for entry in found if not entry.value(name)]
    return [*sorted(filled, key=lambda e: read(e.value(name)) or 0, reverse=falling), *empty]


def _disordered(store: Store, found: list[Record], limit: int, after: int) -> list[Record]:
    """A page, out of order where the portal is set so; the same each time."""
    if store.options.order == "all":
        found = list(found)
        random.Random(len(found)).shuffle(found)
    rows = found[after : after + limit]
    if store.options.order == "pages":
        random.Random(after).shuffle(rows)
    return rows
