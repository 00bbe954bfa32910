"""What is seen on the data at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from leadline.lint.run import Report

from .conftest import Said
from .world import CLEAN, HEAD

RULE = '[[rules]]\nname = "X"\ndimension = "fit"\npoints = 5\n'
BY = '[[rules]]\nname = "X"\ndimension = "fit"\n'


def _when(condition: str) -> str:
    return f'{RULE}when = "{condition}"\n'


# -- values


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("country = 'Polland'", "nobody has the country 'Polland'; did you mean 'Poland'?"),
        ("country = 'Polska'", "nobody has the country 'Polska'; did you mean 'Poland'?"),
        ("'Norge' <> country", "nobody has the country 'Norge'; there is Germany, Poland, Romania"),
        ("country IN ('Poland', 'Germny')", "'Germny'; did you mean 'Germany'?"),
        ("NOT (country = 'poland')", "'poland'; did you mean 'Poland'?"),
    ],
)
def test_a_constant_that_nobody_has(said: Said, condition: str, message: str) -> None:
    (found,) = said("values", _when(condition))
    assert (found.severity, found.problem.field) == ("warning", "rules[0].when")
    assert message in found.problem.message


def test_a_rare_value_among_others_is_only_noted(said: Said) -> None:
    (found,) = said("values", _when("country IN ('Poland', 'Chile', 'Peru')"))
    assert found.severity == "note"
    assert "nobody has the country 'Chile' or 'Peru'" in found.problem.message


def test_values_that_nobody_has_at_all_are_told_together(said: Said) -> None:
    (found,) = said("values", _when("country IN ('Chile', 'Peru')"))
    assert found.severity == "warning"
    assert "nobody has the country 'Chile' or 'Peru'" in found.problem.message


def test_a_segment_s_constant_is_told_once_at_the_segment(said: Said) -> None:
    segment = "[segments.north]\nwhen = \"country = 'Norge'\"\n"
    twice = _when("in_segment('north')") + _when("in_segment('north')").replace('"X"', '"Y"')
    assert [each.problem.field for each in said("values", twice + segment)] == [
        "segments.north.when"
    ]


def test_constants_of_activities_are_compared_with_activities(said: Said) -> None:
    rule = f'{RULE}activity = "page_view"\nwhen = "url = \'https://x.example/princing\'"\n'
    (found,) = said("values", rule)
    assert "mean 'https://x.example/pricing'" in found.problem.message
    assert said("values", rule.replace("princing", "pricing")) == []


def test_a_lookup_is_a_fact_like_others(report: Callable[[Sequence[str]], Report]) -> None:
    lookup = '[lookups.region]\nkey = "country"\nrows = { Poland = "EU", Chile = "LATAM" }\n'
    by = f'{BY}by = "region"\npoints = {{ EU = 5, LATM = 3 }}\n'
    of = {each.check: each for each in report([HEAD + by + lookup]).remarks}
    assert "nobody has the region 'LATM'; did you mean 'LATAM'?" in of["values"].problem.message
    assert "firing" not in of


def test_points_by_value_name_values_that_there_are(said: Said) -> None:
    (found,) = said("values", f'{BY}by = "industry"\npoints = {{ Software = 5, Retal = 3 }}\n')
    assert (found.problem.field, found.severity) == ("rules[0].points", "warning")
    assert "did you mean 'Retail'?" in found.problem.message


def test_an_exclusion_may_be_for_people_who_never_come(said: Said) -> None:
    rivals = '[[exclusions]]\nname = "Rival"\nwhen = "email_domain = \'plumbline.test\'"\n'
    assert said("values", CLEAN + rivals) == []


# -- firing


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (_when("company.employees > 100"), "nobody meets its condition"),
        (_when("budget > 3"), "nobody's budget is known; map the field"),
        (_when("industry = 'x' AND country = 'Germany'"), "(10 may, but a fact is unknown)"),
        (
            f'{RULE}activity = "page_view"\nwhen = "url LIKE \'%/jobs%\'"\n',
            "ever met its condition",
        ),
        (
            f'{RULE}activity = "page_view"\nwhen = "url LIKE \'%/blog%\'"\nwithin = "30 days"\n',
            "20 activities met its condition, none of them in the last 30 days",
        ),
        (
            f'{RULE}activity = "page_view"\nat_least = 3\n',
            "it asks for 3 of them, and nobody has more than 2",
        ),
        (
            f'{RULE}activity = "deal_won"\ndecay = "half 1 day"\n'.replace("= 5", "= 0.4"),
            "what is left of its points by now rounds to 0",
        ),
    ],
)
def test_a_rule_that_pays_nobody_says_why(said: Said, rule: str, why: str) -> None:
    (found,) = said("firing", rule)
    assert (found.severity, found.problem.field) == ("warning", "rules[0]")
    assert "pays 0 of 100 people" in found.problem.message
    assert why in found.problem.message


def test_a_rule_that_pays_everybody_alike_tells_nobody_apart(said: Said) -> None:
    (found,) = said("firing", _when("company.employees >= 0"))
    assert "pays all 100 people the same +5" in found.problem.message
    assert said("firing", _when("company.employees >= 1")) == []


def test_a_rule_that_pays_everybody_differently_is_fine(said: Said) -> None:
    assert said("firing", f'{BY}by = "company.employees"\npoints = [[0, 1], [50, 2]]\n') == []


def test_exclusions_of_nobody_and_of_too_many(said: Said) -> None:
    none = '[[exclusions]]\nname = "A"\nwhen = "company.employees > 500"\n'
    half = '[[exclusions]]\nname = "B"\nwhen = "company.employees >= 50"\n'
    most = '[[exclusions]]\nname = "C"\nwhen = "company.employees >= 49"\n'
    found = said("firing", CLEAN + none + half + most)
    assert [(each.severity, each.problem.field) for each in found] == [
        ("note", "exclusions[0]"),
        ("warning", "exclusions[2]"),
    ]
    assert "excludes 51 of 100 people" in found[1].problem.message


# -- fillings


def test_a_band_that_nobody_falls_in(said: Said) -> None:
    points = "[[0, 0], [40, 5], [60, 8], [100, 9], [1000, 12]]"
    found = said("fillings", f'{BY}by = "company.employees"\npoints = {points}\n')
    assert [each.problem.field for each in found] == ["rules[0].points[3]", "rules[0].points[4]"]
    assert "from 100 to 1000" in found[0].problem.message
    assert "from 1000;" in found[1].problem.message


def test_people_below_the_first_band(said: Said) -> None:
    (found,) = said("fillings", f'{BY}by = "company.employees"\npoints = [[10, 5], [60, 8]]\n')
    assert found.severity == "note"
    assert "10 people have a company.employees below 10" in found.problem.message


def test_values_that_a_rule_does_not_name(said: Said) -> None:
    (found,) = said("fillings", f'{BY}by = "country"\npoints = {{ Poland = 5 }}\n')
    assert found.severity == "note"
    assert "40 people have a country that it does not name" in found.problem.message
    assert "'Germany' (30), 'Romania' (10)" in found.problem.message


SIGNALS = """
[signals]
visits = { activity = "page_view", count = "each" }
won = { activity = "deal_won", pick = "last", value = "url" }
"""


def test_signals_are_facts_like_others(said: Said) -> None:
    """Twenty people have two visits, the others one; no won deal has an address."""
    bands = f'{BY}by = "visits"\npoints = [[0, 1], [2, 5], [3, 9]]\n{SIGNALS}'
    assert [each.problem.field for each in said("fillings", bands)] == ["rules[0].points[2]"]
    (never,) = said("firing", _when("won = 'x'") + SIGNALS)
    assert "nobody's won is known; see what it is made of" in never.problem.message


# -- saturation


@pytest.mark.parametrize(("edge", "told"), [(90, False), (89, True)])
def test_a_dimension_that_many_have_in_full(said: Said, edge: int, told: bool) -> None:
    rule = f'{BY}by = "company.employees"\npoints = [[0, 0], [{edge}, 30]]\n'
    found = said("saturation", rule)
    assert [each.problem.field for each in found] == (["dimensions.fit.max"] if told else [])
    if told:
        assert "11 of 100 people (11%) have all 30 points" in found[0].problem.message


# -- twice


def _two(one: str, other: str) -> str:
    return _when(one) + _when(other).replace('"X"', '"Y"')


def test_one_fact_that_two_rules_pay(said: Said) -> None:
    (found,) = said("twice", _two("company.employees >= 50", "company.employees >= 90"))
    assert (found.severity, found.problem.field) == ("warning", "rules[1]")
    assert "pays for company.employees, as rule 'X' does: 10 of its 10 people" in str(found.problem)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("seniority = 'vp'", "seniority = 'manager'"),
        ("company.employees >= 50", "company.employees >= 50 AND country = 'Poland'"),
        ("company.employees < 60", "company.employees BETWEEN 52 AND 61"),
    ],
)
def test_rules_for_different_things_or_people(said: Said, one: str, other: str) -> None:
    assert said("twice", _two(one, other)) == []


PRICES = f'{RULE}activity = "page_view"\nwhen = "url LIKE \'%/pricing%\'"\n'
PAGES = f'{RULE}activity = "page_view"\n'.replace('"X"', '"Y"')


def test_one_activity_that_two_rules_pay(said: Said) -> None:
    (found,) = said("twice", PRICES + PAGES)
    assert (found.severity, found.problem.field) == ("warning", "rules[1]")
    assert "100 activities that rule 'X' pays for are paid here again" in found.problem.message


def test_a_common_group_caps_what_is_paid_twice(said: Said) -> None:
    web = 'group = "web"\n'
    (found,) = said("twice", PRICES + web + PAGES + web + "[groups.web]\nlimit = 8\n")
    assert found.severity == "note"


def test_what_one_rule_gives_another_may_take(said: Said) -> None:
    assert said("twice", PRICES + PAGES.replace("= 5", "= -5")) == []


# -- audience


def _model(name: str, audience: str) -> str:
    return f'name = "{name}"\n{audience}{HEAD.partition(chr(10))[2]}{CLEAN}'


def test_audiences_that_overlap_and_people_in_none(
    report: Callable[[Sequence[str]], Report],
) -> None:
    b2b = _model("b2b", 'for = "consumer = FALSE"\n')
    b2c = _model("b2c", 'for = "consumer = TRUE OR company.employees < 5"\n')
    late = _model("late", 'for = "company.employees < 3"\n')
    found = [e for e in report([b2b, b2c, late]).remarks if e.check == "audience"]
    assert [(each.model, each.problem.line) for each in found] == [("late", 2), ("late", 2)]
    assert "3 people are scored by 'b2c' as well" in found[0].problem.message
    none = "5 of 100 people get no score: no model is for them, 5 of them as a fact is unknown"
    assert none in found[1].problem.message


def test_models_that_write_apart_may_score_the_same_people(
    report: Callable[[Sequence[str]], Report],
) -> None:
    models = [_model("a", 'output = "a"\n'), _model("b", 'output = "b"\n')]
    (found,) = [each for each in report(models).remarks if each.check == "audience"]
    assert found.severity == "note"


# -- leak


def test_a_fact_that_is_filled_in_afterwards(said: Said) -> None:
    (found,) = said("leak", _when("lost_reason = 'price'"))
    assert (found.severity, found.problem.field) == ("warning", "rules[0].when")
    assert "known of 100% of the 25 people with a won or lost deal, and of 0%" in str(found.problem)


def test_a_fact_of_a_segment_leaks_as_well(said: Said) -> None:
    segment = '[segments.lost]\nwhen = "lost_reason IS NOT NULL"\n'
    assert len(said("leak", _when("in_segment('lost')") + segment)) == 1


def test_a_fact_that_is_known_before_does_not_leak(said: Said) -> None:
    assert said("leak", _when("industry = 'Retail'")) == []
    assert said("leak", CLEAN + '[[exclusions]]\nname = "E"\nwhen = "lost_reason = \'x\'"\n') == []


def test_points_for_the_outcome_itself(said: Said) -> None:
    (found,) = said("leak", f'{RULE}activity = ["deal_won", "page_view"]\n')
    assert found.problem.field == "rules[0].activity"
    assert "pays for deal_won, the outcome" in found.problem.message


# -- activity types


def test_a_type_that_no_source_brings(
    report: Callable[[Sequence[str]], Report],
) -> None:
    fair = f'{RULE}activity = ["page_view", "custom:tradefair"]\n'
    both = f'{RULE}activity = ["page_view", "call"]\n'.replace('"X"', '"Z"')
    calls = '[signals]\ncalls = { activity = "call", count = "each" }\n'
    demo = f'{RULE}activity = "demo_request"\n'.replace('"X"', '"Y"')
    remarks = report([HEAD + fair + demo + both + calls]).remarks
    found = {each.problem.field: each for each in remarks if each.check == "activity-types"}
    assert {field: each.severity for field, each in found.items()} == {
        "rules[0].activity": "warning",
        "rules[1].activity": "warning",
        "rules[2].activity": "note",
        "signals.calls.activity": "warning",
    }
    assert "mean 'custom:trade_fair'" in found["rules[0].activity"].problem.message
    # That the rule pays nobody follows from it and is not told again.
    assert [each.problem.field for each in remarks if each.check == "firing"] == []


# -- expect


@pytest.mark.parametrize(
    ("expectation", "came"),
    [
        ('contact = "c95"\nscore = 30', None),
        ('contact = "crm:c95"\nat_least = 30\nat_most = 30', None),
        ('contact = "P95@x95.example"\nexcluded = false', None),
        ('contact = "c95"\nscore = 29', "c95: expected score 29; it is score 30, A, hot"),
        (
            'contact = "c60"\nat_least = 11\ngrade = "A"',
            "at least 11 and grade A; it is score 10, B",
        ),
        ('contact = "c60"\nat_most = 9', "a score of at most 9; it is score 10, B, cold"),
        ('contact = "c60"\ntemperature = "hot"', "temperature hot; it is score 10, B, cold"),
        ('contact = "c60"\nexcluded = true', "expected to be excluded; it is score 10"),
        ('contact = "c01"\nscore = 0', "expected score 0; it is excluded by 'Tiny'"),
        ('contact = "c01"\ntemperature = "dead"\nexcluded = true', None),
        ('contact = "zed"\nscore = 0', "zed: there is no such contact"),
    ],
)
def test_expectations_say_what_came_out(said: Said, expectation: str, came: str | None) -> None:
    rest = (
        '[[exclusions]]\nname = "Tiny"\nwhen = "company.employees < 3"\n'
        "[grades]\nfit = { A = 20 }\n"
        f'[[temperatures]]\nname = "hot"\nfrom = 20\n[[expect]]\n{expectation}\n'
    )
    found = said("expect", CLEAN + rest)
    assert [each.severity for each in found] == ([] if came is None else ["error"])
    if came is not None:
        assert came in found[0].problem.message


def test_an_expectation_of_a_label_that_there_is_not(said: Said) -> None:
    label = '[[temperatures]]\nname = "hot"\nfrom = 20\n'
    expected = '[[expect]]\ncontact = "c95"\ntemperature = "hott"\n'
    (found,) = said("expect", CLEAN + label + expected)
    assert found.problem.field == "expect[0].temperature"
    assert "did you mean 'hot'?" in found.problem.message
