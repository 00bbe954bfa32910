"""Reading only what is new: ties, late commits, rows without a date, and what is gone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leadline.batches import Stream
from leadline.testing.seeds import moment

from .conftest import MakePostgres
from .opening import Opened
from .sql_crm import SqlCrm, sqlite_crm


@pytest.fixture(params=["sqlite", "postgresql"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> SqlCrm:
    if request.param == "sqlite":
        return sqlite_crm(tmp_path)
    make: MakePostgres = request.getfixturevalue("make_postgres")
    return make()


def put(crm: SqlCrm, *numbers: int, at: datetime, **facts: object) -> None:
    rows = [{"contact_id": f"{number:04d}", **facts} for number in numbers]
    crm.put_contacts(rows, at)


def opened(crm: SqlCrm, folder: Path, **settings: object) -> Opened:
    return Opened({**crm.settings(), **settings}, folder)


def test_only_what_changed_is_read_again(crm: SqlCrm, tmp_path: Path) -> None:
    put(crm, *range(1, 8), at=moment(0))
    put(crm, 8, at=moment(60))
    source = opened(crm, tmp_path)
    found, _, checkpoint = source.pulled()
    assert len(found) == 8
    assert list(source.pulled(since=checkpoint)[0]) == ["0008"]
    put(crm, 3, at=moment(90))
    found, _, later = source.pulled(since=checkpoint)
    assert list(found) == ["0008", "0003"]
    assert list(source.pulled(since=later)[0]) == ["0003"]


def test_a_late_commit_within_the_lag_is_found(crm: SqlCrm, tmp_path: Path) -> None:
    put(crm, 1, 2, at=moment(60))
    source = opened(crm, tmp_path, lag_seconds=600)
    checkpoint = source.pulled()[2]
    put(crm, 3, at=moment(51))
    put(crm, 4, at=moment(49))
    assert "0003" in source.pulled(since=checkpoint)[0]
    assert "0004" not in source.pulled(since=checkpoint)[0]


def test_a_tie_that_many_rows_share_is_read_once_in_pages(crm: SqlCrm, tmp_path: Path) -> None:
    put(crm, *range(1, 12), at=moment(0))
    source = opened(crm, tmp_path, lag_seconds=0)
    batches = [batch for batch in source.batches() if batch.rows.num_rows]
    ids = [each for batch in batches for each in batch.rows["contact_id"].to_pylist()]
    assert ids == [f"{number:04d}" for number in range(1, 12)]
    assert max(batch.rows.num_rows for batch in batches) == 2
    rest, _, checkpoint = source.pulled(since=batches[2].checkpoint)
    assert list(rest) == [f"{number:04d}" for number in range(7, 12)]
    put(crm, 2, at=moment(0))  # within what had been read when the pass was interrupted
    assert "0002" in source.pulled(since=checkpoint)[0]


def test_rows_without_a_date_come_each_time(crm: SqlCrm, tmp_path: Path) -> None:
    put(crm, 1, 2, 3, at=moment(0))
    crm.run(f"UPDATE {crm.table('people')} SET updated_at = NULL WHERE contact_id < '0003'")
    source = opened(crm, tmp_path)
    found, _, checkpoint = source.pulled()
    assert sorted(found) == ["0001", "0002", "0003"]
    assert sorted(source.pulled(since=checkpoint)[0]) == ["0001", "0002", "0003"]


def test_a_date_of_the_future_does_not_hide_what_comes_after(
    make_postgres: MakePostgres, tmp_path: Path
) -> None:
    crm = make_postgres()
    put(crm, 1, at=datetime.now(UTC) + timedelta(days=4000))
    put(crm, 2, at=moment(0))
    people = crm.table("people")
    crm.run(f"INSERT INTO {people} (contact_id, updated_at) VALUES ('0009', 'infinity')")
    source = opened(crm, tmp_path)
    found, _, checkpoint = source.pulled()
    assert sorted(found) == ["0001", "0002", "0009"]
    put(crm, 3, at=datetime.now(UTC))
    assert "0003" in source.pulled(since=checkpoint)[0]


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("bigint", "9007199254740993", "9007199254740994"),
        ("numeric", "12.5", "12.75"),
        ("date", "2026-01-05", "2026-02-05"),
        ("timestamp", "2026-01-05 09:00", "2026-01-05 10:00"),
        ("text", "v0001", "v0002"),
        ("uuid", "c0ffee00-0000-0000-0000-000000000001", "c0ffee00-0000-0000-0000-000000000002"),
        ("bytea", "\\x00ff", "\\x01ff"),
        ("double precision", "1.5", "2.5"),
    ],
)
def test_a_cursor_may_be_of_any_type_that_has_an_order(
    make_postgres: MakePostgres, tmp_path: Path, kind: str, first: str, second: str
) -> None:
    crm = make_postgres()
    table = crm.table("versions")
    crm.run(f"CREATE TABLE {table} (id integer, version {kind})")
    crm.run(f"GRANT ALL ON {table} TO {crm.user}")
    crm.run(f"INSERT INTO {table} VALUES (1, '{first}'), (2, '{second}')")
    query = {"query": f"SELECT * FROM {table}", "cursor": "version"}
    source = Opened({"url": crm.url, "contacts": query, "batch_rows": 1}, tmp_path)
    batches = source.batches()
    assert [id_ for batch in batches for id_ in batch.rows["contact_id"].to_pylist()] == ["1", "2"]
    resumed = source.pulled(since=batches[0].checkpoint)[0]
    assert list(resumed) == ["2"]
    assert list(source.pulled(since=batches[-1].checkpoint)[0]) == ["2"]


def test_a_cursor_that_is_no_number_hides_nothing(
    make_postgres: MakePostgres, tmp_path: Path
) -> None:
    crm = make_postgres()
    rows = "(VALUES (1, 1.5::float8), (2, 'NaN'), ({new}, 2.5)) AS v (id, version)"
    query = {"query": f"SELECT * FROM {rows.format(new='NULL::integer')}", "cursor": "version"}
    checkpoint = Opened({"url": crm.url, "contacts": query}, tmp_path).pulled()[2]
    query["query"] = f"SELECT * FROM {rows.format(new=3)}"
    later = Opened({"url": crm.url, "contacts": query}, tmp_path).pulled(since=checkpoint)[0]
    assert sorted(later) == ["1", "2", "3"]


def test_who_is_missing_from_a_whole_read_is_gone(tmp_path: Path) -> None:
    crm = sqlite_crm(tmp_path, with_cursor=False)
    put(crm, 1, 2, 3, at=moment(0))
    source = opened(crm, tmp_path)
    checkpoint = source.pulled()[2]
    crm.run("DELETE FROM people WHERE contact_id = '0002'")
    assert gone(source.pulled(since=checkpoint)[0]) == ["0002"]
    # The checkpoint was not committed: the next pull says so again.
    found, _, later = source.pulled(since=checkpoint)
    assert gone(found) == ["0002"]
    assert gone(source.pulled(since=later)[0]) == []
    # Nor does a full pull forget who was there.
    crm.run("DELETE FROM people WHERE contact_id = '0003'")
    assert gone(source.pulled()[0]) == ["0003"]


def test_nobody_is_deleted_when_a_query_brings_nothing_at_all(tmp_path: Path) -> None:
    crm = sqlite_crm(tmp_path, with_cursor=False)
    put(crm, 1, 2, 3, at=moment(0))
    source = opened(crm, tmp_path)
    checkpoint = source.pulled()[2]
    crm.run("DELETE FROM people")
    found, reasons, later = source.pulled(since=checkpoint)
    assert found == {}
    assert "none of the 3 contacts" in reasons[0]
    put(crm, 1, at=moment(1))
    assert gone(source.pulled(since=later)[0]) == ["0002", "0003"]


def test_a_company_that_is_gone_is_deleted_too(tmp_path: Path) -> None:
    crm = sqlite_crm(tmp_path, with_cursor=False)
    crm.put_companies([{"company_id": "a", "company": "A"}, {"company_id": "b"}], moment(0))
    source = opened(crm, tmp_path)
    checkpoint = source.pulled(Stream.COMPANIES)[2]
    crm.run("DELETE FROM firms WHERE company_id = 'a'")
    assert gone(source.pulled(Stream.COMPANIES, checkpoint)[0]) == ["a"]


def gone(found: Mapping[str, Mapping[str, object]]) -> list[str]:
    """The ids of the rows that say that a record was deleted."""
    return sorted(key for key, row in found.items() if row.get("deleted"))
