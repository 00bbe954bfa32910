"""Scores are merged into one file, replaced as a whole, harmless to open, and read back exactly."""

from __future__ import annotations

import csv
import datetime as dt
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.batches import Outcome, output_schema
from leadline.errors import SourceError
from leadline_csv.output import read_known, write_output
from leadline_csv.source import CsvSource

SourceMaker = Callable[..., CsvSource]


SCHEMA = output_schema(["fit"])
NOW = dt.datetime(2026, 5, 31, 14, 30, tzinfo=dt.UTC)


def changes(*rows: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)


def score(contact_id: str, points: int | None, **more: object) -> dict[str, object]:
    return {"contact_id": contact_id, "score": points, "scored_at": NOW, **more}


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def known_of(source: CsvSource) -> pa.Table | None:
    batches = list(source.fetch_contacts(None))
    return batches[0].known.rows if batches[0].known else None


def test_each_change_is_written_and_answered(tmp_path: Path, csv_source: SourceMaker) -> None:
    source = csv_source(output="scores.csv")
    results = list(source.write_scores(changes(score("B", 7), score("A", -5, grade="A1"))))
    assert [(result.contact_id, result.outcome) for result in results] == [
        ("B", Outcome.WRITTEN),
        ("A", Outcome.WRITTEN),
    ]
    first, second = cells(tmp_path / "scores.csv")
    assert (first["contact_id"], first["score"], first["grade"]) == ("A", "-5", "A1")
    assert (second["contact_id"], second["scored_at"]) == ("B", "2026-05-31 14:30:00Z")


def test_other_lines_stay_and_a_null_score_is_an_empty_cell(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    write_output(path, changes(score("A", 1), score("B", 2)))
    write_output(path, changes(score("B", None), score("C", 3)))
    assert [(row["contact_id"], row["score"]) for row in cells(path)] == [
        ("A", "1"),
        ("B", ""),
        ("C", "3"),
    ]


def test_the_same_changes_again_leave_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    write_output(path, changes(score("A", 1, reasons="=x"), score("B", None)))
    before = path.stat()
    write_output(path, changes(score("B", None), score("A", 1, reasons="=x")))
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_columns_of_others_and_repeated_lines_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("contact_id,score,note\nA,1,mine\nA,2,again\nB,3,yours\n")
    write_output(path, changes(score("A", 5), score("A", 6), score("C", 7)))
    assert [(row["contact_id"], row["score"], row["note"]) for row in cells(path)] == [
        ("A", "6", "mine"),
        ("B", "3", "yours"),
        ("C", "7", ""),
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_what_a_spreadsheet_would_run_is_neutralised(tmp_path: Path, start: str) -> None:
    path = tmp_path / "scores.csv"
    reasons = f'{start}HYPERLINK("x")'
    write_output(path, changes(score("A", -5, reasons=reasons)))
    (row,) = cells(path)
    assert row["reasons"] == "'" + reasons
    assert row["score"] == "-5"
    assert read_known(path)["reasons"].to_pylist() == [reasons]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")))
def test_every_text_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("out") / "scores.csv"
    write_output(path, changes(score("A", 1, reasons=text)))
    assert read_known(path)["reasons"].to_pylist() == [text if text.strip() else None]


def test_what_the_file_holds_is_known_and_typed(tmp_path: Path, csv_source: SourceMaker) -> None:
    (tmp_path / "contacts.csv").write_text("contact_id,age\nA,1\n")
    source = csv_source(output="scores.csv")
    list(source.write_scores(changes(score("A", 42, fit=2, grade="A1"))))
    known = known_of(source)
    assert known is not None
    assert known.schema.equals(SCHEMA.remove(0).insert(0, pa.field("contact_id", pa.string())))
    assert known.to_pylist()[0]["scored_at"] == NOW
    assert known.to_pylist()[0]["score"] == 42


def test_known_comes_when_the_output_is_not_what_it_was(
    tmp_path: Path, csv_source: SourceMaker
) -> None:
    (tmp_path / "contacts.csv").write_text("contact_id,age\nA,1\n")
    source = csv_source(output="scores.csv")
    batches = list(source.fetch_contacts(None))
    assert batches[0].known is not None
    assert batches[0].known.complete
    assert batches[0].known.rows.num_rows == 0
    assert list(source.fetch_contacts(batches[-1].checkpoint)) == []
    list(source.write_scores(changes(score("A", 1))))
    assert list(source.fetch_contacts(batches[-1].checkpoint)) == []  # our own write is known
    (tmp_path / "scores.csv").write_text("contact_id,score\nA,7\n")
    (batch,) = source.fetch_contacts(batches[-1].checkpoint)
    assert batch.known is not None
    assert batch.known.rows["score"].to_pylist() == [7]
    assert list(source.fetch_contacts(batch.checkpoint)) == []
    (tmp_path / "scores.csv").unlink()
    (batch,) = source.fetch_contacts(batches[-1].checkpoint)
    assert batch.known is not None
    assert batch.known.complete
    assert batch.known.rows.num_rows == 0


@pytest.mark.parametrize(
    ("content", "known"),
    [
        (b"contact_id,score\nA,much\nB,2\n", {"A": None, "B": 2}),
        (b"contact_id,score\nA,1,1\nB,2\n", {"B": 2}),
        (b"contact_id;score\nA;1\n", {"A": 1}),
        (b"\x00\xff\xfe rubbish", {}),
        (b"", {}),
    ],
)
def test_a_corrupt_output_file_is_unknown_values(
    tmp_path: Path, content: bytes, known: dict[str, int | None]
) -> None:
    path = tmp_path / "scores.csv"
    path.write_bytes(content)
    rows = read_known(path).to_pylist()
    assert {row["contact_id"]: row["score"] for row in rows} == known
    write_output(path, changes(score("A", 9)))
    assert {row["contact_id"]: row["score"] for row in cells(path)}["A"] == "9"


def test_without_an_output_nothing_can_be_written(csv_source: SourceMaker) -> None:
    with pytest.raises(SourceError, match=r"set `output = .*\[sources\.crm\]"):
        list(csv_source().write_scores(changes(score("A", 1))))


@pytest.mark.parametrize("place", ["folder", "file/scores.csv", "none/scores.csv"])
def test_where_nothing_can_be_written_the_path_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(SourceError, match=f"cannot write '.*{place}'"):
        write_output(tmp_path / place, changes(score("A", 1)))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder"]


def test_a_read_only_folder_is_named() -> None:
    with pytest.raises(SourceError, match=r"cannot write '/proc/scores\.csv'"):
        write_output(Path("/proc/scores.csv"), changes(score("A", 1)))


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    write_output(path, changes(score("A", 1)))
    before = path.read_bytes()
    program = f"""
        import resource
        from pathlib import Path
        import pyarrow as pa
        from leadline.errors import SourceError
        from leadline_csv.output import write_output
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        many = pa.table({{"contact_id": [f"c{{n}}" for n in range(50_000)]}})
        try:
            write_output(Path({str(path)!r}), many)
        except SourceError as error:
            print(error)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True
    )
    assert f"cannot write '{path}': File too large" in done.stdout
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
