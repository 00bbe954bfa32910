"""A pull reads what is new, loses nothing after a stop, and notices who is gone."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from leadline.batches import Batch, Checkpoint, Reject
from leadline.errors import SourceError
from leadline_csv.source import CsvSource

SourceMaker = Callable[..., CsvSource]
ACTIVITIES = {"contact_id": "Who", "type": "What", "occurred_at": "When", "value": "Worth"}


def rows_of(batches: Iterable[Batch]) -> list[dict[str, object]]:
    return [row for batch in batches for row in batch.rows.to_pylist()]


def rejects_of(batches: Iterable[Batch]) -> list[Reject]:
    return [reject for batch in batches for reject in batch.rejects]


def ids_of(batches: Iterable[Batch]) -> list[object]:
    return [row["contact_id"] for row in rows_of(batches)]


def write(path: Path, *rows: str, head: str = "contact_id,job_title") -> None:
    path.write_text("\n".join([head, *rows]) + "\n")


def pull(source: CsvSource, since: Checkpoint | None) -> tuple[list[Batch], Checkpoint | None]:
    """Every batch, and the last checkpoint after a journey through JSON."""
    batches = list(source.fetch_contacts(since))
    last = batches[-1].checkpoint if batches else since
    return batches, json.loads(json.dumps(last))


def deleted_of(batches: list[Batch]) -> list[object]:
    return [row["contact_id"] for row in rows_of(batches) if row.get("deleted")]


def test_an_unchanged_file_is_not_read_again(tmp_path: Path, csv_source: SourceMaker) -> None:
    write(tmp_path / "contacts.csv", "A,a", "B,b")
    _, since = pull(csv_source(), None)
    assert list(csv_source().fetch_contacts(since)) == []


def test_a_touched_file_yields_nothing(tmp_path: Path, csv_source: SourceMaker) -> None:
    path = tmp_path / "contacts.csv"
    write(path, "A,a")
    _, since = pull(csv_source(), None)
    os.utime(path, ns=(1, 1))
    batches, _ = pull(csv_source(), since)
    assert rows_of(batches) == []


def test_only_new_and_changed_rows_come_again(tmp_path: Path, csv_source: SourceMaker) -> None:
    write(tmp_path / "contacts.csv", "A,a", "B,b")
    _, since = pull(csv_source(), None)
    write(tmp_path / "contacts.csv", "C,c", "B,boss", "A,a")
    batches, since = pull(csv_source(), since)
    assert ids_of(batches) == ["C", "B"]
    write(tmp_path / "contacts.csv", "C,c", "B,b", "A,a")
    assert ids_of(pull(csv_source(), since)[0]) == ["B"]


def test_a_new_mapping_reads_everything_again(tmp_path: Path, csv_source: SourceMaker) -> None:
    write(tmp_path / "contacts.csv", "A,7", "B,8", head="contact_id,years")
    _, since = pull(csv_source(), None)
    batches, _ = pull(csv_source(fields={"age": "years"}), since)
    assert [row["age"] for row in rows_of(batches)] == [7, 8]


@pytest.mark.parametrize("stop", range(1, 8))
def test_resuming_from_any_checkpoint_loses_nothing(
    tmp_path: Path, csv_source: SourceMaker, stop: int
) -> None:
    write(tmp_path / "a.csv", *(f"a{n},x" for n in range(7)), "broken")
    write(tmp_path / "b.csv", *(f'b{n},"x\ny"' for n in range(7)))
    source = csv_source(contacts="?.csv", batch_rows=4)
    whole = list(source.fetch_contacts(None))
    begun = whole[:stop]
    rest, _ = pull(csv_source(contacts="?.csv", batch_rows=3), begun[-1].checkpoint)
    assert ids_of(begun) + ids_of(rest) == ids_of(whole)
    assert rejects_of(begun) + rejects_of(rest) == rejects_of(whole)


@pytest.mark.parametrize("stop", range(1, 5))
def test_activities_resume_with_the_same_ids(
    tmp_path: Path, csv_source: SourceMaker, stop: int
) -> None:
    lines = [f"A,x,2026-05-0{1 + n % 2},1" for n in range(10)]
    write(tmp_path / "activities.csv", *lines, head="Who,What,When,Worth")
    source = csv_source(activities="activities.csv", activity_fields=ACTIVITIES, batch_rows=3)
    whole = list(source.fetch_activities(None))
    rest = list(source.fetch_activities(whole[stop - 1].checkpoint))
    ids = [row["activity_id"] for row in rows_of(whole[:stop]) + rows_of(rest)]
    assert ids == [row["activity_id"] for row in rows_of(whole)]
    assert len(set(ids)) == 10


def test_activities_that_are_added_leave_the_ids_of_the_others(
    tmp_path: Path, csv_source: SourceMaker
) -> None:
    source = csv_source(activities="activities.csv", activity_fields=ACTIVITIES)
    path = tmp_path / "activities.csv"
    write(path, "A,x,2026-05-01,1", head="Who,What,When,Worth")
    before = list(source.fetch_activities(None))
    assert list(source.fetch_activities(before[-1].checkpoint)) == []
    write(path, "B,x,2026-05-01,1", "A,x,2026-05-01,1", head="Who,What,When,Worth")
    after = rows_of(source.fetch_activities(before[-1].checkpoint))
    assert rows_of(before)[0] in after


def test_whoever_left_a_complete_file_is_deleted(tmp_path: Path, csv_source: SourceMaker) -> None:
    write(tmp_path / "contacts.csv", "A,a", "B,b", "C,c")
    source = csv_source(complete=True)
    _, since = pull(source, None)
    write(tmp_path / "contacts.csv", "A,a")
    batches, since = pull(source, since)
    assert deleted_of(batches) == ["B", "C"]
    assert list(source.fetch_contacts(since)) == []


def test_nobody_is_deleted_when_files_are_not_complete(
    tmp_path: Path, csv_source: SourceMaker
) -> None:
    write(tmp_path / "contacts.csv", "A,a", "B,b")
    _, since = pull(csv_source(), None)
    write(tmp_path / "contacts.csv", "A,a")
    assert deleted_of(pull(csv_source(), since)[0]) == []


def test_a_full_pull_still_knows_who_left(tmp_path: Path, csv_source: SourceMaker) -> None:
    write(tmp_path / "contacts.csv", "A,a", "B,b")
    source = csv_source(complete=True)
    pull(source, None)
    write(tmp_path / "contacts.csv", "A,a")
    batches, _ = pull(source, None)
    assert ids_of(batches) == ["A", "B"]
    assert deleted_of(batches) == ["B"]


def test_a_file_that_left_the_glob_takes_its_contacts_along(
    tmp_path: Path, csv_source: SourceMaker
) -> None:
    write(tmp_path / "a.csv", "A,a", "both,x")
    write(tmp_path / "b.csv", "B,b", "both,x")
    source = csv_source(contacts="?.csv", complete=True)
    _, since = pull(source, None)
    (tmp_path / "b.csv").unlink()
    assert deleted_of(pull(source, since)[0]) == ["B"]


def test_deletes_come_again_when_the_pull_stopped_before_them(
    tmp_path: Path, csv_source: SourceMaker
) -> None:
    write(tmp_path / "contacts.csv", *(f"{n},x" for n in range(9)))
    source = csv_source(complete=True, batch_rows=2)
    _, since = pull(source, None)
    write(tmp_path / "contacts.csv", "0,new", "1,x", "2,new")
    whole = list(source.fetch_contacts(since))
    for stop in range(1, len(whole)):
        rest = list(source.fetch_contacts(whole[stop - 1].checkpoint))
        together = deleted_of(whole[:stop]) + deleted_of(rest)
        assert set(together) == {str(n) for n in range(3, 9)}


def test_a_line_that_cannot_be_read_deletes_nobody(tmp_path: Path, csv_source: SourceMaker) -> None:
    path, source = tmp_path / "contacts.csv", csv_source(complete=True)
    write(path, "A,a", "B,b", "C,c")
    _, since = pull(source, None)
    write(path, "A,a", "B,b,b")
    batches, since = pull(source, since)
    assert deleted_of(batches) == []
    assert "nobody is deleted" in rejects_of(batches)[-1].reason
    write(path, "A,a", "B,b")
    assert deleted_of(pull(source, since)[0]) == ["C"]


def test_a_crash_before_the_commit_is_harmless(tmp_path: Path, csv_source: SourceMaker) -> None:
    write(tmp_path / "contacts.csv", "A,a")
    source = csv_source(complete=True)
    _, since = pull(source, None)
    write(tmp_path / "contacts.csv", "B,b")
    first, _ = pull(source, since)
    again, _ = pull(source, since)
    assert ids_of(first) == ids_of(again) == ["B", "A"]


def test_old_snapshots_are_cleared_away(tmp_path: Path, csv_source: SourceMaker) -> None:
    since: Checkpoint | None = None
    for n in range(5):
        write(tmp_path / "contacts.csv", f"A,{n}")
        _, since = pull(csv_source(), since)
    kept = list((tmp_path / "state" / "contacts").glob("*.parquet"))
    assert len(kept) <= 2
    assert all(pq.read_table(path).num_rows == 1 for path in kept)


def test_a_file_that_changes_half_way_is_read_anew(tmp_path: Path, csv_source: SourceMaker) -> None:
    path, source = tmp_path / "contacts.csv", csv_source(batch_rows=2)
    write(path, *(f"{n},x" for n in range(6)))
    _, since = pull(source, None)
    write(path, *(f"{n},y" for n in range(6)))
    stopped = next(source.fetch_contacts(since)).checkpoint
    write(path, *(f"{n},x" for n in range(6)))
    # Rows that look as they did at first were yielded as others in between.
    assert ids_of(pull(source, stopped)[0]) == [str(n) for n in range(6)]


def test_a_file_that_grows_while_it_is_read_is_not_done(
    tmp_path: Path, csv_source: SourceMaker
) -> None:
    path, source = tmp_path / "contacts.csv", csv_source(batch_rows=2)
    write(path, *(f"{n},x" for n in range(6)))
    pulled = source.fetch_contacts(None)
    stopped = next(pulled).checkpoint
    write(path, *(f"{n},x" for n in range(8)))
    with pytest.raises(SourceError, match="changed while it was being read"):
        list(pulled)
    assert "7" in ids_of(pull(source, stopped)[0])
