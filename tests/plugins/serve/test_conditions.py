"""Conditions in words: whatever a model may say, people can read."""

from __future__ import annotations

import pytest

from leadline.model import Model
from leadline.predicates import parse
from leadline.vocabulary import FieldType
from leadline_serve.pages.conditions import in_words, sentences

FACTS = {
    "seniority": FieldType.TEXT,
    "job_title": FieldType.TEXT,
    "company.employees": FieldType.INTEGER,
    "consent": FieldType.BOOLEAN,
    "created_at": FieldType.INSTANT,
    "tags": FieldType.SET,
}


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("seniority IN ('cxo', 'vp')", "seniority is one of “cxo” or “vp”"),
        ("seniority = 'vp'", "seniority is “vp”"),
        ("job_title ILIKE '%head of%'", "job title contains “head of”"),
        ("job_title LIKE 'head%'", "job title begins with “head”"),
        ("job_title LIKE 'a_c%d'", "job title looks like “a_c%d”"),
        (
            "company.employees BETWEEN 50 AND 4999",
            "company employees is between 50 and 4,999",
        ),
        ("seniority IS NULL", "seniority is unknown"),
        ("seniority IS NOT NULL", "seniority is known"),
        ("consent IS TRUE", "consent is yes"),
        ("days_since(created_at) > 30", "days since created at is more than 30"),
        ("contains(tags, 'vip')", "tags contains “vip”"),
        (
            "seniority = 'vp' AND (consent OR job_title IS NULL)",
            "seniority is “vp” and (consent or job title is unknown)",
        ),
        ("NOT job_title = 'Intern'", "not (job title is “Intern”)"),
        ("length(job_title) >= 3", "length of job title is at least 3"),
        (
            "coalesce(company.employees, 0) * 2 > 10",
            "((company employees, or else 0) * 2) is more than 10",
        ),
    ],
)
def test_a_condition_is_said_in_words(condition: str, words: str) -> None:
    assert in_words(parse(condition, FACTS)) == words


def test_a_long_list_is_cut_and_counted() -> None:
    listed = ", ".join(f"'{number}'" for number in range(20))
    assert in_words(parse(f"seniority IN ({listed})", FACTS)).endswith("or 12 more")


def test_a_rule_is_a_sentence() -> None:
    rule = {
        "name": "Pricing page",
        "dimension": "engagement",
        "activity": "page_view",
        "when": "url LIKE '%/pricing%'",
        "points": 6,
        "within": "90 days",
        "limit": 18,
    }
    said = {"name": "small", "dimensions": {"engagement": {"max": 50}}, "rules": [rule]}
    assert sentences(Model.model_validate(said), FACTS) == {
        "Pricing page": "+6 for each page_view where url contains “/pricing”, in the last 90 days, "
        "at most 18 in all"
    }
