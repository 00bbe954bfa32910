"""What HubSpot and the way to it do wrong, and what the connector makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from leadline.errors import RetryLater
from leadline_hubspot import paths, transport
from leadline_hubspot.api import Api, Refused
from leadline_sandbox.hubspot import Hub, portal
from tests.connectors.waiting import Waits

from .reading import source_of

PASSING = {  # fault → the least that is waited, in seconds
    "429": 10.0,
    "429-secondly": 1.0,
    "423": 2.0,
    "500": 0.0,
    "502": 0.0,
    "503": 0.0,
    "504": 0.0,
    "html200": 0.0,
    "empty200": 0.0,
    "broken": 0.0,
}


@pytest.fixture
def hub() -> Iterator[Hub]:
    with portal(contacts=3) as made:
        yield made


@pytest.fixture
def api(hub: Hub, tmp_path: Path) -> Api:
    return Api(source_of(hub, tmp_path))


@pytest.mark.parametrize("fault", PASSING)
def test_trouble_that_passes_costs_one_more_call(
    hub: Hub, api: Api, waits: Waits, fault: str
) -> None:
    hub.faults.once(fault)
    assert len(api.get(paths.OBJECTS, kind="contacts")["results"]) == 3
    assert hub.journal.count() == 2
    assert PASSING[fault] <= max(waits) < PASSING[fault] * 1.3 + 1


@pytest.mark.parametrize("fault", PASSING)
def test_a_search_is_tried_again_as_well(hub: Hub, api: Api, fault: str) -> None:
    hub.faults.once(fault, "search")
    assert api.post(paths.SEARCH, {"limit": 1}, kind="contacts").body["total"] == 3
    assert hub.journal.count("search") == 2


@pytest.mark.parametrize("fault", PASSING)
def test_trouble_that_stays_is_left_for_later(hub: Hub, api: Api, waits: Waits, fault: str) -> None:
    hub.faults.add(fault)
    with pytest.raises(RetryLater, match="GET /crm/v3/objects/contacts"):
        api.get(paths.OBJECTS, kind="contacts")
    assert hub.journal.count() == 6
    assert max(waits) <= 60


def test_a_server_that_asks_to_wait_for_a_day_is_not_obeyed(
    hub: Hub, api: Api, waits: Waits
) -> None:
    hub.faults.once("429", seconds=86_400)
    assert len(api.get(paths.OBJECTS, kind="contacts")["results"]) == 3
    assert max(waits) <= 60


def test_an_account_that_is_being_moved_ends_the_run(hub: Hub, api: Api, waits: Waits) -> None:
    hub.faults.add("477", seconds=86_400)
    with pytest.raises(RetryLater, match="moving the account") as caught:
        api.get(paths.OBJECTS, kind="contacts")
    assert caught.value.after == 86_400
    assert (hub.journal.count(), waits) == (1, [])


def test_a_day_without_calls_left_ends_the_run(hub: Hub, api: Api, waits: Waits) -> None:
    hub.faults.add("429-daily")
    with pytest.raises(RetryLater, match=r"midnight.*Europe/Warsaw") as caught:
        api.get(paths.OBJECTS, kind="contacts")
    assert 0 < caught.value.after <= 90_000
    assert (hub.journal.count(), waits) == (1, [])


def test_an_address_that_is_too_long_is_refused(hub: Hub, api: Api) -> None:
    with pytest.raises(Refused, match="too long") as caught:
        api.get(paths.OBJECTS, [("properties", ["x" * 9_000])], kind="contacts")
    assert caught.value.status == 414


def test_an_answer_that_takes_too_long_is_given_up(
    hub: Hub, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_TIMEOUTS", (5, 0.1))
    hub.faults.once("slow", seconds=0.4)
    assert len(api.get(paths.OBJECTS, kind="contacts")["results"]) == 3
    assert api.post(paths.SEARCH, {"limit": 1}, kind="contacts").status == 200


def test_a_limit_stops_all_threads_and_not_only_the_one_that_met_it(
    hub: Hub, api: Api, waits: Waits
) -> None:
    hub.faults.add("429", times=6)
    with pytest.raises(RetryLater):
        api.get(paths.OBJECTS, kind="contacts")
    before = len(waits)
    with ThreadPoolExecutor(1) as another:
        another.submit(api.get, paths.OBJECTS, kind="contacts").result()
    assert sum(waits[before:]) == pytest.approx(10, abs=0.5)
