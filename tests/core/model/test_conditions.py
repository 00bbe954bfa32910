"""A condition sees the facts of its kind, and a wrong one is shown with a caret."""

from __future__ import annotations

import pytest

from .conftest import Change

PERSON = "job_title ILIKE '%head%'"
ACTIVITY = "url LIKE '%/pricing%'"


def test_a_misspelled_fact_is_shown_with_a_caret(broken: Change) -> None:
    (problem,) = broken((PERSON, "country = 'PL' AND job_titel = 'x'"))
    assert (problem.line, problem.field) == (9, "rules[0].when")
    message, predicate, caret = problem.message.split("\n")
    assert message == "rule 'Boss': unknown field 'job_titel'; did you mean 'job_title'?"
    assert predicate == "    country = 'PL' AND job_titel = 'x'"
    assert caret.index("^") == predicate.index("job_titel")


def test_the_caret_of_a_condition_over_several_lines_is_under_its_own_line(broken: Change) -> None:
    many = '"""\ncountry = \'PL\'\nAND job_titel = \'x\'\n"""'
    (problem,) = broken((f'"{PERSON}"', many))
    assert problem.message.split("\n")[1] == "    AND job_titel = 'x'"


def test_a_fact_that_is_nowhere_says_how_to_declare_it(broken: Change) -> None:
    (problem,) = broken((PERSON, "zzz = 1"))
    assert "declared under [fields] in the config file" in problem.message


@pytest.mark.parametrize("fact", ["url", "campaign", "channel", "type", "value", "occurred_at"])
def test_a_rule_about_the_person_does_not_see_an_activity(broken: Change, fact: str) -> None:
    (problem,) = broken((PERSON, f"{fact} IS NOT NULL"))
    assert f"'{fact}' is a fact about an activity" in problem.message
    assert 'add activity = "…"' in problem.message


@pytest.mark.parametrize("fact", ["job_title", "email_domain", "company.employees", "contact_id"])
def test_a_rule_about_activities_does_not_see_the_person(broken: Change, fact: str) -> None:
    (problem,) = broken((ACTIVITY, f"{fact} IS NOT NULL"))
    assert f"'{fact}' is a fact about the person" in problem.message
    assert "without 'activity'" in problem.message


def test_properties_of_an_activity_are_asked_for_one_by_one(broken: Change) -> None:
    (problem,) = broken((ACTIVITY, "properties LIKE '%x%'"))
    assert "ask for one property: properties['name']" in problem.message


def test_an_exclusion_sees_the_person_only(broken: Change) -> None:
    (problem,) = broken(("email_domain IN ('plumbline.example')", "campaign = 'x'"))
    assert (problem.line, problem.field) == (24, "exclusions[0].when")
    assert "exclusions are about the person" in problem.message


def test_what_is_no_condition_is_refused(broken: Change) -> None:
    (problem,) = broken((PERSON, "job_title ="))
    assert "not a SQL condition" in problem.message
