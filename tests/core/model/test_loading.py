"""A right model loads; a wrong one names every problem with its line, field and rule."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from leadline.errors import ConfigError
from leadline.model import Decay, Model
from leadline.model.loading import load_model

from .conftest import FACTS, GOOD, Change


def test_a_right_model_loads_and_outlives_its_file(good: Path) -> None:
    model = load_model(good, FACTS)
    good.unlink()
    assert model.rules[1].decay == Decay("half", 14)
    assert model.rules[1].points == Decimal(10)
    assert Model.model_validate_json(model.content) == model
    assert len(model.version) == 12


def test_comments_and_spaces_do_not_change_the_version(good: Path) -> None:
    before = load_model(good, FACTS).version
    good.write_text("# a comment\n" + GOOD.replace(" = ", "   =   "), encoding="utf-8")
    assert load_model(good, FACTS).version == before
    good.write_text(GOOD.replace("points = 20", "points = 21"), encoding="utf-8")
    assert load_model(good, FACTS).version != before


def test_grades_are_kept_from_best_to_worst_whatever_the_file_s_order(good: Path) -> None:
    text = GOOD.replace("{ A = 38, B = 25 }", "{ B = 25, A = 38 }")
    marks = ", ".join(f"{mark} = {40 - mark}" for mark in range(12, 0, -1))
    good.write_text(text.replace("{ 1 = 38, 2 = 25 }", f"{{ {marks} }}"), encoding="utf-8")
    grades = load_model(good, FACTS).grades
    assert list(grades) == ["fit", "engagement"]
    assert list(grades["fit"]) == ["A", "B"]
    assert list(grades["engagement"]) == [str(mark) for mark in range(1, 13)]


# What is changed, the line and field it is reported at, and words of the message.
CASES = [
    ("points = 20", "points = '20'", 10, "rules[0].points", "or a table, not a text"),
    ("points = 20", "points = true", 10, "rules[0].points", "must be a number, not true or false"),
    ("points = 20", "points = nan", 10, "rules[0].points", "must be a finite number"),
    ("points = 20", "points = 20_000", 10, "rules[0].points", "between -10,000 and 10,000"),
    ("points = 20", "points = 1.2345", 10, "rules[0].points", "at most three decimals"),
    ("points = 20", "points = 0", 10, "rules[0].points", "0 points change nothing"),
    ("points = 20", "pionts = 20", 10, "rules[0].pionts", "did you mean 'points'?"),
    ("points = 20", "pionts = 20", 6, "rules[0].points", "is missing: is 'pionts' meant?"),
    ("points = 20", "points = 20\nonce = true", 6, "rules[0]", "need an 'activity'"),
    ('dimension = "fit"', 'dimension = "fitt"', 8, "rules[0].dimension", "did you mean 'fit'?"),
    (
        'dimension = "fit"',
        "dimension = 3",
        8,
        "rules[0].dimension",
        "a text in quotes, not a whole",
    ),
    ('group = "website"', 'group = "web"', 14, "rules[1].group", "did you mean 'website'?"),
    ('group = "website"', "", 20, "groups.website", "no rule has group = 'website'"),
    ('"page_view"', '"Page views"', 15, "rules[1].activity", "did you mean 'page_view'?"),
    ('"page_view"', '"zumba"', 15, "rules[1].activity", "custom:NAME"),
    ('"half 14 days"', '"half"', 18, "rules[1].decay", '"90 days", "2 weeks"'),
    ('"half 14 days"', '"quarter 1 day"', 18, "rules[1].decay", '"step 30 days"'),
    ('"90 days"', "90", 19, "rules[1].within", 'such as "90 days"'),
    ("limit = 40", "limit = -1", 21, "groups.website.limit", "must be more than 0"),
    (
        "limit = 40",
        "limit = 4.0",
        21,
        "groups.website.limit",
        "must be a whole number, not a number",
    ),
    ("max = 50", "max = 0", 3, "dimensions.fit.max", "must be more than 0"),
    ("max = 50", "", 2, "dimensions.fit.max", "the key 'max' is missing"),
    ("dimensions.fit", "dimensions.Fit", 2, "dimensions.Fit", "use lower-case letters"),
    ("dimensions.fit", "dimensions.grade", 2, "dimensions.grade", "the output uses it"),
    ('name = "Pricing"', 'name = "Boss"', 12, "rules[1].name", "two rules have the name 'Boss'"),
    ('name = "warm"', 'name = "hot"', 33, "temperatures[1].name", "two temperatures have the name"),
    ('name = "warm"', 'name = "dead"', 32, "temperatures[1]", "the label of excluded contacts"),
    ("from = 40", "from = 70", 34, "temperatures[1].from", "begins at the same score"),
    ("from = 70", "from = 101", 30, "temperatures[0].from", "no score reaches 101"),
    ("release = 60", "release = 71", 28, "temperatures[0]", "must not be above from"),
    ("release = 60", "relaese = 60", 31, "temperatures[0].relaese", "did you mean 'release'?"),
    ("release = 60", "max = 90", 31, "temperatures[0].max", "belongs at the top of the file"),
    ("fit = { A", "fitt = { A", 26, "grades.fitt", "did you mean 'fit'?"),
    ("A = 38, B = 25", "A = 38, B = 38", 26, "grades.fit.B", "must need fewer than A"),
    ("A = 38, B = 25", "A = 51, B = 25", 26, "grades.fit.A", "between 0 and 50"),
    ("A = 38, B = 25", "A = 38, 1 = 25", 26, "grades.fit", "single letters"),
    ("A = 38, B = 25", "AA = 38, B = 25", 26, "grades.fit", "single letters"),
    ("A = 38, B = 25", "Y = 38, Z = 25", 26, "grades.fit.Z", "no letter after it"),
    ("{ A = 38, B = 25 }", "{}", 26, "grades.fit", "name at least one grade"),
    ("[[rules]]", "[rules_]", 6, "rules_", "did you mean 'rules'?"),
    ("[[exclusions]]", "[exclusions]", 22, "exclusions", "[[exclusions]] with two brackets"),
]


@pytest.mark.parametrize(("old", "new", "line", "field", "words"), CASES)
def test_a_wrong_key_is_named(
    broken: Change, old: str, new: str, line: int, field: str, words: str
) -> None:
    problems = broken((old, new))
    at_place = [each for each in problems if (each.line, each.field) == (line, field)]
    assert any(words in each.message for each in at_place), problems


@pytest.mark.parametrize(("old", "new"), [case[:2] for case in CASES])
def test_messages_are_plain_words(broken: Change, old: str, new: str) -> None:
    for problem in broken((old, new)):
        for jargon in ("Value error", "Input should", "http", "pydantic", "NoneType", "Decimal"):
            assert jargon not in str(problem)


def test_a_group_belongs_to_one_dimension(broken: Change) -> None:
    (problem,) = broken(("points = 20", 'points = 20\ngroup = "website"'))
    assert (problem.line, problem.field) == (15, "rules[1].group")
    assert "has rules of dimension 'fit'" in problem.message


def test_a_problem_of_a_rule_says_which_rule(broken: Change) -> None:
    (problem,) = broken(("points = 10", "points = 0"))
    assert problem.message.startswith("rule 'Pricing': ")


def test_grades_have_at_most_two_dimensions(broken: Change) -> None:
    third = "[dimensions.third]\nmax = 9\n[[rules]]"
    (problem,) = broken(("[[rules]]", third), ("[grades]", "[grades]\nthird = { A = 5 }"))
    assert problem.field == "grades"
    assert "at most two dimensions, this has 3" in problem.message


def test_all_problems_are_shown_at_once_in_the_file_s_order(broken: Change) -> None:
    problems = broken(
        ("max = 50", "maxx = 50"),
        ("job_title", "job_titel"),
        ('group = "website"', 'group = "web"'),
        ("limit = 40", "limt = 40"),
        ("release = 60", "release = true"),
    )
    assert {each.field for each in problems} == {
        "dimensions.fit.maxx",
        "dimensions.fit.max",
        "rules[0].when",
        "rules[1].group",
        "groups.website",
        "groups.website.limit",
        "groups.website.limt",
        "temperatures[0].release",
    }
    lines = [each.line or 0 for each in problems]
    assert lines == sorted(lines)


def test_a_model_without_anything_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    path.write_text('name = "b2b"\n', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_model(path, FACTS)
    assert {each.field for each in caught.value.problems} == {"dimensions", "rules"}
