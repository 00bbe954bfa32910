"""What is known of a person: whose value counts, and where it is from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from leadline.batches import Stream, company_schema
from leadline.lake import Lake
from leadline.scoring.engine import Engine
from leadline.scoring.people import Identity, Person
from leadline.vocabulary import DERIVED_FIELDS, RECORD_FIELDS, FieldType
from tests.core.lake.world import WANTED, after, commit, contacts

FACTS = {**RECORD_FIELDS, **WANTED, **DERIVED_FIELDS}
ADA = "ada@x.example"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    from zoneinfo import ZoneInfo

    return Lake.open(tmp_path / "lake", ZoneInfo("UTC"))


def known(
    lake: Lake,
    contact: tuple[str, str] = ("crm", "1"),
    at: datetime | None = None,
    **prefer: tuple[str, ...],
) -> Person:
    named = {fact.replace("__", "."): sources for fact, sources in prefer.items()}
    engine = Engine(lake, FACTS, time_zone=lake.zone, identity=Identity(prefer=named))
    person = engine.person(contact, at or after(99))
    assert person is not None
    return person


def put(lake: Lake, source: str, *rows: Mapping[str, object], day: float = 0) -> None:
    commit(lake, contacts(*rows), day, source)


def put_companies(lake: Lake, source: str, *rows: Mapping[str, object], day: float = 0) -> None:
    schema = company_schema(
        {"company.employees": FieldType.INTEGER, "company.size": FieldType.TEXT}
    )
    table = pa.Table.from_pylist(list(rows), schema=schema)
    lake.commit(Stream.COMPANIES, source, table, learned_at=after(day), seq=int(day), checkpoint={})


@pytest.fixture
def pair(lake: Lake) -> Lake:
    """Ada twice: the web record is newer and does not know her budget."""
    old = {"contact_id": "1", "email": ADA, "updated_at": after(-9), "created_at": after(-99)}
    new = {
        "contact_id": "7",
        "email": ADA.upper(),
        "updated_at": after(-1),
        "created_at": after(-5),
    }
    put(lake, "crm", {**old, "job_title": "Head of IT", "budget": 500, "product_interest": ["a"]})
    put(lake, "web", {**new, "job_title": "CTO", "product_interest": []})
    return lake


def test_the_newest_known_value_counts(pair: Lake) -> None:
    person = known(pair)
    assert person.facts["job_title"] == "CTO"
    assert person.facts["budget"] == 500
    assert person.facts["product_interest"] == ["a"]
    assert person.key == ("crm", "1")
    assert person.records == (("crm", "1"), ("web", "7"))


def test_every_fact_says_which_record_it_is_from(pair: Lake) -> None:
    origins = known(pair).origins
    assert origins["job_title"] == ("web", "7")
    assert origins["budget"] == origins["product_interest"] == ("crm", "1")
    assert "company.employees" not in origins


def test_a_preferred_source_beats_a_newer_value_but_not_with_nothing(pair: Lake) -> None:
    assert known(pair, job_title=("crm",)).facts["job_title"] == "Head of IT"
    assert known(pair, default=("crm", "web")).facts["job_title"] == "Head of IT"
    both = known(pair, default=("crm",), job_title=("web",), budget=("web",)).facts
    assert (both["job_title"], both["budget"]) == ("CTO", 500)


def test_of_two_equally_new_the_lesser_id_counts(lake: Lake) -> None:
    for source, title in (("web", "CTO"), ("crm", "CIO")):
        put(lake, source, {"contact_id": "1", "email": ADA, "job_title": title})
    assert known(lake).facts["job_title"] == "CIO"


def test_a_person_is_known_since_the_first_record_and_changed_with_the_last(pair: Lake) -> None:
    facts = known(pair, default=("web",)).facts
    assert (facts["created_at"], facts["updated_at"]) == (after(-99), after(-1))


def test_the_domain_goes_with_the_address(lake: Lake) -> None:
    put(lake, "crm", {"contact_id": "1", "email": ADA, "updated_at": after(-9)})
    put(lake, "web", {"contact_id": "7", "email": "a@y.example", "linked_to": "crm:1"})
    facts = known(lake, email=("web",)).facts
    assert (facts["email"], facts["email_domain"]) == ("a@y.example", "y.example")


def test_a_merged_record_gives_no_facts(lake: Lake) -> None:
    put(
        lake,
        "crm",
        {"contact_id": "0", "job_title": "Intern", "merged_into": "1", "updated_at": after(0)},
        {"contact_id": "1", "budget": 7},
    )
    person = known(lake)
    assert (person.facts["job_title"], person.facts["budget"]) == (None, 7)
    assert person.records == (("crm", "0"), ("crm", "1"))


def test_what_was_known_before_stays_as_it_was(pair: Lake) -> None:
    put(pair, "web", {"contact_id": "7", "email": "other@x.example"}, day=10)
    assert known(pair, at=after(5)).facts["job_title"] == "CTO"
    assert known(pair).facts["job_title"] == "Head of IT"
    assert known(pair).records == (("crm", "1"),)


def test_a_company_tells_what_the_contact_does_not(lake: Lake) -> None:
    put(
        lake,
        "crm",
        {"contact_id": "1", "company_id": "c"},
        {"contact_id": "2", "company_id": "c", "company.employees": 3},
    )
    put(lake, "web", {"contact_id": "1", "company_id": "c"})
    put_companies(lake, "crm", {"company_id": "c", "company.employees": 80})
    told = {key: known(lake, key).facts["company.employees"] for key in _KEYS}
    assert told == {("crm", "1"): 80, ("crm", "2"): 3, ("web", "1"): None}


_KEYS = (("crm", "1"), ("crm", "2"), ("web", "1"))


def test_a_company_is_known_as_it_was_and_not_once_it_is_deleted(lake: Lake) -> None:
    put(lake, "crm", {"contact_id": "1", "company_id": "c"})
    for day, employees in enumerate((80, 90)):
        put_companies(lake, "crm", {"company_id": "c", "company.employees": employees}, day=day)
    put_companies(lake, "crm", {"company_id": "c", "deleted": True}, day=2)
    found = [known(lake, at=after(day)).facts["company.employees"] for day in (0, 1, 2)]
    assert found == [80, 90, None]
