"""The simulator's SOQL and Salesforce's own grammar agree on what is a query and what is not."""

from __future__ import annotations

from leadline_sandbox.salesforce.problems import Problem
from leadline_sandbox.salesforce.soql_grammar import parsed
from tests.plugins.sandbox.node_clients import drive

_SINCE = "2026-01-01T00:00:00.000Z"
_GOOD = [
    "SELECT Id FROM Lead",
    "select Id, Account.Owner.Name from Contact",
    f"SELECT Id FROM Lead WHERE SystemModstamp >= {_SINCE} AND SystemModstamp < {_SINCE}",
    "SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01T00:00:00+02:00",
    "SELECT Id FROM Lead WHERE CreatedDate = LAST_N_DAYS:30",
    "SELECT Id FROM Task WHERE ActivityDate < 2026-01-01",
    f"SELECT Id FROM Lead WHERE (SystemModstamp > {_SINCE}) OR (SystemModstamp = {_SINCE} "
    "AND Id > '00Q5e000000000BEAQ') ORDER BY SystemModstamp, Id LIMIT 200",
    "SELECT Id FROM Lead WHERE (City = 'a' OR City = 'b') AND Country = 'c'",
    "SELECT Id FROM Lead WHERE City = 'a' AND (NOT Country = 'c')",
    "SELECT Id FROM Lead WHERE NOT City = 'a'",
    r"SELECT Id FROM Lead WHERE LastName = 'O\'Hara \\ \n \u0041'",
    "SELECT Id FROM Lead WHERE LastName LIKE 'O%' AND Email != null",
    "SELECT Id FROM Lead WHERE Id IN ('00Q5e000000000BEAQ', '00Q5e000000000CEAQ')",
    "SELECT Id FROM Contact WHERE AccountId NOT IN (SELECT Id FROM Account WHERE Name = 'x')",
    "SELECT Id FROM Lead WHERE IsConverted = true AND IsDeleted = FALSE",
    "SELECT Id FROM Opportunity WHERE Amount >= 10.5 AND Probability > -1",
    "SELECT COUNT() FROM Lead",
    "SELECT COUNT(Id) FROM Lead",
    "SELECT Status, COUNT(Id) n FROM Lead GROUP BY Status",
    "SELECT MAX(SystemModstamp) FROM Lead",
    "SELECT Id FROM Lead ORDER BY CreatedDate DESC NULLS LAST, Id LIMIT 10 OFFSET 5",
    "SELECT Id, Who.Type FROM Task",
]
_BAD = [
    "",
    "SELECT FROM Lead",
    "SELECT * FROM Lead",
    "SELECT Id Lead",
    "SELECT Id FROM Lead WHERE",
    "SELECT Id, FROM Lead",
    "SELECT Id FROM Lead WHERE City = 'a' OR City = 'b' AND Country = 'c'",
    "SELECT Id FROM Lead WHERE City = 'a' AND City = 'b' OR Country = 'c'",
    "SELECT Id FROM Lead WHERE City = a",
    "SELECT Id FROM Lead WHERE City = 'a",
    'SELECT Id FROM Lead WHERE City = "a"',
    "SELECT Id FROM Lead WHERE City == 'a'",
    "SELECT Id FROM Lead WHERE City = 'O'Hara'",
    "SELECT Id FROM Lead WHERE Id IN ()",
    "SELECT Id FROM Lead WHERE Id IN '00Q5e000000000BEAQ'",
    "SELECT Id FROM Lead WHERE (City = 'a'",
    "SELECT Id FROM Lead WHERE City = 'a' 'b'",
    "SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01T00:00:00",
    "SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01 00:00:00Z",
    "SELECT Id FROM Opportunity WHERE Amount > 1e5",
    "SELECT Id FROM Lead ALL ROWS",
    "SELECT Id FROM Lead LIMIT ten",
    "SELECT Id FROM Lead LIMIT 5 ORDER BY Id",
    "SELECT Id FROM Lead ORDER CreatedDate",
    "DELETE FROM Lead",
]


def _is_query(text: str) -> bool:
    try:
        parsed(text)
    except Problem:
        return False
    return True


def test_both_take_the_good_and_refuse_the_bad() -> None:
    texts = [*_GOOD, *_BAD]
    faults = dict(zip(texts, drive("soql.js", given=texts), strict=True))
    grammar = {text: not faults[text] for text in texts}
    assert {text: _is_query(text) for text in texts} == grammar
    assert [text for text in texts if grammar[text]] == _GOOD


def test_an_offset_as_rest_shows_it_is_no_literal_though_the_grammar_takes_it() -> None:
    text = "SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01T00:00:00.000+0000"
    assert drive("soql.js", given=[text]) == [[]]
    assert not _is_query(text)
