"""What a query brings: its columns, their types, odd values; and what a wrong one is told."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from leadline.batches import Stream
from leadline.errors import SourceError
from leadline.vocabulary import EVERY_TYPE, FieldType

from .conftest import MakePostgres
from .opening import Opened
from .sql_crm import PostgresCrm, SqlCrm, sqlite_crm


def only(crm: SqlCrm, query: str, **contacts: str) -> dict[str, object]:
    """Settings with a query for contacts alone."""
    return {"url": crm.url, "contacts": {"query": query, **contacts}, "batch_rows": 2}


@pytest.fixture
def lite(tmp_path: Path) -> SqlCrm:
    return sqlite_crm(tmp_path)


@pytest.fixture
def postgres(make_postgres: MakePostgres) -> PostgresCrm:
    return make_postgres()


def test_postgres_types_are_kept(postgres: PostgresCrm, tmp_path: Path) -> None:
    query = """
        SELECT 5::numeric(10, 2) AS id, 12.345::numeric AS budget, DATE '2026-05-31' AS planned,
               TIMESTAMP '2026-07-01 12:00' AS updated_at,
               TIMESTAMPTZ '2026-07-01 12:00+02' AS created_at, true AS consent,
               '{"a": [1, "ż"]}'::jsonb AS job_title, ARRAY['x', 'y;z'] AS product_interest,
               ARRAY[1, 2] AS company, 'c0ffee00-0000-0000-0000-000000000001'::uuid AS company_id
    """
    wanted = {
        "budget": FieldType.MONEY,
        "planned_purchase_date": FieldType.DATE,
        "consent": FieldType.BOOLEAN,
        "job_title": FieldType.TEXT,
        "product_interest": FieldType.SET,
        "company": FieldType.TEXT,
    }
    source = {
        "wanted": wanted,
        "fields": {"planned_purchase_date": "planned"},
        "time_zone": ZoneInfo("Europe/Warsaw"),
    }
    found, reasons, _ = Opened(only(postgres, query), tmp_path, source).pulled()
    assert reasons == []
    row = found["5"]
    assert row["budget"] == Decimal("12.35")
    assert row["planned_purchase_date"] == date(2026, 5, 31)
    assert row["updated_at"] == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert row["created_at"] == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert row["consent"] is True
    assert json.loads(str(row["job_title"])) == {"a": [1, "ż"]}
    assert row["product_interest"] == ["x", "y;z"]
    assert row["company"] == "[1, 2]"
    assert row["company_id"] == "c0ffee00-0000-0000-0000-000000000001"


def test_odd_values_are_put_aside_and_the_others_come(
    postgres: PostgresCrm, tmp_path: Path
) -> None:
    query = """
        SELECT * FROM (VALUES
            (1, 'NaN'::numeric, TIMESTAMPTZ 'infinity', DATE '2026-01-01'),
            (2, 10, TIMESTAMPTZ '2026-01-01Z', DATE '0044-03-15 BC'),
            (NULL, 10, NULL, NULL)
        ) AS odd (id, budget, updated_at, planned_purchase_date)
    """
    wanted = {"budget": FieldType.MONEY, "planned_purchase_date": FieldType.DATE}
    opened = Opened(only(postgres, query), tmp_path, {"wanted": wanted})
    found, reasons, _ = opened.pulled()
    assert found["1"]["budget"] is None
    assert found["1"]["updated_at"] is None
    assert found["1"]["planned_purchase_date"] == date(2026, 1, 1)
    assert found["2"]["budget"] == Decimal("10.00")
    assert found["2"]["planned_purchase_date"] is None
    told = "\n".join(reasons)
    assert "contact 1: budget: 'NaN'" in told
    assert "contact 1: updated_at: 'infinity'" in told
    assert "has no contact_id" in told
    assert len(reasons) == 4


def test_a_query_may_be_any_select(lite: SqlCrm, tmp_path: Path) -> None:
    lite.run("INSERT INTO people (contact_id, email) VALUES ('7', 'a@b.example')")
    query = (
        "WITH some AS (SELECT * FROM people)\n"
        "SELECT contact_id AS \"id\", ': half past :two 100%' AS job_title, '12:30' AS company\n"
        "FROM some ORDER BY 1; -- done"
    )
    lite_only = only(lite, query.replace("; -- done", " -- done"))
    found, _, _ = Opened(lite_only, tmp_path).pulled()
    assert found["7"]["job_title"] == ": half past :two 100%"
    assert found["7"]["company"] == "12:30"


def test_a_query_may_cast_and_hold_percents_on_postgres(
    postgres: PostgresCrm, tmp_path: Path
) -> None:
    query = "SELECT 7::text AS id, '100%'::text AS job_title WHERE 'a%b' LIKE 'a%%' -- ::x"
    found, _, _ = Opened(only(postgres, query), tmp_path).pulled()
    assert found["7"]["job_title"] == "100%"


def test_fields_are_mapped_and_only_what_is_wanted_is_selected(
    lite: SqlCrm, tmp_path: Path
) -> None:
    lite.run("INSERT INTO people (contact_id, first_name, salary) VALUES ('7', 'Ada', 9)")
    opened = Opened(
        only(lite, "SELECT * FROM people", id="Contact_ID"),
        tmp_path,
        {"fields": {"job_title": "first_name"}},
    )
    (batch,) = (each for each in opened.batches() if each.rows.num_rows)
    assert batch.rows["job_title"].to_pylist() == ["Ada"]
    assert "salary" not in batch.rows.column_names
    assert "first_name" not in batch.rows.column_names


@pytest.mark.parametrize(
    ("contacts", "fields", "told"),
    [
        ({"id": "contact"}, {}, "no column 'contact' for contact_id (did you mean 'contact_id'?)"),
        ({}, {"job_title": "titel"}, "no column 'titel' for job_title"),
        ({"cursor": "changed_at"}, {}, "no column 'changed_at' for cursor"),
        ({"deleted": "gone"}, {}, "no column 'gone' for deleted"),
    ],
)
def test_a_column_that_is_not_there_is_told_with_those_that_are(
    lite: SqlCrm,
    tmp_path: Path,
    contacts: dict[str, str],
    fields: dict[str, str],
    told: str,
) -> None:
    settings = only(lite, "SELECT contact_id, email, updated_at FROM people", **contacts)
    with pytest.raises(SourceError) as caught:
        Opened(settings, tmp_path, {"fields": fields}).batches()
    assert told in str(caught.value)
    assert "Its columns are 'contact_id', 'email', 'updated_at'" in str(caught.value)


def test_a_column_that_stands_twice_is_refused(postgres: PostgresCrm, tmp_path: Path) -> None:
    people, events = postgres.table("people"), postgres.table("events")
    query = f"SELECT p.*, e.* FROM {people} p JOIN {events} e ON e.contact_id = p.contact_id"
    with pytest.raises(SourceError, match="more than one column 'contact_id'"):
        Opened(only(postgres, query, id="contact_id"), tmp_path).batches()


def test_a_query_that_the_database_refuses_is_told_in_its_words(
    postgres: PostgresCrm, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=r"relation .*no_such_table.* does not exist"):
        Opened(only(postgres, "SELECT * FROM no_such_table"), tmp_path).batches()


def test_a_query_cannot_write(postgres: PostgresCrm, tmp_path: Path) -> None:
    function = f"{postgres.schema}.sneak"
    postgres.run(
        f"CREATE FUNCTION {function}() RETURNS integer LANGUAGE sql AS "
        f"$$ DELETE FROM {postgres.table('people')}; SELECT 1 $$"
    )
    with pytest.raises(SourceError, match="read-only transaction"):
        Opened(only(postgres, f"SELECT {function}() AS id"), tmp_path).batches()


def test_activity_types_are_mapped(lite: SqlCrm, tmp_path: Path) -> None:
    for number, kind in enumerate(("Seite ", "page_view", "Form_Submit", "Odd thing", " ")):
        lite.run(
            "INSERT INTO events (activity_id, contact_id, type, occurred_at) "
            "VALUES (:id, 1, :kind, '2026-01-05 09:00')",
            id=f"a{number}",
            kind=kind,
        )
    source = {"activity_types": {"page_view": ("seite",)}}
    found, reasons, _ = Opened(lite.settings(), tmp_path, source).pulled(Stream.ACTIVITIES)
    assert [row["type"] for row in found.values()] == [
        "page_view",
        "page_view",
        "form_submit",
        "custom:Odd thing",
    ]
    assert len(reasons) == 1


def test_without_a_query_for_activities_all_feeds_are_off(lite: SqlCrm, tmp_path: Path) -> None:
    opened = Opened(only(lite, "SELECT * FROM people", id="contact_id"), tmp_path)
    (batch,) = opened.batches(Stream.ACTIVITIES)
    assert batch.feeds_off == frozenset({EVERY_TYPE})
    assert opened.batches(Stream.COMPANIES) == []


def test_ids_of_any_number_type_are_one_id(lite: SqlCrm, tmp_path: Path) -> None:
    query = "SELECT 5.0 AS id, 5 AS merged_into, ' 5 ' AS company_id"
    found, _, _ = Opened(only(lite, query), tmp_path).pulled()
    assert (found["5"]["merged_into"], found["5"]["company_id"]) == ("5", "5")


def test_a_database_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    settings = {"url": "sqlite:///no.db", "contacts": {"query": "SELECT 1 AS id"}}
    with pytest.raises(SourceError, match="there is no database file"):
        Opened(settings, tmp_path).batches()
    assert not (tmp_path / "no.db").exists()
