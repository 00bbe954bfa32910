"""Queries are written in one room: names are checked, values stay values."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from leadline.errors import SourceError
from leadline_salesforce import soql

MOMENT = datetime(2026, 3, 1, 11, 30, 0, 123_456, timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (12, "12"),
        (1_000_000.5, "1000000.5"),
        (100.0, "100"),
        (date(2026, 3, 1), "2026-03-01"),
        (MOMENT, "2026-03-01T10:30:00.123Z"),
        ("O'Neill \\ Sons\n", r"'O\'Neill \\ Sons\n'"),
    ],
)
def test_a_value_is_written_as_soql_reads_it(value: soql.Value, text: str) -> None:
    assert soql.literal(value) == text


def test_an_instant_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zone"):
        soql.literal(datetime(2026, 3, 1, 11, 30))


def test_a_query_in_full() -> None:
    window = soql.window("SystemModstamp", MOMENT, datetime(2026, 3, 2, tzinfo=UTC))
    either = soql.any_of(
        soql.compare("Title", "=", "CEO"), soql.one_of("Id", ["00Q5e00000abcdEEAQ"])
    )
    text = soql.select("Lead", ["Id", "Id", "Title"], [*window, either], ("CreatedDate", "Id"), 10)
    assert text == (
        "SELECT Id, Title FROM Lead WHERE SystemModstamp >= 2026-03-01T10:30:00.123Z AND "
        "SystemModstamp < 2026-03-02T00:00:00.000Z AND ((Title = 'CEO') OR "
        "(Id IN ('00Q5e00000abcdEEAQ'))) ORDER BY CreatedDate, Id LIMIT 10"
    )


@pytest.mark.parametrize("name", ["Title FROM User", "", "Title--", "Tïtle", "A..B", "1st"])
def test_what_is_no_name_does_not_get_into_a_query(name: str) -> None:
    with pytest.raises(SourceError, match="no name of a Salesforce field"):
        soql.select("Lead", ["Id", name])


def test_an_empty_list_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="empty"):
        soql.one_of("Id", [])


def test_ids_are_spread_over_queries_that_an_address_holds() -> None:
    ids = [f"00Q5e00000{number:05d}AAA" for number in range(1_000)]
    queries = list(
        soql.by_ids(ids, lambda some: soql.select("Lead", ["Id"], soql.one_of("Id", some)))
    )
    assert all(soql.fits(query) for query in queries)
    assert len(queries) <= 4
    assert [one for one in ids if any(one in query for query in queries)] == ids
