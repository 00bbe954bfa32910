"""The words that a model adds to its conditions: lists, lookups, signals and segments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from leadline.vocabulary import KIND_FIELDS, FieldType
from tests.laws import pools
from tests.laws.conditions import Fields, conditions

_TYPES = ["page_view", "custom:visit", "*", ["purchase", "page_view"]]
_WITHIN = ["1 day", "2 weeks", "90 days"]
# Signal → what it is worked out as, and its type.
_WAYS: dict[str, tuple[dict[str, str], FieldType]] = {
    "visits": ({"count": "each"}, FieldType.INTEGER),
    "visit_days": ({"count": "days"}, FieldType.INTEGER),
    "names": ({"count": "distinct name"}, FieldType.INTEGER),
    "addresses": ({"count": "distinct url"}, FieldType.INTEGER),
    "spent": ({"sum": "value"}, FieldType.NUMBER),
    "last_seen": ({"pick": "last", "value": "occurred_at"}, FieldType.INSTANT),
    "first_seen": ({"pick": "first", "value": "occurred_at"}, FieldType.INSTANT),
    "first_channel": ({"pick": "first", "value": "channel"}, FieldType.TEXT),
    "last_value": ({"pick": "last", "value": "value"}, FieldType.NUMBER),
    "last_type": ({"pick": "last", "value": "type"}, FieldType.TEXT),
}


@dataclass(frozen=True, slots=True)
class Words:
    """The tables of a model file, and what its conditions may name because of them."""

    tables: dict[str, Any]
    people: Fields
    activities: Fields

    @property
    def about_people(self) -> SearchStrategy[str]:
        return conditions(self.people, list(self.tables["lists"]), list(self.tables["segments"]))

    @property
    def about_activities(self) -> SearchStrategy[str]:
        return conditions(self.activities, list(self.tables["lists"]))

    def scored(self, dimensions: list[str]) -> SearchStrategy[str]:
        """Conditions of a temperature: over the score and its parts as well."""
        points = dict.fromkeys((*dimensions, "score"), FieldType.INTEGER)
        lists, segments = list(self.tables["lists"]), list(self.tables["segments"])
        return conditions({**self.people, **points}, lists, segments)


@st.composite
def vocabularies(draw: DrawFn) -> Words:
    """Lists, and some lookups, signals and segments."""
    chosen = draw(st.lists(st.sampled_from(sorted(pools.LOOKUPS)), max_size=3, unique=True))
    lookups = {name: pools.LOOKUPS[name] for name in chosen}
    of_activities = {
        name: FieldType.TEXT for name, (key, _) in lookups.items() if key in KIND_FIELDS
    }
    activities = {**pools.ABOUT_ACTIVITIES, "type": FieldType.TEXT, **of_activities}
    names = draw(st.lists(st.sampled_from(sorted(_WAYS)), max_size=4, unique=True))
    of_people = {name: FieldType.TEXT for name in lookups if name not in of_activities}
    people = {**pools.ABOUT_PEOPLE, **of_people, **{name: _WAYS[name][1] for name in names}}
    lists = list(pools.LISTS)
    tables = {
        "lists": pools.LISTS,
        "lookups": {name: {"key": key, "rows": rows} for name, (key, rows) in lookups.items()},
        "signals": {name: draw(_signal(_WAYS[name][0], activities, lists)) for name in names},
        "segments": draw(_segments(people, lists)),
    }
    return Words(tables, people, activities)


@st.composite
def _signal(
    draw: DrawFn, way: dict[str, str], activities: Fields, lists: list[str]
) -> dict[str, Any]:
    signal: dict[str, Any] = {"activity": draw(st.sampled_from(_TYPES)), **way}
    if draw(st.booleans()):
        signal["within"] = draw(st.sampled_from(_WITHIN))
    if draw(st.integers(0, 3)) == 0:
        signal["when"] = draw(conditions(activities, lists))
    return signal


@st.composite
def _segments(draw: DrawFn, people: Fields, lists: list[str]) -> dict[str, Any]:
    """Up to two, of which the second may ask for the first."""
    segments: dict[str, Any] = {}
    for name in ("dach", "grown_up")[: draw(st.integers(0, 2))]:
        segments[name] = {"when": draw(conditions(people, lists, list(segments)))}
    return segments
