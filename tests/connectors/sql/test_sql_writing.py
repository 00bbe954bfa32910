"""Scores into a table of leadline's own, or into columns of the contacts' table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from leadline.batches import Outcome
from leadline.errors import SourceError
from leadline.testing.seeds import moment
from leadline_sql import write
from leadline_sql.settings import SqlSettings

from .conftest import MakePostgres
from .opening import Opened, changes
from .sql_crm import PostgresCrm, SqlCrm, sqlite_crm


@pytest.fixture
def postgres(make_postgres: MakePostgres) -> PostgresCrm:
    return make_postgres()


@pytest.fixture(params=["sqlite", "postgresql"])
def updated(request: pytest.FixtureRequest, tmp_path: Path) -> SqlCrm:
    """A CRM whose contacts have leadline's columns in their own table."""
    if request.param == "sqlite":
        return sqlite_crm(tmp_path, update=True)
    make: MakePostgres = request.getfixturevalue("make_postgres")
    return make(update=True)


def put(crm: SqlCrm, *ids: str) -> None:
    crm.put_contacts(
        [{"contact_id": each, "email": f"{each}@x.example"} for each in ids], moment(0)
    )


def outcomes(results: Mapping[str, Any]) -> dict[str, Outcome]:
    return {contact_id: each.outcome for contact_id, each in results.items()}


@pytest.mark.parametrize("schema", [True, False])
def test_the_own_table_is_made_as_the_config_says(
    postgres: PostgresCrm, tmp_path: Path, schema: bool
) -> None:
    own = postgres.table("Lead scores")
    lite = sqlite_crm(tmp_path)
    crm, name = (postgres, own) if schema else (lite, "Lead scores")
    output = {"table": name, "key": "person", "prefix": "ll_"}
    source = Opened(
        {**crm.settings(), "output": output}, tmp_path, {"write": {"score": "Punkte ‰"}}
    )
    subject = f"output {name}"
    finding = source.check()[subject]
    assert not finding.ok
    assert finding.fix.startswith(f"make the table {name} (person VARCHAR(255), Punkte ‰ INTEGER")
    with pytest.raises(SourceError, match="check --fix"):
        source.write(changes({"a": 1}))
    assert source.fix()[subject].detail == "made"
    assert source.fix()[subject].detail == "is there"
    assert source.check()[subject].ok
    when = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)
    source.write(changes({"a": 55}, scored_at=when))
    schema_of, _, table = name.rpartition(".")
    quoted = f'{schema_of}."{table}"' if schema else f'"{table}"'
    (row,) = crm.rows(f"SELECT * FROM {quoted}")
    assert (row["person"], row["Punkte ‰"], row["ll_grade"]) == ("a", 55, "A1")
    assert source.known() == {}
    put(crm, "a", "b")
    known = source.known()
    assert (known["a"]["score"], known["a"]["scored_at"]) == (55, when)
    assert known["b"]["score"] is None


def test_columns_that_are_missing_are_added(postgres: PostgresCrm, tmp_path: Path) -> None:
    put(postgres, "a")
    scores = postgres.table("lead_scores")
    postgres.run(f"ALTER TABLE {scores} OWNER TO {postgres.user}")
    postgres.run(f"ALTER TABLE {scores} DROP COLUMN grade, DROP COLUMN scored_at")
    source = Opened(postgres.settings(), tmp_path)
    found = source.check()
    assert found[f"output {scores}: grade"].fix == f"add the column grade VARCHAR(255) to {scores}"
    with pytest.raises(SourceError, match="no column for grade, scored_at: run leadline check"):
        source.write(changes({"a": 1}))
    assert source.fix()[f"output {scores}"].detail == "added grade, scored_at"
    assert all(finding.ok for finding in source.check().values())
    assert outcomes(source.write(changes({"a": 1}))) == {"a": Outcome.WRITTEN}


def test_an_update_touches_its_columns_and_adds_no_row(updated: SqlCrm, tmp_path: Path) -> None:
    put(updated, "a", "b")
    before = updated.everything_else()
    source = Opened(updated.settings(), tmp_path)
    results = source.write(changes({"a": 70, "nobody": 5, "b": None}))
    assert outcomes(results) == {
        "a": Outcome.WRITTEN,
        "nobody": Outcome.REJECTED,
        "b": Outcome.WRITTEN,
    }
    assert "no row of" in results["nobody"].reason
    assert updated.everything_else() == before
    assert updated.read_back()["a"]["score"] == 70
    assert updated.read_back()["b"]["temperature"] == "dead"
    assert source.known()["a"]["score"] == 70


def test_a_key_of_numbers_takes_numbers_only(postgres: PostgresCrm, tmp_path: Path) -> None:
    people = postgres.table("numbered")
    postgres.run(f"CREATE TABLE {people} (id bigint PRIMARY KEY, leadline_score smallint)")
    postgres.run(f"ALTER TABLE {people} OWNER TO {postgres.user}")
    postgres.run(f"INSERT INTO {people} VALUES (7), (8)")
    settings = {
        "url": postgres.url,
        "contacts": {"query": f"SELECT * FROM {people}"},
        "output": {"update": people},
    }
    source = Opened(settings, tmp_path)
    assert "added leadline_fit" in source.fix()[f"output {people}"].detail
    results = source.write(changes({"7": 70, "007": 1, "x'; --": 2, "8": 99_999}))
    assert outcomes(results) == {
        "7": Outcome.WRITTEN,
        "007": Outcome.REJECTED,
        "x'; --": Outcome.REJECTED,
        "8": Outcome.REJECTED,  # more than a smallint holds, and it alone
    }
    assert "out of range" in results["8"].reason
    assert {
        row["id"]: row["leadline_score"] for row in postgres.rows(f"SELECT * FROM {people}")
    } == {
        7: 70,
        8: None,
    }
    assert source.known()["7"]["score"] == 70


def test_of_a_batch_only_what_is_refused_is_rejected(updated: SqlCrm, tmp_path: Path) -> None:
    ids = [f"{number:03d}" for number in range(50)]
    put(updated, *ids)
    updated.refuse_contact("007")
    results = Opened(updated.settings(), tmp_path).write(changes(dict.fromkeys(ids, 33)))
    rejected = [key for key, each in results.items() if each.outcome is Outcome.REJECTED]
    assert rejected == ["007"]
    assert "this contact is locked" in results["007"].reason
    written = [row for row in updated.read_back().values() if row["score"] == 33]
    assert len(written) == 49


def test_a_database_without_upserts_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm = sqlite_crm(tmp_path)
    monkeypatch.setattr(write, "_UPSERTS", {})
    source = Opened(crm.settings(), tmp_path)
    for score in (5, 6):
        results = source.write(changes({"a": score, "b": None}))
        assert set(outcomes(results).values()) == {Outcome.WRITTEN}
    assert {key: row["score"] for key, row in crm.read_back().items()} == {"a": 6, "b": None}


def test_a_right_that_is_missing_stops_the_source_and_check_says_so(
    postgres: PostgresCrm, tmp_path: Path
) -> None:
    scores = postgres.table("lead_scores")
    postgres.run(f"REVOKE INSERT ON {scores} FROM {postgres.user}")
    source = Opened(postgres.settings(), tmp_path)
    finding = source.check()[f"output {scores}"]
    assert not finding.ok
    assert "permission denied" in finding.detail
    with pytest.raises(SourceError, match="permission denied"):
        source.write(changes({"a": 1}))


def test_a_column_of_the_wrong_type_is_told(postgres: PostgresCrm, tmp_path: Path) -> None:
    scores = postgres.table("lead_scores")
    postgres.run(f"ALTER TABLE {scores} ALTER COLUMN score TYPE date USING NULL")
    finding = Opened(postgres.settings(), tmp_path).check()[f"output {scores}: score"]
    assert finding.detail.startswith(
        "'score' is DATE and has to be a whole number: set write.score"
    )


def test_a_write_of_nothing_and_a_source_without_output(tmp_path: Path) -> None:
    crm = sqlite_crm(tmp_path)
    assert Opened(crm.settings(), tmp_path).write(changes({})) == {}
    settings = {key: value for key, value in crm.settings().items() if key != "output"}
    with pytest.raises(SourceError, match=r"\[sources.warehouse.output\]"):
        Opened(settings, tmp_path).write(changes({"a": 1}))


@pytest.mark.parametrize("output", [{}, {"table": "a", "update": "b"}])
def test_an_output_is_one_of_two(output: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="set table or update, one of the two"):
        SqlSettings.model_validate(
            {"url": "sqlite:///x.db", "contacts": {"query": "SELECT 1 AS id"}, "output": output}
        )
