"""Which feeds an account delivers, and what is unknown for it."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from leadline.batches import Source
from leadline.connecting.feeds import Feed, Feeds, Wanted
from leadline.errors import SourceError
from leadline.vocabulary import ACTIVITY_TYPES

EVERY = ("calls", "forms")


class Settings(BaseModel):
    """None."""


@pytest.fixture
def source(tmp_path: Path) -> Source:
    types = {"custom:fair": ("Fair",), "call": ("Ring",)}
    zone = ZoneInfo("UTC")
    return Source("crm", "toy", Settings(), tmp_path, tmp_path, zone, activity_types=types)


@pytest.fixture
def feeds(source: Source) -> Feeds:
    calls = Feed("calls", True, frozenset({"call", "custom:voicemail"}))
    forms = Feed("forms", True, frozenset({"form_submit"}))
    return Feeds([calls, forms.off("it needs the scope forms")], source)


def test_all_feeds_are_wanted_unless_some_are_named(source: Source) -> None:
    calls = Feed("calls", True, frozenset({"call"}))
    assert Wanted(None, EVERY, source).held_to(calls) == calls
    left_out = Wanted(["forms"], EVERY, source).held_to(calls)
    assert (left_out.on, left_out.types) == (False, calls.types)
    assert left_out.why == "the setting `activities` leaves it out"


def test_a_feed_that_there_is_not_is_named(source: Source) -> None:
    with pytest.raises(SourceError, match=r"'crm': .* names cats, which .* are calls, forms$"):
        Wanted(["cats", "calls"], EVERY, source)


def test_what_no_feed_brings_is_unknown(feeds: Feeds) -> None:
    assert feeds.types_off == (ACTIVITY_TYPES | {"custom:fair"}) - {"call"}
    feeds.turn_off({"calls"}, "refused")
    assert feeds.types_off == ACTIVITY_TYPES | {"custom:fair", "custom:voicemail"}
    assert [each.why for each in feeds] == ["refused", "it needs the scope forms"]


def test_a_feed_that_is_off_is_no_fault(feeds: Feeds) -> None:
    found = list(feeds.findings("portal"))
    assert [(each.subject, each.ok, each.detail) for each in found] == [
        ("feed calls", True, "on: call, custom:voicemail"),
        ("feed forms", True, "off (it needs the scope forms): no form_submit"),
        ("activities", True, "2 types come from this portal"),
    ]
    assert found[-1].feeds_off == feeds.types_off
