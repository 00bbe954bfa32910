"""Every body that the connector sends is one that HubSpot's own client would send.

The client's models are made of each, with the client's validation on (it is off unless asked for).
That validation looks at required fields and listed values only, so types and names are held to the
models' own lists of them here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from leadline_hubspot import paths
from leadline_sandbox.hubspot import Hub, portal
from leadline_sandbox.journal import Call
from tests.connectors.storms import CONFIG, MODEL
from tests.e2e.world import World

from .writing import desk, fast_clock

# Path → the client's package and the model of its body.
MODELS = {
    paths.SEARCH: ("crm.objects", "PublicObjectSearchRequest"),
    paths.BATCH_READ: ("crm.objects", "BatchReadInputSimplePublicObjectId"),
    paths.BATCH_UPDATE: ("crm.objects", "BatchInputSimplePublicObjectBatchInput"),
    paths.ASSOCIATIONS: (
        "crm.associations.v4",
        "BatchInputPublicFetchAssociationsBatchRequest",
    ),
    paths.PROPERTIES: ("crm.properties", "PropertyCreate"),
    paths.PROPERTY_GROUPS: ("crm.properties", "PropertyGroupCreate"),
    paths.LISTS_SEARCH: ("crm.lists", "ListSearchRequest"),
}
# Path → why no model of the client is held against its body.
WITHOUT_MODEL = {paths.TOKEN: "a form and no JSON, of a later version than the client knows"}

SOURCE = """
[sources.hub]
connector = "hubspot"
{signed}
base_url = "{url}"
lag_seconds = 5
backward_stages = true

[sources.hub.stages.mql]
field = "lifecyclestage"
write = "marketingqualifiedlead"
from = ["", "subscriber", "lead", "opportunity"]
"""
_PLAIN = {"str": str, "int": int, "bool": bool}


class Unfit(AssertionError):
    """A body that HubSpot's client would not send."""


def pattern_of(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))


def checked(call: Call) -> str:
    """The entry of `paths` that a call went to; `Unfit` unless its body is the one of its model."""
    for path in WITHOUT_MODEL:
        if pattern_of(path).fullmatch(call.path):
            return path
    for path, (package, name) in MODELS.items():
        if pattern_of(path).fullmatch(call.path):
            client = import_module(f"hubspot.{package}")
            model = _made(client, name, call.json, call.path)
            api = client.ApiClient(configuration=client.Configuration())
            if api.sanitize_for_serialization(model) != call.json:
                raise Unfit(f"{call.path}: the client would send another body")
            return path
    raise Unfit(f"{call.path}: no model is named for this path")


def _made(client: Any, kind: str, given: Any, where: str) -> Any:
    """A value of one of the client's types, which are written "str", "list[Filter]", "Filter"."""
    if kind.startswith("list["):
        _expect(isinstance(given, list), where, kind, given)
        return [_made(client, kind[5:-1], each, where) for each in given]
    if kind == "dict[str, str]":
        _expect(isinstance(given, dict), where, kind, given)
        texts = (*given, *given.values())
        _expect(all(isinstance(each, str) for each in texts), where, kind, given)
        return given
    if kind in _PLAIN:
        _expect(type(given) is _PLAIN[kind], where, kind, given)
        return given
    _expect(isinstance(given, dict), where, kind, given)
    model = getattr(client, kind)
    attributes = {key: name for name, key in model.attribute_map.items()}
    _expect(given.keys() <= attributes.keys(), where, kind, given)
    values = {
        attributes[key]: _sorts(value, where)
        if key == "sorts"
        else _made(client, model.openapi_types[attributes[key]], value, f"{where} {key}")
        for key, value in given.items()
    }
    strict = client.Configuration()
    strict.client_side_validation = True
    try:
        return model(local_vars_configuration=strict, **values)
    except ValueError as error:
        raise Unfit(f"{where}: {kind}: {error}") from error


def _sorts(given: Any, where: str) -> Any:
    """The one sort of a search; the client says that it is a text, and HubSpot takes an object."""
    _expect(isinstance(given, list) and len(given) == 1, where, "one sort", given)
    _expect(isinstance(given[0], dict), where, "a sort", given)
    _expect(given[0].keys() == {"propertyName", "direction"}, where, "a sort", given)
    _expect(given[0]["direction"] in ("ASCENDING", "DESCENDING"), where, "a direction", given)
    return given


def _expect(true: bool, where: str, kind: str, given: Any) -> None:
    if not true:
        raise Unfit(f"{where}: {str(given)[:200]!r} is no {kind}")


def bodies(hub: Hub) -> list[Call]:
    return [call for call in hub.journal.calls() if call.body]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    fast_clock(monkeypatch)


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.write("model.toml", MODEL)
    return made


def signed(hub: Hub, tier: str) -> str:
    """What an account of this tier signs in with here: an app, or a token."""
    app = hub.tokens.app
    if tier != "free":
        return f'access_token = "{hub.token}"'
    secrets = f'client_secret = "{app.client_secret}", refresh_token = "{app.refresh_token}"'
    return f'oauth = {{ client_id = "{app.client_id}", {secrets} }}'


def live(world: World, hub: Hub, tier: str) -> None:
    """A life: looked at, provided for, loaded, changed, and synced; stages move both ways."""
    world.write("config.toml", CONFIG + SOURCE.format(url=hub.url, signed=signed(hub, tier)))
    assert world.run("check", "--fix", "--yes").status == 0, world.run("check").out
    keen, busy, gone, one, other, *rest = [each.id for each in hub.store.records("contacts")]
    hub.store.calculate("contacts", keen, {"lifecyclestage": "opportunity"})
    for contact in (keen, *rest[:3]):
        hub.store.update("contacts", contact, {"jobtitle": "Head of IT", "country": "PL"})
    world.sync()
    call = hub.store.create("calls", {"hs_timestamp": "2026-11-20T10:00:00Z"})
    for contact in (busy, keen, one):
        hub.store.link("calls", call.id, "contacts", contact)
    hub.store.update("contacts", busy, {"jobtitle": "Head of Sales", "country": "PL"})
    hub.store.archive("contacts", gone)
    hub.store.merge("contacts", one, other)
    world.sync()


@pytest.mark.parametrize("tier", ["free", "enterprise"])
def test_a_whole_life_sends_what_hubspots_own_client_would_send(world: World, tier: str) -> None:
    options: dict[str, Any] = {
        "tier": tier,
        "association_page": 2,
        "order": "pages",
        "limited": False,
    }
    with portal(contacts=10, activities_per_contact=2, **options) as hub:
        live(world, hub, tier)
        calls = bodies(hub)
        met = {checked(call) for call in calls}
        assert met == MODELS.keys() | (WITHOUT_MODEL.keys() if tier == "free" else set())
        assert {call.method for call in calls} == {"POST"}
        stages = [
            each["properties"]["lifecyclestage"]
            for call in hub.journal.calls("contacts.batch_update")
            for each in call.json["inputs"]
            if "lifecyclestage" in each["properties"]
        ]
        assert set(stages) == {"", "marketingqualifiedlead"}
        assert max(len(call.body) for call in hub.journal.calls("search")) <= 3_000


def test_values_that_are_taken_back_are_texts_too(tmp_path: Path) -> None:
    with desk(tmp_path, fixed=False, merged_writes="survivor") as at:
        at.fix()
        one, other, *_ = at.contacts
        left = at.hub.store.merge("contacts", one, other).id
        at.write({"contact_id": left, "score": 80})
        at.write({"contact_id": other, "score": 5})
        assert at.held(left, "leadline_score") == "80"
        assert {checked(call) for call in bodies(at.hub)} == {
            paths.BATCH_READ,
            paths.BATCH_UPDATE,
            paths.PROPERTIES,
            paths.PROPERTY_GROUPS,
        }


GOOD = {"propertyName": "hs_object_id", "operator": "GT", "value": "1"}


def _search(**changed: object) -> dict[str, object]:
    return {"filterGroups": [{"filters": [{**GOOD, **changed}]}]}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/crm/v3/objects/contacts/search", _search(operator="AFTER")),
        ("/crm/v3/objects/contacts/search", _search(value=1)),
        ("/crm/v3/objects/contacts/search", {**_search(), "after": 0}),
        ("/crm/v3/objects/contacts/search", {**_search(), "sorts": ["hs_object_id"]}),
        ("/crm/v3/objects/contacts/search", {**_search(), "filter": []}),
        ("/crm/v3/objects/contacts/batch/read", {"inputs": [{"id": "1"}]}),
        (
            "/crm/v3/objects/contacts/batch/update",
            {"inputs": [{"id": "1", "properties": {"leadline_score": 40}}]},
        ),
        ("/crm/v3/objects/contacts/batch/update", {}),
        ("/crm/v3/properties/contacts", {"name": "leadline_score"}),
        ("/crm/v3/objects/contacts/merge", {"primaryObjectId": "1", "objectIdToMerge": "2"}),
    ],
)
def test_a_body_that_hubspot_would_not_take_is_noticed(
    path: str, body: Mapping[str, object]
) -> None:
    call = Call("POST", path, (), json.dumps(body).encode(), "", 200, 0.0, 0.0)
    with pytest.raises(Unfit):
        checked(call)
