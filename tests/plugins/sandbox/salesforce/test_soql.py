"""What a query may say, what it finds, and how each mistake is told."""

from __future__ import annotations

import time

import pytest

from leadline_sandbox.salesforce import Org, make
from leadline_sandbox.salesforce.problems import Problem
from leadline_sandbox.salesforce.soql import Result, run

from .conftest import NOW


@pytest.fixture(scope="module")
def filled() -> Org:
    """Three leads and what hangs on them; tests only read it."""
    crm = make(0, now=NOW)
    crm.clock.stop()
    for name, city, budget, created in (
        ("Ek", "Oslo", 100.0, "2026-11-20T10:00:00.000Z"),
        ("O'Hara", None, None, "2026-11-21T10:00:00.000Z"),
        ("Żak", "oslo", 20.0, "2026-11-22T08:59:59.000Z"),
    ):
        values = {"LastName": name, "City": city, "Budget__c": budget, "Company": "T"}
        crm.store.create("Lead", {**values, "Status": "New"}, created=created)
    first = crm.store.records("Lead")[0].id
    crm.store.create("Task", {"WhoId": first, "Status": "Completed", "ActivityDate": "2026-11-20"})
    crm.store.create("Contact", {"LastName": "Lind", "Email": "lind@post.example"})
    return crm


def _run(crm: Org, text: str, bulk: bool = False) -> Result:
    return run(crm.store, text, deleted=False, bulk=bulk)


def _names(crm: Org, where: str) -> list[str]:
    found = _run(crm, f"SELECT LastName FROM Lead {where}")
    return [row[0] for row in found.rows]


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("WHERE LastName = 'ek'", ["Ek"]),
        ("WHERE LastName = 'O\\'Hara'", ["O'Hara"]),
        ("WHERE City = 'Oslo'", ["Ek", "Żak"]),
        ("WHERE City != 'Oslo'", ["O'Hara"]),
        ("WHERE City = null", ["O'Hara"]),
        ("WHERE City = ''", ["O'Hara"]),
        ("WHERE City IN ('OSLO', 'Bergen')", ["Ek", "Żak"]),
        ("WHERE City NOT IN ('Oslo')", ["O'Hara"]),
        ("WHERE LastName LIKE '%a%'", ["O'Hara", "Żak"]),
        ("WHERE LastName LIKE '_k'", ["Ek"]),
        ("WHERE Budget__c > 20", ["Ek"]),
        ("WHERE Budget__c <= 20.0", ["Żak"]),
        ("WHERE IsConverted = false AND (City = null OR Budget__c = 20)", ["O'Hara", "Żak"]),
        ("WHERE NOT (City = 'Oslo')", ["O'Hara"]),
        ("WHERE CreatedDate >= 2026-11-21T11:00:00+01:00", ["O'Hara", "Żak"]),
        ("WHERE CreatedDate > 2026-11-21T10:00:00.000Z", ["Żak"]),
        ("WHERE CreatedDate = TODAY", ["Żak"]),
        ("WHERE CreatedDate = LAST_N_DAYS:1", ["O'Hara", "Żak"]),
        ("WHERE CreatedDate < YESTERDAY", ["Ek"]),
        ("WHERE Id IN (SELECT WhoId FROM Task WHERE ActivityDate = 2026-11-20)", ["Ek"]),
        ("ORDER BY Budget__c", ["O'Hara", "Żak", "Ek"]),
        ("ORDER BY Budget__c DESC NULLS LAST", ["Ek", "Żak", "O'Hara"]),
        ("ORDER BY CreatedDate DESC LIMIT 1 OFFSET 1", ["O'Hara"]),
    ],
)
def test_a_query_finds_what_it_names(filled: Org, where: str, names: list[str]) -> None:
    assert _names(filled, where) == names


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("SELECT Nope FROM Lead", "INVALID_FIELD", "No such column 'Nope' on entity 'Lead'"),
        ("SELECT Id FROM Leed", "INVALID_TYPE", "sObject type 'Leed' is not supported"),
        ("SELECT Owner.Nope FROM Contact", "INVALID_FIELD", "No such column 'Nope'"),
        ("SELECT Boss.Name FROM Contact", "INVALID_FIELD", "Didn't understand relationship 'Boss'"),
        ("SELECT Id, id FROM Lead", "INVALID_FIELD", "duplicate field selected: Id"),
        ("SELECT Id FROM Lead WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field"),
        (
            "SELECT Id FROM Lead WHERE SystemModstamp > '2026-01-01T00:00:00Z'",
            "INVALID_FIELD",
            "must be of type dateTime and should not be enclosed in quotes",
        ),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "type dateTime"),
        ("SELECT Id FROM Lead WHERE Budget__c = '1'", "INVALID_FIELD", "type double"),
        ("SELECT Id FROM Lead WHERE IsConverted = 'true'", "INVALID_FIELD", "type boolean"),
        ("SELECT Id FROM Lead WHERE LastName = 7", "INVALID_FIELD", "should be enclosed in quotes"),
        ("SELECT Id FROM Lead WHERE Description = 'a'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM LeadHistory WHERE NewValue = 'a'", "INVALID_FIELD", "can not be filtered"),
        (
            "SELECT Id FROM Lead WHERE City = 'a' OR City = 'b' AND Status = 'c'",
            "MALFORMED_QUERY",
            "unexpected token: 'AND'",
        ),
        (
            "SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01T00:00:00.000+0000",
            "MALFORMED_QUERY",
            "unexpected token",
        ),
        ("SELECT Id FROM Lead LIMIT 5 OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "2000"),
        (f"SELECT Id FROM Lead WHERE City = '{'x' * 100_000}'", "MALFORMED_QUERY", "100000"),
    ],
)
def test_a_mistake_is_told_as_salesforce_does(
    filled: Org, text: str, code: str, words: str
) -> None:
    with pytest.raises(Problem) as raised:
        _run(filled, text)
    assert (raised.value.status, raised.value.code) == (400, code)
    assert words in raised.value.message


def test_counts_and_groups(filled: Org) -> None:
    assert _run(filled, "SELECT COUNT() FROM Lead WHERE City = 'Oslo'").count == 2
    found = _run(filled, "SELECT City, COUNT(Id) n, MAX(Budget__c) FROM Lead GROUP BY City")
    assert found.fields == ("City", "n", "expr0")
    assert set(found.rows) == {("Oslo", 1, 100.0), (None, 1, None), ("oslo", 1, 20.0)}


def test_a_polymorphic_reference_is_followed_by_rest_alone(filled: Org) -> None:
    text = "SELECT Who.Type, Who.Name, Owner.Name FROM Task WHERE Who.Type = 'Lead'"
    assert list(_run(filled, text).rows) == [("Lead", "Ek", "Ida Kowalska")]
    with pytest.raises(Problem, match="Polymorphic relationships not supported in Bulk"):
        _run(filled, "SELECT Who.Type FROM Task", bulk=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SELECT Address FROM Lead", "Selecting compound data not supported in Bulk Query"),
        ("SELECT COUNT(Id) FROM Lead", "Aggregate Relationships not supported in Bulk Query"),
        ("SELECT Id FROM Lead LIMIT 3 OFFSET 1", "OFFSET not supported in Bulk Query"),
    ],
)
def test_bulk_refuses_what_it_cannot_do(filled: Org, text: str, words: str) -> None:
    assert _run(filled, text)
    with pytest.raises(Problem, match=words):
        _run(filled, text, bulk=True)


def test_a_hidden_field_is_not_there(filled: Org) -> None:
    crm = make(0, now=NOW)
    assert _run(crm, "SELECT Budget__c FROM Lead").fields == ("Budget__c",)
    crm.store.hide("Lead", "Budget__c")
    with pytest.raises(Problem, match="No such column 'Budget__c'"):
        _run(crm, "SELECT Id FROM Lead WHERE Budget__c = 1")
    crm.store.hide("Task")
    with pytest.raises(Problem, match="sObject type 'Task' is not supported"):
        _run(crm, "SELECT Id FROM Task")


def test_100_000_rows_are_looked_through_in_a_fraction_of_a_second() -> None:
    crm = make(0, now=NOW)
    for number in range(100_000):
        stamp = f"2026-{number % 12 + 1:02d}-01T00:00:00.000Z"
        made = {"Id": crm.store.new_id("00Q"), "CreatedDate": stamp, "SystemModstamp": stamp}
        crm.store.put("Lead", made)
    text = (
        "SELECT Id, SystemModstamp FROM Lead WHERE SystemModstamp >= 2026-03-01T00:00:00.000Z "
        "AND SystemModstamp < 2026-05-01T00:00:00.000Z"
    )
    began = time.process_time()
    found = run(crm.store, text, deleted=True, bulk=True)
    assert time.process_time() - began < 0.5
    assert len(found.rows) == 16_668
    assert len(found.rows[1_000:3_000]) == 2_000
