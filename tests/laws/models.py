"""Models of every shape: rules of both kinds, ageing, limits, groups, exclusions and labels."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from leadline.model import Model
from tests.laws import pools
from tests.laws.conditions import conditions

TYPES = ["page_view", "custom:visit"]
DIMENSIONS = ["fit", "engagement", "intent"]
GROUPS = ["website", "email"]
# Some rules are called what a clamp is called in an explanation.
_NAMES = ["Pricing page", "Limit of Pricing page", "fit", "group website", "O'Brien; --", "ß"]
_DECAYS = ["half 14 days", "half 3 days", "half 1 day", "linear 60 days", "linear 7 days"]
_DECAYS += ["step 30 days", "step 1 week"]
_LENGTHS = ["1 day", "7 days", "2 weeks", "90 days", "1 year"]


def points() -> SearchStrategy[Decimal]:
    """Points of at most three decimals, many of them at a tie."""
    halves = st.integers(-20, 60).map(lambda half: Decimal(half) / 2)
    thousandths = st.integers(-10_000, 30_000).map(lambda small: Decimal(small) / 1000)
    return st.one_of(halves, thousandths).filter(bool)


@st.composite
def models(draw: DrawFn) -> Model:
    """A valid model over `pools.FACTS`."""
    dimensions = draw(st.lists(st.sampled_from(DIMENSIONS), min_size=1, max_size=3, unique=True))
    homes = {name: draw(st.sampled_from(dimensions)) for name in GROUPS}
    names = draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=6, unique=True))
    rules = [draw(_rule(name, dimensions, homes)) for name in names]
    used = {rule["group"] for rule in rules if "group" in rule}
    groups = {name: {"limit": draw(st.integers(1, 25))} for name in GROUPS if name in used}
    sizes = {name: draw(st.integers(1, 60)) for name in dimensions}
    return Model.model_validate(
        {
            "name": "made up",
            "max": draw(st.sampled_from([10, 60, 100])),
            "dimensions": {name: {"max": size} for name, size in sizes.items()},
            "groups": groups,
            "rules": rules,
            "exclusions": draw(_exclusions()),
            "grades": draw(_grades(sizes)),
            "temperatures": draw(temperatures()),
        }
    )


@st.composite
def _rule(draw: DrawFn, name: str, dimensions: list[str], homes: dict[str, str]) -> dict[str, Any]:
    dimension = draw(st.sampled_from(dimensions))
    rule: dict[str, Any] = {"name": name, "dimension": dimension, "points": draw(points())}
    mine = [group for group, home in homes.items() if home == dimension]
    if draw(st.booleans()) and mine:
        rule["group"] = draw(st.sampled_from(mine))
    if draw(st.booleans()):
        rule["limit"] = draw(st.sampled_from([1, 2, 5, 30]))
    if draw(st.integers(0, 3)) == 0:
        return rule | {"when": draw(conditions(pools.ABOUT_PEOPLE))}
    rule["activity"] = draw(st.sampled_from(TYPES))
    if draw(st.integers(0, 2)) == 0:
        rule["when"] = draw(conditions(pools.ABOUT_ACTIVITIES))
    for key, choice in (
        ("decay", st.sampled_from(_DECAYS)),
        ("within", st.sampled_from(_LENGTHS)),
        ("at_least", st.integers(1, 4)),
        ("once", st.booleans()),
    ):
        if draw(st.booleans()):
            rule[key] = draw(choice)
    return rule


@st.composite
def _exclusions(draw: DrawFn) -> list[dict[str, str]]:
    if draw(st.integers(0, 2)):
        return []
    texts = draw(st.lists(conditions(pools.ABOUT_PEOPLE), min_size=1, max_size=2))
    return [{"name": f"Reason {i}", "when": text} for i, text in enumerate(texts)]


@st.composite
def _grades(draw: DrawFn, sizes: dict[str, int]) -> dict[str, dict[str, int]]:
    """Thresholds that fall from the best mark to the worst, in any order of the file."""
    graded = draw(st.lists(st.sampled_from(sorted(sizes)), unique=True, max_size=2))
    grades = {}
    for name, marks in zip(
        graded, draw(st.permutations([["A", "B", "C"], ["1", "2"]])), strict=False
    ):
        cuts = st.lists(
            st.integers(0, sizes[name]), unique=True, min_size=1, max_size=len(marks)
        ).map(lambda found: sorted(found, reverse=True))
        pairs = list(zip(marks, draw(cuts), strict=False))
        grades[name] = dict(draw(st.permutations(pairs)))
    return grades


@st.composite
def temperatures(draw: DrawFn) -> list[dict[str, Any]]:
    """Labels that begin at different scores, each with or without room to stay in."""
    starts = draw(st.lists(st.integers(0, 40), unique=True, max_size=3))
    names = draw(st.permutations(["hot", "warm", "tepid", "cold"]))
    labels: list[dict[str, Any]] = []
    for name, start in zip(names, starts, strict=False):
        label: dict[str, Any] = {"name": name, "from": start}
        if draw(st.booleans()):
            label["release"] = draw(st.integers(0, start))
        labels.append(label)
    return labels
