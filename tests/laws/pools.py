"""Values that facts and conditions are both drawn from, so that they often meet."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from leadline.vocabulary import DERIVED_FIELDS, RECORD_FIELDS, STANDARD_FIELDS, FieldType
from tests.reference.logic import Value

FACTS = {**RECORD_FIELDS, **STANDARD_FIELDS, **DERIVED_FIELDS, "rating": FieldType.NUMBER}
ABOUT_PEOPLE = {
    name: FACTS[name]
    for name in (
        "job_title",
        "company.industry",
        "email_domain",
        "age",
        "company.employees",
        "rating",
        "budget",
        "planned_purchase_date",
        "created_at",
        "consent",
        "consumer",
        "product_interest",
    )
}
ABOUT_ACTIVITIES = {
    "name": FieldType.TEXT,
    "url": FieldType.TEXT,
    "campaign": FieldType.TEXT,
    "channel": FieldType.TEXT,
    "value": FieldType.NUMBER,
    "occurred_at": FieldType.INSTANT,
    "properties": FieldType.TEXT,
}

TODAY = datetime(2026, 3, 1, 12, tzinfo=UTC)

TEXTS = [
    "CEO", "ceo", "Head of Sales", "Geschäftsführer", "GESCHÄFTSFÜHRER", "Straße", "İstanbul",
    "\u0391\u03a3",  # in lower case the last letter has two forms
    "100%", "a_b", "a\\b", "O'Brien", " padded\u00a0", "two\nlines", "line end\n", "🙂👩‍🔬", "a",
    "aa",
    "/pricing", "https://example.com/pricing?a=1", "acme.example", "NULL", "ﬁn",
]  # fmt: skip
WHOLE = [-1, 0, 1, 2, 9, 10, 49, 50, 51, 250, 1000]
FRACTIONS = [-0.5, 0.0, 0.1, 0.2, 0.3, 0.5, 1.0, 1.5, 9.99, 50.0, 100.0]
MONEY = ["-1.00", "0.00", "0.01", "9.99", "50.00", "100.00", "1000000.50"]
DAYS = [TODAY.date() + timedelta(days=days) for days in (-366, -1, 0, 1, 90)]
INSTANTS = [
    TODAY + timedelta(microseconds=shift)
    for shift in (0, 1, -1, 12 * 3_600_000_000, -12 * 3_600_000_000, -90 * 86_400_000_000)
]
MEMBERS = ["shoes", "hats", "O'Brien", "a", "ß"]

LISTS = {
    "titles": ["chief*", "geschäftsführer", "Head of Sales", "ß", "c*", "\u0391\u03a3"],
    "domains": ["acme.example", "100%", "example.com/*", "o'brien", "a\\b"],
    "one": ["\U0001f642"],
}
# Facts of people and of activities that are looked up, each by this key.
LOOKUPS = {
    "seniority_by_title": ("job_title", {"CEO": "cxo", "ceo": "cxo", "Head of Sales": "vp"}),
    "size_of_domain": ("email_domain", {"acme.example": "50", "example.com": "O'Brien"}),
    "funnel": ("url", {"/pricing": "BOFU", "a": "TOFU", "aa": "TOFU", "two\nlines": "a"}),
    "touch": ("type", {"page_view": "a", "custom:visit": "BOFU"}),
}
PROPERTY_KEYS = ["plan", "a.b c", "seats", "1:x"]
PROPERTIES = [
    '{"plan": "CEO", "a.b c": "a_b", "seats": 3}',
    '{"plan": null, "seats": 1.5, "other": {"plan": "a"}}',
    '{"plan": true, "seats": "50", "a.b c": "", "1:x": "/pricing"}',
    '{"plan": "O\'Brien", "seats": -9, "1:x": "\\u00fc"}',
    "{}",
]

# Engines know letters of later Unicode than Python does; what Python knows all of them do.
SIGNS = st.characters(exclude_categories=("Cs", "Cn"))

_KNOWN: dict[FieldType, SearchStrategy[Value]] = {
    FieldType.TEXT: st.one_of(
        st.sampled_from(TEXTS), st.text(SIGNS, min_size=1, max_size=6)
    ).filter(lambda text: "\0" not in text),
    FieldType.INTEGER: st.one_of(st.sampled_from(WHOLE), st.integers(-60, 1200)),
    FieldType.NUMBER: st.one_of(st.sampled_from(FRACTIONS), st.floats(-100, 1200)),
    FieldType.MONEY: st.sampled_from(MONEY).map(Decimal),
    FieldType.DATE: st.one_of(
        st.sampled_from(DAYS), st.dates(date(1900, 1, 1), date(2200, 12, 31))
    ),
    FieldType.INSTANT: st.sampled_from(INSTANTS),
    FieldType.BOOLEAN: st.booleans(),
    FieldType.SET: st.lists(st.sampled_from(MEMBERS), unique=True, max_size=3),
}


def known(kind: FieldType) -> SearchStrategy[Value]:
    """Some value of this type."""
    return _KNOWN[kind]


def perhaps(kind: FieldType) -> SearchStrategy[Value]:
    """Some value of this type, or unknown."""
    return st.one_of(known(kind), st.none())
