"""What is seen in the file alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from leadline.lint.run import Report

from .conftest import Said
from .world import CLEAN, HEAD

EMPLOYEES = '[[rules]]\nname = "Size"\ndimension = "fit"\nby = "company.employees"\npoints = '
BOSS = '[[rules]]\nname = "Boss"\ndimension = "fit"\nwhen = "seniority = \'vp\'"\npoints = 20\n'
VISITS = '[[rules]]\nname = "Visits"\ndimension = "fit"\nactivity = "page_view"\npoints = 3\n'


def test_a_good_model_has_nothing_to_remark(
    report: Callable[[Sequence[str]], Report],
) -> None:
    made = report([HEAD + CLEAN])
    assert made.remarks == ()
    assert (made.ok, made.people, made.waiting) == (True, 100, ())


@pytest.mark.parametrize(
    "points",
    [
        "[[0, 0], [50, 8], [90, 12]]",
        "[[0, 12], [50, 8], [90, 0]]",
        "[[0, 0], [50, 8], [90, 2]]",
        "[[0, -5], [50, 8]]",
    ],
)
def test_points_may_rise_fall_or_rise_and_fall(said: Said, points: str) -> None:
    assert said("bands", f"{EMPLOYEES}{points}\n") == []


def test_points_that_fall_and_rise_again_are_a_dent(said: Said) -> None:
    (dent,) = said("bands", f"{EMPLOYEES}[[0, 1], [20, 8], [50, 4], [70, 0], [90, 12]]\n")
    assert dent.severity == "warning"
    assert (dent.problem.line, dent.problem.field) == (8, "rules[0].points[3]")
    assert "from 70 to 90 it pays 0, and more on both sides (8 below, 12 above)" in str(
        dent.problem
    )


def test_neighbours_that_pay_the_same_can_be_one_band(said: Said) -> None:
    (same,) = said("bands", f"{EMPLOYEES}[[0, 1], [50, 8], [90, 8.0]]\n")
    assert (same.severity, same.problem.field) == ("note", "rules[0].points[2]")


def test_values_that_differ_in_case_pay_alike(said: Said) -> None:
    rule = '[[rules]]\nname = "X"\ndimension = "fit"\nby = "industry"\npoints = '
    (twice,) = said("bands", f'{rule}{{ Software = 3, "software " = 4, Retail = 1 }}\n')
    assert "'software ' and 'Software' differ in case or blanks alone" in twice.problem.message
    assert said("bands", f"{rule}{{ Software = 3, software = 3 }}\n") == []


GRADES = "[grades]\nfit = { A = 25, B = 10 }\n"


def test_a_grade_above_what_the_rules_can_give(said: Said) -> None:
    grade, top = sorted(said("reach", BOSS + GRADES), key=lambda each: each.problem.field or "")[
        ::-1
    ]
    assert (top.problem.field, grade.problem.field) == ("dimensions.fit.max", "grades.fit.A")
    assert "nobody gets A: it needs 25 points of fit, its rules give 20 at most" in str(
        grade.problem
    )
    assert "the max of 30 is never reached" in top.problem.message


def test_a_limit_counts_for_what_can_be_reached(said: Said) -> None:
    """Visits without a limit reach everything; with one, or paid once, they do not."""
    assert said("reach", VISITS + GRADES) == []
    assert "give 12 points at most" in said("reach", f"{VISITS}limit = 12\n")[0].problem.message
    assert "give 3 points at most" in said("reach", f"{VISITS}once = true\n")[0].problem.message


def test_a_group_counts_as_much_as_its_limit(said: Said) -> None:
    grouped = VISITS + 'group = "web"\n[groups.web]\nlimit = 9\n'
    assert "give 9 points at most" in said("reach", grouped)[0].problem.message


def test_a_group_s_limit_that_never_bites(said: Said) -> None:
    grouped = VISITS + 'group = "web"\nlimit = 40\n[groups.web]\nlimit = 60\n'
    (note,) = said("reach", grouped)
    assert (note.severity, note.problem.field) == ("note", "groups.web.limit")


def test_a_dimension_without_rules(said: Said) -> None:
    (empty,) = said("reach", VISITS, head=f"{HEAD}[dimensions.other]\nmax = 9\n")
    assert (empty.severity, empty.problem.field) == ("warning", "dimensions.other")


@pytest.mark.parametrize(
    ("label", "field", "words"),
    [
        ("from = 25", "temperatures[0].from", "begins at 25, and no score is above 20"),
        ('from = 5\nwhen = "fit > 20"', "temperatures[0].when", "never exceeds 20"),
        (
            "from = 5\nwhen = \"country = 'Poland' AND score >= 21\"",
            "temperatures[0].when",
            "score of 21 or more",
        ),
        ("from = 0", "temperatures[0].from", "nobody is cold"),
        (
            "from = 5\n[temperatures.where]\n\"country = 'Poland'\" = { from = 22 }",
            "temperatures[0].where.\"country = 'Poland'\"",
            "begins at 22",
        ),
    ],
)
def test_a_temperature_that_is_never_given(said: Said, label: str, field: str, words: str) -> None:
    found = said("reach", f'{BOSS}[[temperatures]]\nname = "hot"\n{label}\n')
    assert [each.problem.field for each in found] == ["dimensions.fit.max", field]
    assert words in found[1].problem.message


@pytest.mark.parametrize("condition", ["fit >= 20", "fit >= 21 OR country = 'Poland'"])
def test_a_temperature_that_can_be_given(said: Said, condition: str) -> None:
    label = f'[[temperatures]]\nname = "hot"\nfrom = 5\nwhen = "{condition}"\n'
    assert [each.problem.field for each in said("reach", BOSS + label)] == ["dimensions.fit.max"]


SPARE = """
[signals]
visits = { activity = "page_view", count = "each" }
[segments.east]
when = "country = 'Poland'"
[lists]
bosses = ["vp"]
"""


def test_what_nobody_uses(said: Said) -> None:
    found = said("unused", BOSS + SPARE)
    fields = [each.problem.field for each in found]
    assert fields == ["signals.visits", "segments.east", "lists.bosses"]
    assert [each.severity for each in found] == ["note", "warning", "warning"]


def test_what_is_used_anywhere_is_no_remainder(said: Said) -> None:
    condition = "in_segment('east') AND visits > 1 AND in_list(seniority, 'bosses')"
    excluded = f'[[exclusions]]\nname = "X"\nwhen = "{condition}"\n'
    assert said("unused", BOSS + SPARE + excluded) == []
    by = EMPLOYEES.replace("company.employees", "visits") + "[[1, 2]]\n"
    assert "signals.visits" not in [
        each.problem.field for each in said("unused", BOSS + SPARE + by)
    ]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        (BOSS.replace("seniority = 'vp'", "age > 30"), "rules[0].when"),
        (BOSS.replace("seniority = 'vp'", "gender = 'm'"), "rules[0].when"),
        (EMPLOYEES.replace("company.employees", "age") + "[[1, 2]]\n", "rules[0].by"),
        (BOSS.replace("seniority = 'vp'", "age_years(created_at) > 3"), "rules[0].when"),
        (f'{BOSS}[[exclusions]]\nname = "X"\nwhen = "age < 18"\n', "exclusions[0].when"),
        (f'{BOSS}[segments.young]\nwhen = "age < 30"\n', "segments.young.when"),
    ],
)
def test_age_and_gender_are_told_with_the_reason(said: Said, more: str, field: str) -> None:
    (found,) = said("protected", more)
    assert (found.severity, found.problem.field) == ("warning", field)
    assert "discrimination in many countries" in found.problem.message


@pytest.mark.parametrize(
    ("agreement", "severity", "words"),
    [
        ("", "note", "no day is set"),
        ('[agreement]\nsales = "Bob"\n', "note", "no day is set"),
        ("[agreement]\nreview_by = 2024-04-30\n", "warning", "due 1 day ago"),
    ],
)
def test_a_review_that_is_due_or_not_planned(
    said: Said, agreement: str, severity: str, words: str
) -> None:
    (found,) = said("review", BOSS + agreement)
    assert (found.severity, words in found.problem.message) == (severity, True)


def test_the_day_of_the_review_itself_is_not_late(said: Said) -> None:
    assert said("review", f"{BOSS}[agreement]\nreview_by = 2024-05-01\n") == []
