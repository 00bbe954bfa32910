"""Names and words of a model file never become anything but what they name."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from leadline.model import Model
from leadline.predicates import PredicateError
from leadline.scoring.compiler import CompiledModel
from tests.laws import lakes, pools
from tests.laws.effort import tries
from tests.laws.test_equality import comparable
from tests.laws.worlds import SINCE_EVER
from tests.reference.scorer import Columns, Reference
from tests.reference.world import Record, World

UTC = ZoneInfo("UTC")
HOSTILE = [
    "x'); DROP TABLE contacts; --", "'", "''", '"', "\\", "\\'", "%", "_", "a,b", "*", "${x}",
    "$1", ":a", "?", "/*", "--", "\n", "\u2028", "(SELECT 1)", "read_csv('/etc/passwd')", "NULL",
    "1 OR 1=1", "🙂", "\u202e", "[", ".*", "\\p{L}",
]  # fmt: skip
HOSTILE_TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=8)).filter(
    lambda text: "\0" not in text and text.isprintable() | (text in HOSTILE) and text.strip() != ""
)


def model(**parts: Any) -> Model:
    rule = {"name": "Rule", "dimension": "fit", "points": 1}
    rules = [{**rule, **parts.pop("rule")}]
    return Model.model_validate(
        {"name": "names", "dimensions": {"fit": {"max": 9}}, "rules": rules, **parts}
    )


def scored(made: Model, world: World, off: tuple[str, ...] = ()) -> dict[str, Columns]:
    """What the engine answers, which is what the reference answers."""
    with lakes.fresh(UTC) as lake:
        lakes.fill(lake, world)
        lake.say_feeds(lakes.SOURCE, off, SINCE_EVER)
        found = lakes.score(lake, made, pools.TODAY)
    expected = Reference(made, pools.FACTS, UTC, off).score(world, pools.TODAY)
    assert {contact: comparable(row) for contact, row in found.items()} == expected
    return expected


def ada(**facts: Any) -> World:
    """Ada, who has this to her name and in all that she did."""
    happened = {"contact_id": "ada", "occurred_at": pools.TODAY, **facts}
    about = {key: value for key, value in facts.items() if key in pools.FACTS}
    return World([Record("ada", SINCE_EVER, about)], [Record("did", SINCE_EVER, happened)])


def test_a_feed_that_is_off_is_no_pattern_for_others() -> None:
    made = model(
        signals={"dinners": {"activity": "custom:a_b", "count": "each"}},
        rule={"when": "dinners >= 0"},
    )
    assert scored(made, ada(type="chat"), off=("custom:aXb",))["ada"]["score"] == 1
    assert scored(made, ada(type="chat"), off=("custom:a_b",))["ada"]["score"] == 0


def test_lookups_may_be_called_like_each_others_rows() -> None:
    lookup = {"key": "country", "rows": {"PL": "east"}}
    names = ("x", "x_rows", "rows", "weights", "handed_over")
    made = model(
        lookups=dict.fromkeys(names, lookup),
        rule={"when": " AND ".join(f"{name} = 'east'" for name in names)},
    )
    assert scored(made, ada(type="chat", country="PL"))["ada"]["score"] == 1


@tries(8)
@given(key=HOSTILE_TEXTS, value=HOSTILE_TEXTS)
@example(key="x'); DROP TABLE contacts; --", value="'")
@example(key="\\", value="\\'")
def test_keys_and_values_of_lookups_and_rules_are_only_texts(key: str, value: str) -> None:
    made = model(
        lookups={"funnel": {"key": "url", "rows": {key: value}}},
        rule={"activity": "*", "by": "funnel", "points": {value: 5, "other": 2}},
    )
    assert scored(made, ada(type="chat", url=key))["ada"]["score"] == 5


@tries(8)
@given(kind=HOSTILE_TEXTS)
@example(kind="'; DROP TABLE activities; --")
def test_a_type_of_ones_own_is_only_a_text(kind: str) -> None:
    made = model(
        signals={"times": {"activity": f"custom:{kind}", "count": "each"}},
        rule={"when": "times = 1"},
    )
    assert scored(made, ada(type=f"custom:{kind}"))["ada"]["score"] == 1


@pytest.mark.parametrize("name", [*HOSTILE, "", "Sent", "1st", "a b", "a.b", "ü", "a-b", "_a"])
def test_what_becomes_a_column_is_a_plain_name(name: str) -> None:
    signal = {"activity": "chat", "count": "each"}
    lookup = {"key": "country", "rows": {}}
    for parts in ({"signals": {name: signal}}, {"lookups": {name: lookup}}):
        with pytest.raises(ValidationError, match="use lower-case letters, digits and _"):
            model(rule={"when": "age > 1"}, **parts)
    with pytest.raises(ValidationError):
        Model.model_validate({"name": "x", "dimensions": {name: {"max": 1}}, "rules": []})


@pytest.mark.parametrize("name", ["value", "key", "kind", "sum", "select", "from", "order", "n0"])
def test_a_signal_may_be_called_what_sql_or_the_query_uses(name: str) -> None:
    ways = ({"count": "each"}, {"pick": "last", "value": "name"}, {"sum": "value"})
    conditions = (f'"{name}" = 1', f"\"{name}\" = 'a'", f'"{name}" = 2')
    for way, condition in zip(ways, conditions, strict=True):
        made = model(signals={name: {"activity": "chat", **way}}, rule={"when": condition})
        world = ada(type="chat", name="a", value=2.0)
        assert scored(made, world)["ada"]["score"] == 1, way


@pytest.mark.parametrize("name", HOSTILE)
def test_a_fact_that_is_not_there_is_refused_whatever_it_is_called(name: str) -> None:
    for rule in (
        {"by": name, "points": [[0, 1]]},
        {"by": name, "points": {"a": 1}},
        {"activity": "*", "by": name, "points": {"a": 1}},
    ):
        with pytest.raises(PredicateError, match="unknown field"):
            CompiledModel(model(rule=rule), pools.FACTS).query(0)


@pytest.mark.parametrize("name", HOSTILE)
def test_lists_and_segments_may_have_any_name(name: str) -> None:
    quoted = name.replace("'", "''")
    made = model(
        lists={name: ["a"]},
        segments={name: {"when": "age > 1"}},
        rule={"when": f"in_list(job_title, '{quoted}') AND in_segment('{quoted}')"},
    )
    CompiledModel(made, pools.FACTS).query(0).sql("duckdb")
