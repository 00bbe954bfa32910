"""How points age, in exact thousandths."""

from __future__ import annotations

from decimal import Decimal

import pytest

from leadline.model import Decay
from leadline.model.ageing import horizon, parse_days, weight
from tests.reference.ageing import worth

# points, decay, then age → thousandths
WEIGHTS: list[tuple[str, str | None, dict[int, int]]] = [
    ("10", None, {0: 10_000, 1: 10_000, 99_999: 10_000}),
    ("0.001", None, {0: 1, 400: 1}),
    # half: a smooth fall; a half-life gives exactly a half
    ("10", "half 14 days", {0: 10_000, 1: 9_517, 7: 7_071, 14: 5_000, 28: 2_500, 42: 1_250}),
    ("10", "half 14 days", {186: 1, 187: 1, 199: 1, 200: 1, 201: 0, 1_000: 0}),
    ("-10", "half 14 days", {0: -10_000, 1: -9_517, 14: -5_000, 200: -1, 201: 0}),
    ("0.001", "half 1 day", {0: 1, 1: 1, 2: 0}),
    ("-0.001", "half 1 day", {0: -1, 1: -1, 2: 0}),
    ("0.125", "half 1 day", {1: 63, 2: 31, 3: 16, 4: 8, 5: 4, 6: 2, 7: 1, 8: 0}),
    # linear: an even fall to nothing
    ("10", "linear 60 days", {0: 10_000, 1: 9_833, 30: 5_000, 59: 167, 60: 0, 61: 0}),
    ("-10", "linear 60 days", {1: -9_833, 59: -167, 60: 0, 61: 0}),
    ("0.005", "linear 10 days", {0: 5, 1: 5, 2: 4, 3: 4, 9: 1, 10: 0}),
    ("1", "linear 1 day", {0: 1_000, 1: 0}),
    # step: nothing for a while, then a half
    ("10", "step 30 days", {0: 10_000, 29: 10_000, 30: 5_000, 59: 5_000, 60: 2_500, 90: 1_250}),
    ("0.5", "step 1 day", {0: 500, 1: 250, 2: 125, 3: 63, 4: 31, 8: 2, 9: 1, 10: 0}),
    ("-0.5", "step 1 day", {3: -63, 9: -1, 10: 0}),
]
_CASES = [
    (points, decay, age, thousandths)
    for points, decay, ages in WEIGHTS
    for age, thousandths in ages.items()
]


@pytest.mark.parametrize(("points", "decay", "age", "thousandths"), _CASES)
def test_an_occurrence_is_worth_exactly(
    points: str, decay: str | None, age: int, thousandths: int
) -> None:
    shape = None if decay is None else Decay.parse(decay)
    assert weight(Decimal(points), shape, age) == thousandths
    assert worth(Decimal(points), shape, age) == thousandths


@pytest.mark.parametrize("decay", ["half 14 days", "half 7 days", "linear 90 days", "step 3 days"])
@pytest.mark.parametrize("points", ["10", "-7.125", "0.001", "10000"])
def test_every_age_up_to_the_end_is_exact(points: str, decay: str) -> None:
    shape, full = Decay.parse(decay), Decimal(points)
    end = horizon(full, shape)
    sizes = [weight(full, shape, age) for age in range(end + 3)]
    assert sizes == [worth(full, shape, age) for age in range(end + 3)]
    assert sizes[end:] == [0, 0, 0]
    assert 0 not in sizes[:end]


@pytest.mark.parametrize(
    ("text", "days"), [("1 day", 1), ("90 days", 90), (" 2  weeks ", 14), ("1 year", 365)]
)
def test_a_length_of_time_is_read(text: str, days: int) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize("text", ["", "90", "days", "0 days", "-1 days", "1.5 days", "3 months"])
def test_no_length_of_time(text: str) -> None:
    with pytest.raises(ValueError, match='write "90 days", "2 weeks" or "1 year"'):
        parse_days(text)


@pytest.mark.parametrize("text", ["", "half", "14 days", "quick 14 days", "half 0 days", "halfway"])
def test_no_way_of_ageing(text: str) -> None:
    with pytest.raises(ValueError, match=r'write "(half 14 days|90 days)"'):
        Decay.parse(text)


def test_ageing_is_written_as_it_is_read() -> None:
    assert str(Decay.parse("step 2 weeks")) == "step 14 days"
    assert Decay.parse(str(Decay("half", 3))) == Decay("half", 3)
