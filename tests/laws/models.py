"""Models of every shape: rules of both kinds, ageing, limits, groups, exclusions and labels."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from leadline.model import Model
from leadline.vocabulary import FieldType
from tests.laws import pools
from tests.laws.conditions import NUMERIC, Fields
from tests.laws.words import Words, vocabularies

TYPES = ["page_view", "custom:visit"]
_ACTIVITIES = [*TYPES, TYPES, ["purchase", "page_view"], "*"]
_COUNTED = ["name", "url", "campaign", "channel", "type"]
DIMENSIONS = ["fit", "engagement", "intent"]
GROUPS = ["website", "email"]
# Some rules are called what a clamp is called in an explanation.
_NAMES = ["Pricing page", "Limit of Pricing page", "fit", "group website", "O'Brien; --", "ß"]
_DECAYS = ["half 14 days", "half 3 days", "half 1 day", "linear 60 days", "linear 7 days"]
_DECAYS += ["step 30 days", "step 1 week"]
_EDGES = st.sampled_from([*map(Decimal, pools.WHOLE), Decimal("0.5"), Decimal("9.99")])
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
    words = draw(vocabularies())
    rules = [draw(_rule(name, dimensions, homes, words)) for name in names]
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
            "exclusions": draw(_exclusions(words)),
            "grades": draw(_grades(sizes)),
            "temperatures": draw(temperatures(words.scored(dimensions))),
            **words.tables,
            **draw(st.one_of(st.just({}), st.just({}), words.about_people.map(_audience))),
        }
    )


def _audience(condition: str) -> dict[str, str]:
    return {"for": condition}


@st.composite
def _rule(
    draw: DrawFn, name: str, dimensions: list[str], homes: dict[str, str], words: Words
) -> dict[str, Any]:
    dimension = draw(st.sampled_from(dimensions))
    rule: dict[str, Any] = {"name": name, "dimension": dimension, "points": draw(points())}
    mine = [group for group, home in homes.items() if home == dimension]
    if draw(st.booleans()) and mine:
        rule["group"] = draw(st.sampled_from(mine))
    if draw(st.booleans()):
        rule["limit"] = draw(st.sampled_from([1, 2, 5, 30]))
    if draw(st.integers(0, 3)) == 0:
        rule |= draw(_by(words.people))
        if "by" not in rule or draw(st.booleans()):
            rule["when"] = draw(words.about_people)
        return rule
    rule["activity"] = draw(st.sampled_from(_ACTIVITIES))
    rule |= draw(_by(words.activities))
    if draw(st.integers(0, 2)) == 0:
        rule["when"] = draw(words.about_activities)
    for key, choice in (
        ("decay", st.sampled_from(_DECAYS)),
        ("within", st.sampled_from(_LENGTHS)),
        ("at_least", st.integers(1, 4)),
        ("once", st.booleans()),
    ):
        if draw(st.booleans()):
            rule[key] = draw(choice)
    if draw(st.integers(0, 3)) == 0:
        rule["count"] = f"distinct {draw(st.sampled_from(_COUNTED))}"
    if rule.get("once") or "count" in rule:
        rule["points"] = draw(st.sampled_from([_upwards, _downwards]))(rule["points"])
    return rule


@st.composite
def _by(draw: DrawFn, facts: Fields) -> dict[str, Any]:
    """Bands of a number, values of a text, or nothing, which is plain points."""
    texts = [
        name for name, kind in facts.items() if kind is FieldType.TEXT and name != "properties"
    ]
    numbers = [name for name, kind in facts.items() if kind in NUMERIC]
    shape = draw(st.integers(0, 4))
    if shape == 0:
        starts = draw(st.lists(_EDGES, min_size=1, max_size=4, unique=True))
        bands = [[start, draw(points())] for start in sorted(starts)]
        return {"by": draw(st.sampled_from(numbers)), "points": bands}
    if shape == 1:
        values = st.sampled_from([*pools.TEXTS, "BOFU", "TOFU", "cxo"])
        worths = draw(st.dictionaries(values, points(), min_size=1, max_size=4))
        return {"by": draw(st.sampled_from(texts)), "points": worths}
    return {}


def _upwards(given: Any) -> Any:
    """The same points, all above zero: a rule that pays once cannot both give and take."""
    if isinstance(given, list):
        return [[low, abs(worth)] for low, worth in given]
    return (
        {key: abs(worth) for key, worth in given.items()} if isinstance(given, dict) else abs(given)
    )


def _downwards(given: Any) -> Any:
    given = _upwards(given)
    if isinstance(given, list):
        return [[low, -worth] for low, worth in given]
    return {key: -worth for key, worth in given.items()} if isinstance(given, dict) else -given


@st.composite
def _exclusions(draw: DrawFn, words: Words) -> list[dict[str, str]]:
    if draw(st.integers(0, 2)):
        return []
    texts = draw(st.lists(words.about_people, min_size=1, max_size=2))
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
def temperatures(draw: DrawFn, scored: SearchStrategy[str] | None = None) -> list[dict[str, Any]]:
    """Labels that begin at different scores, each with or without room to stay in.

    scored: conditions over the score; without them the labels ask for nothing but the score.
    """
    starts = draw(st.lists(st.integers(0, 40), unique=True, max_size=3))
    names = draw(st.permutations(["hot", "warm", "tepid", "cold"]))
    labels: list[dict[str, Any]] = []
    for name, start in zip(names, starts, strict=False):
        label: dict[str, Any] = {"name": name, **draw(_spans(start))}
        if scored is not None and draw(st.integers(0, 2)) == 0:
            label["when"] = draw(scored)
        if scored is not None and draw(st.integers(0, 2)) == 0:
            spans = st.integers(0, 40).flatmap(_spans)
            label["where"] = draw(st.dictionaries(scored, spans, min_size=1, max_size=2))
        labels.append(label)
    return labels


@st.composite
def _spans(draw: DrawFn, start: int) -> dict[str, int]:
    span = {"from": start}
    if draw(st.booleans()):
        span["release"] = draw(st.integers(0, start))
    return span
