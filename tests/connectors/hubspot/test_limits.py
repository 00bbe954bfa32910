"""The account's limits are kept, and used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.errors import RetryLater
from leadline_hubspot import limits, paths
from leadline_hubspot.api import Api
from leadline_hubspot.limits import Limits, Window
from leadline_sandbox.hubspot import Hub, portal
from tests.connectors.waiting import Waits

from .reading import Reading, source_of


class Time:
    """A clock that moves only when somebody waits."""

    def __init__(self) -> None:
        self.moment = 100.0

    def now(self) -> float:
        return self.moment

    def pause(self, seconds: float) -> None:
        self.moment += seconds


@given(
    calls=st.integers(1, 20),
    seconds=st.floats(0.5, 20),
    gaps=st.lists(st.floats(0, 5), min_size=1, max_size=80),
)
def test_no_window_ever_holds_more_calls_than_are_allowed(
    calls: int, seconds: float, gaps: list[float]
) -> None:
    time = Time()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "now", time.now)
        patch.setattr(limits, "pause", time.pause)
        window, made = Window(calls, seconds), list[float]()
        for gap in gaps:
            time.moment += gap
            window.wait()
            made.append(time.moment)
    for first, last in zip(made, made[calls:], strict=False):
        assert last - first >= seconds - 1e-6


@pytest.fixture
def by_the_portal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A portal that counts by its own clock, which moves as the connector waits."""
    with portal(contacts=299, burst=100) as hub:
        hub.clock.stop()
        monkeypatch.setattr(limits, "now", hub.clock.seconds)
        monkeypatch.setattr(limits, "pause", hub.clock.advance)
        yield hub


def test_a_long_pull_uses_nearly_all_of_the_rate_and_is_never_refused(
    by_the_portal: Hub, tmp_path: Path
) -> None:
    hub, began = by_the_portal, by_the_portal.clock.seconds()
    reading = Reading(source_of(hub, tmp_path, page_size=1))
    assert len(reading.pull()) == 299
    assert hub.journal.count(status=429) == 0
    rate = (hub.journal.count() - 100) / (hub.clock.seconds() - began)  # the first burst is free
    assert 0.93 * 10 <= rate <= 0.97 * 10


def test_searches_are_five_in_a_second_at_most(by_the_portal: Hub, tmp_path: Path) -> None:
    hub, began = by_the_portal, by_the_portal.clock.seconds()
    api = Api(source_of(hub, tmp_path))
    for _ in range(50):
        api.post(paths.SEARCH, {"limit": 1}, kind="contacts")
    assert hub.journal.count(status=429) == 0
    assert 45 / 5 / 0.92 <= hub.clock.seconds() - began <= 45 / 5 / 0.88


def test_searches_take_nothing_from_the_burst(by_the_portal: Hub, tmp_path: Path) -> None:
    hub, began = by_the_portal, by_the_portal.clock.seconds()
    hub.options.burst = 30
    api = Api(source_of(hub, tmp_path))
    for _ in range(5):
        api.post(paths.SEARCH, {"limit": 1}, kind="contacts")
    for _ in range(30):
        api.get(paths.OWNERS)
    assert hub.clock.seconds() - began < 0.5
    assert hub.journal.count(status=429) == 0


def test_once_a_burst_was_too_much_searches_count_too(monkeypatch: pytest.MonkeyPatch) -> None:
    time = Time()
    monkeypatch.setattr(limits, "now", time.now)
    monkeypatch.setattr(limits, "pause", time.pause)
    learned = Limits(1.0, 1.0, ZoneInfo("UTC"))
    learned.learn({"X-HubSpot-RateLimit-Max": "3"})
    learned.hold(10.0, search=False)
    learned.wait(search=True)
    assert time.moment == pytest.approx(110)
    for _ in range(3):
        learned.wait(search=False)
    assert time.moment == pytest.approx(120)


def test_the_burst_limit_is_what_the_answers_say(by_the_portal: Hub, tmp_path: Path) -> None:
    hub = by_the_portal
    hub.options.burst = 30
    api = Api(source_of(hub, tmp_path, burst_share=1))
    for _ in range(90):
        api.get(paths.OWNERS)
    assert hub.journal.count(status=429) == 0
    assert hub.journal.count() == 90


def test_the_rest_of_the_day_is_left_for_others(hub: Hub, tmp_path: Path) -> None:
    source = source_of(hub, tmp_path, daily_share=0.8)
    api = Api(source)
    api.get(paths.OWNERS)
    assert api.limits.daily == (999, 1000)
    hub.limits.used_by_others = 790
    for _ in range(10):  # the last one of them leaves less than the rest
        api.get(paths.OWNERS)
    with pytest.raises(RetryLater, match=r"199 of the account's 1,000 calls.*20% of them") as error:
        api.get(paths.OWNERS)
    assert 0 < error.value.after <= 90_000
    assert hub.limits.used_today() == 801


def test_after_a_while_the_day_is_asked_for_again(hub: Hub, tmp_path: Path, waits: Waits) -> None:
    api = Api(source_of(hub, tmp_path))
    hub.limits.used_by_others = 900
    api.get(paths.OWNERS)
    with pytest.raises(RetryLater):
        api.get(paths.OWNERS)
    hub.limits.used_by_others = 0
    waits.append(61)
    api.get(paths.OWNERS)
    api.get(paths.OWNERS)
    assert api.limits.daily is not None
    assert api.limits.daily[0] > 990


def test_an_app_without_a_daily_limit_is_not_stopped() -> None:
    learned = Limits(0.9, 0.8, ZoneInfo("UTC"))
    learned.learn({"X-HubSpot-RateLimit-Max": "110"})
    learned.wait(search=False)
    assert learned.daily is None


@pytest.fixture
def hub() -> Iterator[Hub]:
    with portal(contacts=1, daily=1000) as made:
        yield made
