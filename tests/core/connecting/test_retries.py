"""Calls that are made again, and what is said when it is no use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from leadline.connecting.retries import Again, repeated
from leadline.errors import RetryLater


def tried(outcomes: list[Exception | str], pauses: list[float]) -> str:
    """A call that ends so, time after time."""
    each: Iterator[Exception | str] = iter(outcomes)

    def attempt() -> str:
        outcome = next(each)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return repeated(attempt, "GET /people", "Pebble", pauses.append)


def test_the_pauses_grow_until_an_answer_comes() -> None:
    pauses: list[float] = []
    slow = Again("too many calls", step=10.0)
    assert tried([Again("it answered 502"), Again("it answered 502"), slow, "done"], pauses)
    assert all(low <= each <= low * 1.25 for low, each in zip((0.5, 1, 30), pauses, strict=True))


def test_six_attempts_are_enough_and_no_pause_is_above_a_minute() -> None:
    pauses: list[float] = []
    with pytest.raises(RetryLater) as caught:
        tried([Again("the records are locked", step=50.0)] * 6, pauses)
    assert str(caught.value) == (
        "Pebble did not answer GET /people properly in 6 attempts (the records are locked); "
        "sync again later"
    )
    assert caught.value.after == 300
    assert len(pauses) == 5
    assert max(pauses) == 60


def test_the_last_attempt_may_have_an_error_of_its_own() -> None:
    last = KeyError("the query took too long")
    with pytest.raises(KeyError, match="the query took too long"):
        tried([Again("busy", last=last)] * 6, [])


def test_any_other_error_comes_up_at_once() -> None:
    with pytest.raises(ZeroDivisionError):
        tried([ZeroDivisionError(), "done"], [])
