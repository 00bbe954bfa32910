"""A session reads the lake and nothing else; a lake that cannot be used says what to do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from leadline.batches import Stream
from leadline.errors import InternalError, WorkspaceError
from leadline.lake import Lake
from leadline.vocabulary import FieldType

from .world import START, activities, after, commit, contacts, files, read

UTC = ZoneInfo("UTC")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY (SELECT 1) TO '/tmp/leadline-escape.csv'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "INSTALL httpfs",
    ],
)
def test_a_session_cannot_leave_the_lake(lake: Lake, statement: str) -> None:
    with pytest.raises(duckdb.Error):
        lake.session().execute(statement)


def test_a_session_is_in_utc_and_takes_its_limits(lake: Lake) -> None:
    con = lake.session(memory_limit="200MiB", threads=1)
    found = con.sql(
        "SELECT current_setting('TimeZone'), current_setting('memory_limit'),"
        " current_setting('threads')"
    ).fetchall()
    assert found == [("UTC", "200.0 MiB", 1)]


def test_a_query_larger_than_its_memory_spills_and_cleans_up(lake: Lake) -> None:
    con = lake.session(memory_limit="64MiB", threads=1)
    query = "SELECT count(*) FROM (SELECT DISTINCT md5(i::VARCHAR) FROM range(1500000) t(i))"
    assert con.sql(query).fetchall() == [(1500000,)]
    con.close()
    assert [p.name for p in lake.root.glob(".temporary*")] == []


def test_a_relation_is_a_snapshot(lake: Lake) -> None:
    commit(lake, activities({"activity_id": "a"}))
    con = lake.session()
    lake.relation(con, "activities")
    commit(lake, activities({"activity_id": "a", "name": "edited"}, {"activity_id": "b"}), day=1)
    assert con.sql("SELECT name FROM activities").fetchall() == [(None,)]
    lake.relation(con, "activities")
    assert con.sql("SELECT count(*) FROM activities").fetchall() == [(2,)]


def test_conditions_that_the_files_prove_are_left_out(lake: Lake) -> None:
    commit(lake, activities({"activity_id": "a"}, {"activity_id": "b"}))
    commit(lake, activities({"activity_id": "a", "name": "edited"}), day=2)

    def plan(as_of: datetime | None) -> str:
        con = lake.session()
        lake.relation(con, "activities", as_of)
        return str(con.sql("EXPLAIN SELECT sum(day) FROM activities").fetchall())

    clocks = ("superseded_at", "learned_at", "occurred_at")
    for proven in (None, after(3)):
        assert not any(column in plan(proven) for column in clocks)
    # One activity of two lies in the future: now the condition is needed.
    commit(lake, activities({"activity_id": "c", "occurred_at": after(9)}, {"activity_id": "d"}), 4)
    assert "occurred_at" in plan(after(5))
    assert "superseded_at" not in plan(after(5))


def test_wanted_fields_have_a_column_before_anything_was_kept(lake: Lake) -> None:
    con = lake.session()
    lake.relation(con, "contacts", wanted={"company.revenue": FieldType.MONEY})
    assert con.sql("SELECT company__revenue FROM contacts").types == ["DECIMAL(18,2)"]


def test_an_unknown_table_and_a_naive_instant_are_our_own_faults(lake: Lake) -> None:
    with pytest.raises(InternalError, match="no table 'people'"):
        lake.relation(lake.session(), "people")
    with pytest.raises(InternalError, match="no time zone"):
        lake.relation(lake.session(), "contacts", START.replace(tzinfo=None))


@pytest.mark.parametrize("folder", ["a lake", "l[a]k*e?", "l'ake", "läke", "100%"])
def test_any_folder_name_will_do(tmp_path: Path, folder: str) -> None:
    lake = Lake.open(tmp_path / folder, UTC)
    commit(lake, contacts({"contact_id": "1"}, {"contact_id": "2"}))
    commit(lake, contacts({"contact_id": "1", "email": "a@b.c"}), day=1)
    assert lake.compact(force=True)
    assert len(read(Lake.open(tmp_path / folder, UTC), "contacts")) == 2


def test_a_folder_name_that_cannot_work_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="rename the folder"):
        Lake.open(tmp_path / "la%20ke", UTC)


def test_a_file_where_the_lake_should_be(tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("x")
    with pytest.raises(WorkspaceError, match="lake"):
        Lake.open(tmp_path / "lake", UTC)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_folder_says_whose_right_is_missing(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(WorkspaceError, match="let this user read and write"):
            Lake.open(tmp_path / "lake", UTC)
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_that_was_removed(lake: Lake) -> None:
    commit(lake, contacts({"contact_id": "1"}))
    shutil.rmtree(lake.root)
    with pytest.raises(WorkspaceError, match="restore"):
        commit(lake, contacts({"contact_id": "2"}))
    with pytest.raises(WorkspaceError, match="restore"):
        read(lake, "contacts")
    assert not lake.root.exists()


@pytest.mark.parametrize("damaged", ["*.parquet", "_delta_log/*.json"])
def test_a_damaged_table_says_what_to_do(lake: Lake, damaged: str) -> None:
    commit(lake, contacts({"contact_id": "1"}))
    for path in (lake.root / "contacts").glob(damaged):
        path.write_bytes(b"not what it was")
    with pytest.raises(WorkspaceError, match="sync --full"):
        commit(Lake.open(lake.root, UTC), contacts({"contact_id": "1"}))


def test_a_damaged_note_says_what_to_do(lake: Lake) -> None:
    note = lake.root / "lake.json"
    note.write_text("{")
    with pytest.raises(WorkspaceError, match="delete this one file"):
        Lake.open(lake.root, UTC)
    note.write_text(json.dumps({"format": 99, "time_zone": "UTC"}))
    with pytest.raises(WorkspaceError, match="format 99"):
        Lake.open(lake.root, UTC)


def test_a_lost_note_is_written_again_and_days_are_right(lake: Lake) -> None:
    commit(lake, activities({"activity_id": "a", "occurred_at": START.replace(hour=23)}))
    (lake.root / "lake.json").unlink()
    again = Lake.open(lake.root, UTC)
    days = {r["day"] for r in read(again, "activities")}
    assert days == {(START.date() - datetime(1970, 1, 1).date()).days}


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of a file")
def test_a_full_disk_leaves_the_lake_as_it_was(lake: Lake) -> None:
    commit(lake, contacts({"contact_id": "1"}))
    program = f"""
        import random, resource
        from zoneinfo import ZoneInfo
        from pathlib import Path
        from datetime import UTC, datetime
        import pyarrow as pa
        from leadline.batches import Stream
        from leadline.errors import WorkspaceError
        from leadline.lake import Lake
        lake = Lake.open(Path({str(lake.root)!r}), ZoneInfo("Europe/Paris"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
        ids = [str(random.random()) for _ in range(50_000)]
        try:
            lake.commit(Stream.CONTACTS, "crm", pa.table({{"contact_id": ids}}),
                        learned_at=datetime.now(UTC), seq=2, checkpoint={{}})
        except WorkspaceError as error:
            print(error)
    """
    said = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True
    )
    assert "is full: free some space" in said.stdout
    assert [r["contact_id"] for r in read(lake, "contacts")] == ["1"]
    assert lake.last_commit(Stream.CONTACTS, "crm") == (0, {"day": 0})


def test_two_writers_at_once_do_not_overwrite_each_other(lake: Lake) -> None:
    commit(lake, contacts({"contact_id": "1"}))
    other = Lake.open(lake.root, lake.zone)
    files_before = other._tables["contacts"].files()
    commit(lake, contacts({"contact_id": "1", "email": "a@b.c"}), day=1)
    with pytest.raises(WorkspaceError, match="run it again"):
        other._tables["contacts"].commit([], files_before)
    assert [r["email"] for r in read(lake, "contacts")] == ["a@b.c"]


def test_nothing_is_written_by_looking(lake: Lake) -> None:
    commit(lake, contacts({"contact_id": "1"}))
    before = files(lake.root)
    again = Lake.open(lake.root, lake.zone)
    read(again, "contacts")
    read(again, "activities")
    again.clock()
    again.last_commit(Stream.ACTIVITIES, "crm")
    assert files(lake.root) == before
