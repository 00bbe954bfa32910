"""Files become typed rows; what cannot be used is named by file, line and reason."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import re
import tempfile
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.batches import Batch, Reject, Source
from leadline.errors import SourceError
from leadline.vocabulary import FieldType
from leadline_csv.settings import CsvSettings
from leadline_csv.source import CsvSource

SourceMaker = Callable[..., CsvSource]


def rows_of(batches: Iterable[Batch]) -> list[dict[str, object]]:
    return [row for batch in batches for row in batch.rows.to_pylist()]


def rejects_of(batches: Iterable[Batch]) -> list[Reject]:
    return [reject for batch in batches for reject in batch.rejects]


def ids_of(batches: Iterable[Batch]) -> list[object]:
    return [row["contact_id"] for row in rows_of(batches)]


def test_a_file_becomes_typed_rows(tmp_path: Path, csv_source: SourceMaker) -> None:
    (tmp_path / "contacts.csv").write_text(
        "Prospect ID, email ,Occupation,age,budget,created_at,deleted,merged_into,Other\n"
        'A1 ,ada@x.org,"Head of\nsales",36,"1,200.50",2026-05-31 10:00,no,,x\n'
        "B2,,,,,,yes,A1,\n"
    )
    source = csv_source(
        fields={"contact_id": "Prospect ID", "job_title": "Occupation"}, time_zone="Europe/Warsaw"
    )
    ada, bob = rows_of(source.fetch_contacts(None))
    assert ada == {
        "contact_id": "A1",
        "email": "ada@x.org",
        "job_title": "Head of\nsales",
        "age": 36,
        "budget": Decimal("1200.50"),
        "created_at": dt.datetime(2026, 5, 31, 8, tzinfo=dt.UTC),
        "deleted": False,
        "merged_into": None,
    }
    assert (bob["deleted"], bob["merged_into"], bob["job_title"]) == (True, "A1", None)


def test_each_row_says_where_it_was_read(tmp_path: Path, csv_source: SourceMaker) -> None:
    (tmp_path / "contacts.csv").write_text('contact_id,job_title\nA,"two\nlines"\n\nB,x\n')
    batch = next(csv_source().fetch_contacts(None))
    assert batch.wheres is not None
    assert batch.wheres.to_pylist() == ["contacts.csv:2", "contacts.csv:5"]


def test_a_bad_value_is_unknown_and_its_line_stays(tmp_path: Path, csv_source: SourceMaker) -> None:
    (tmp_path / "contacts.csv").write_text("contact_id,age\nA,old\nB,7\n")
    batches = list(csv_source().fetch_contacts(None))
    assert [row["age"] for row in rows_of(batches)] == [None, 7]
    (reject,) = rejects_of(batches)
    assert reject.where == "contacts.csv:2"
    assert reject.raw == "A,old"
    assert re.search("'age': 'old' is not a whole number.*left unknown", reject.reason)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",x", "is empty"),
        ("C,x,y", "3 cells where the headings have 2"),
        ("C", "1 cells where the headings have 2"),
        ('C,"x" y', "quote"),
        ('C,"never closed', "quote"),
        ("A,again", "line 2 already"),
        ("C," + "x" * (10 << 20), "longer than 1,048,576"),
        ('C,"' + "x" * (2 << 20) + '"', "longer than 1,048,576"),
    ],
)
def test_a_line_that_cannot_be_used_is_rejected_alone(
    tmp_path: Path, csv_source: SourceMaker, line: str, reason: str
) -> None:
    (tmp_path / "contacts.csv").write_text(f"contact_id,job_title\nA,a\n{line}\nB,b\n")
    batches = list(csv_source().fetch_contacts(None))
    assert ids_of(batches) == ["A", "B"]
    (reject,) = rejects_of(batches)
    assert reject.where == "contacts.csv:3"
    assert reason in reject.reason
    assert reject.raw == line[:2000]


def test_a_line_without_end_takes_no_more_memory_than_a_long_one(
    tmp_path: Path, csv_source: SourceMaker
) -> None:
    with (tmp_path / "contacts.csv").open("w") as file:
        file.write("contact_id,job_title\nA,a\nC,")
        for _ in range(40):
            file.write("y, " * (1 << 19))
        file.write("\nB,b\n")
    batches = list(csv_source().fetch_contacts(None))
    assert ids_of(batches) == ["A", "B"]
    assert [reject.where for reject in rejects_of(batches)] == ["contacts.csv:3"]


@pytest.mark.parametrize("rows", [1, 3, 7, 50_000])
def test_an_open_quote_swallows_nothing_wherever_the_blocks_end(
    tmp_path: Path, csv_source: SourceMaker, rows: int
) -> None:
    lines = [f'{n},"several\nlines {n}"' if n % 3 else f"{n},plain" for n in range(40)]
    lines[20] = '20,"open'
    (tmp_path / "contacts.csv").write_text("contact_id,job_title\n" + "\n".join(lines) + "\n")
    batches = list(csv_source(batch_rows=rows).fetch_contacts(None))
    assert ids_of(batches) == [str(n) for n in range(40) if n != 20]
    assert rejects_of(batches)[0].raw == '20,"open'


def test_an_open_quote_before_a_long_file(tmp_path: Path, csv_source: SourceMaker) -> None:
    body = "".join(f"{n},{'x' * 30}\n" for n in range(100_000))
    (tmp_path / "contacts.csv").write_text('contact_id,job_title\nbad,"open\n' + body)
    batches = list(csv_source().fetch_contacts(None))
    assert len(ids_of(batches)) == 100_000
    assert [reject.where for reject in rejects_of(batches)] == ["contacts.csv:2"]


def test_nul_characters_are_dropped(tmp_path: Path, csv_source: SourceMaker) -> None:
    (tmp_path / "contacts.csv").write_bytes(b"contact_id,job_title\nA\0,he\0ad\n")
    (row,) = rows_of(csv_source().fetch_contacts(None))
    assert (row["contact_id"], row["job_title"]) == ("A", "head")


def test_dates_out_of_range_are_unknown(tmp_path: Path, csv_source: SourceMaker) -> None:
    (tmp_path / "contacts.csv").write_text(
        "contact_id,created_at\nA,0001-01-01\nB,9999-12-31\nC,2026-02-30\nD,2026-02-28\n"
    )
    batches = list(csv_source().fetch_contacts(None))
    assert [row["created_at"] is None for row in rows_of(batches)] == [True, True, True, False]
    assert len(rejects_of(batches)) == 3
    assert "year 1900 to 2200" in rejects_of(batches)[0].reason


def test_headings_alone_are_no_rows(tmp_path: Path, csv_source: SourceMaker) -> None:
    (tmp_path / "contacts.csv").write_text("contact_id,email")
    assert rows_of(csv_source().fetch_contacts(None)) == []


def test_the_email_serves_as_id(tmp_path: Path, csv_source: SourceMaker) -> None:
    (tmp_path / "contacts.csv").write_text("email,age\nAda@X.org,3\n")
    (row,) = rows_of(csv_source().fetch_contacts(None))
    assert (row["contact_id"], row["email"]) == ("ada@x.org", "Ada@X.org")


def test_a_list_of_addresses_is_one_column(tmp_path: Path, csv_source: SourceMaker) -> None:
    (tmp_path / "contacts.csv").write_text("email\na@x.org\nb@x.org\n")
    assert ids_of(csv_source().fetch_contacts(None)) == ["a@x.org", "b@x.org"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "Contact,Name\n1,a\n",
            r"no column 'Contact Id'.*did you mean 'Contact'.*'Contact', 'Name'",
        ),
        ("", "empty"),
        ("\n\n", "blank lines only"),
        ("Contact Id,Name,Name\n1,a,b\n", "more than one column named 'Name'"),
        ("Contact Id#Name\n1#a\n", "one column only.*Set `delimiter`"),
        ('"Contact Id,Name\n1,a\n', "headings.*cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_says_what_to_do(
    tmp_path: Path, csv_source: SourceMaker, content: str, message: str
) -> None:
    (tmp_path / "contacts.csv").write_text(content)
    with pytest.raises(SourceError, match=message):
        list(csv_source(fields={"contact_id": "Contact Id"}).fetch_contacts(None))


def test_the_wrong_delimiter_is_told_with_the_right_one(
    tmp_path: Path, csv_source: SourceMaker
) -> None:
    (tmp_path / "contacts.csv").write_text("contact_id;email\nA;a@x.org\n")
    with pytest.raises(SourceError, match=r"parted by comma.*there is a semicolon in it"):
        list(csv_source(delimiter=",").fetch_contacts(None))


def test_a_missing_file_names_the_nearest(tmp_path: Path, csv_source: SourceMaker) -> None:
    (tmp_path / "contact.csv").touch()
    with pytest.raises(SourceError, match=r"no file.*did you mean 'contact\.csv'"):
        list(csv_source().fetch_contacts(None))


def test_a_folder_is_not_a_file(tmp_path: Path, csv_source: SourceMaker) -> None:
    (tmp_path / "contacts.csv").mkdir()
    with pytest.raises(SourceError, match=r"is a folder.*contacts\.csv/\*\.csv"):
        list(csv_source().fetch_contacts(None))


def test_a_glob_that_matches_nothing(csv_source: SourceMaker) -> None:
    with pytest.raises(SourceError, match="no file matches"):
        list(csv_source(contacts="export-*.csv").fetch_contacts(None))


def test_a_file_that_the_system_refuses(csv_source: SourceMaker) -> None:
    # The kernel refuses to read it for root too.
    with pytest.raises(SourceError, match=r"cannot read|no permission"):
        list(csv_source(contacts="/proc/self/mem").fetch_contacts(None))


def test_several_files_are_read_in_order(tmp_path: Path, csv_source: SourceMaker) -> None:
    (tmp_path / "b.csv").write_text("contact_id,age\nB,1\n")
    (tmp_path / "a.csv").write_text("contact_id,age\nA,1\n")
    (tmp_path / "scores.csv").write_text("contact_id,score\nZ,1\n")
    source = csv_source(contacts="*.csv", output="scores.csv")
    assert ids_of(source.fetch_contacts(None)) == ["A", "B"]


@pytest.mark.parametrize("name", ["contacts.csv.gz", "contacts.csv"])
def test_gzip_is_unpacked(tmp_path: Path, csv_source: SourceMaker, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(b"contact_id,age\nA,1\n"))
    assert ids_of(csv_source(contacts=name).fetch_contacts(None)) == ["A"]


def test_of_a_cut_gzip_file_the_whole_lines_stay(tmp_path: Path, csv_source: SourceMaker) -> None:
    text = "contact_id,age\n" + "".join(f"{n * 7919 % 100_003},{n % 90}\n" for n in range(50_000))
    whole = gzip.compress(text.encode())
    path = tmp_path / "contacts.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    source = csv_source(contacts=path.name, batch_rows=1000)
    batches: list[Batch] = []
    with pytest.raises(SourceError, match="unfinished gzip"):
        batches.extend(source.fetch_contacts(None))
    begun = ids_of(batches)
    assert 10_000 < len(begun) < 50_000
    path.write_bytes(whole)
    rest = ids_of(source.fetch_contacts(batches[-1].checkpoint))
    assert set(begun) | set(rest) == {str(n * 7919 % 100_003) for n in range(50_000)}


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-le", "utf-16-be"]
)
def test_encodings_are_told_apart(tmp_path: Path, csv_source: SourceMaker, encoding: str) -> None:
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    text = f"{mark}contact_id,job_title\nA,Geschäftsführer\n"
    (tmp_path / "contacts.csv").write_bytes(text.encode(encoding))
    batches = list(csv_source().fetch_contacts(None))
    assert rows_of(batches)[0]["job_title"] == "Geschäftsführer"
    assert rejects_of(batches) == []


def test_a_late_foreign_byte_is_read_and_reported(tmp_path: Path, csv_source: SourceMaker) -> None:
    body = "".join(f"{n},Zoë\n" for n in range(60_000))
    (tmp_path / "contacts.csv").write_bytes(
        b"contact_id,job_title\n" + body.encode() + b"late,Caf\xe9\nlast,Zo\xc3\xab\n"
    )
    batches = list(csv_source().fetch_contacts(None))
    assert [row["job_title"] for row in rows_of(batches)[-2:]] == ["Café", "Zoë"]
    (reject,) = rejects_of(batches)
    assert reject.where == "contacts.csv:60002"
    assert "Windows-1252" in reject.reason


def test_a_cut_utf_16_file_does_not_crash(tmp_path: Path, csv_source: SourceMaker) -> None:
    text = "contact_id,job_title\nA,boss\n".encode("utf-16")
    (tmp_path / "contacts.csv").write_bytes(text + b"B")
    assert ids_of(csv_source().fetch_contacts(None))[0] == "A"


def test_old_mac_line_ends(tmp_path: Path, csv_source: SourceMaker) -> None:
    (tmp_path / "contacts.csv").write_bytes(b"contact_id,age\rA,1\rB,2\r")
    assert ids_of(csv_source().fetch_contacts(None)) == ["A", "B"]


_CELLS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=12
)


@settings(max_examples=60, deadline=None)
@given(
    cells=st.lists(_CELLS, max_size=12),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    # With "\n" as the end, csv.writer leaves a bare "\r" unquoted, and csv.reader refuses it.
    written=st.sampled_from([("\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_MINIMAL)]),
    rows=st.integers(1, 20),
)
def test_whatever_csv_writes_is_read_back(
    cells: list[str], encoding: str, delimiter: str, written: tuple[str, Literal[0, 1]], rows: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contacts.csv"
        buffer = io.StringIO(newline="")
        end, quoting = written
        writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=quoting)
        writer.writerow(["contact_id", "job_title", "email"])
        writer.writerows([[f"id{n}", cell, ""] for n, cell in enumerate(cells)])
        path.write_bytes(buffer.getvalue().encode(encoding))
        batches = list(_source(Path(folder), rows).fetch_contacts(None))
    assert rejects_of(batches) == []
    assert [row["job_title"] for row in rows_of(batches)] == [
        cell if cell.strip() else None for cell in cells
    ]


def _source(folder: Path, rows: int) -> CsvSource:
    return CsvSource(
        Source(
            name="crm",
            connector="csv",
            settings=CsvSettings.model_validate({"contacts": "contacts.csv", "batch_rows": rows}),
            base=folder,
            state=folder / "state",
            time_zone=ZoneInfo("UTC"),
            wanted={"job_title": FieldType.TEXT},
        )
    )


ACTIVITIES = {"contact_id": "Who", "type": "What", "occurred_at": "When", "value": "Worth"}


def test_activities_get_canonical_types_and_lasting_ids(
    tmp_path: Path, csv_source: SourceMaker
) -> None:
    (tmp_path / "activities.csv").write_text(
        "Who,What,When,Worth\n"
        "A, Page Visited ,2026-05-01 10:00,1.5\n"
        "A,Page Visited,2026-05-01T10:00:00,1.5\n"
        "A,email_open,2026-05-01 10:00,\n"
        "A,Danced,2026-05-01 10:00,\n"
    )
    source = csv_source(
        activities="activities.csv",
        activity_fields=ACTIVITIES,
        activity_types={"page_view": ("page visited",)},
    )
    rows = rows_of(source.fetch_activities(None))
    assert [row["type"] for row in rows] == [
        "page_view",
        "page_view",
        "email_open",
        "custom:Danced",
    ]
    ids = [str(row["activity_id"]) for row in rows]
    assert len(set(ids)) == 4
    assert ids[1] == ids[0] + "-2"
    assert [row["activity_id"] for row in rows_of(source.fetch_activities(None))] == ids


@pytest.mark.parametrize("line", [",x,2026-05-01,1", "A,,2026-05-01,1", "A,x,,1", "A,x,soon,1"])
def test_an_activity_needs_contact_type_and_instant(
    tmp_path: Path, csv_source: SourceMaker, line: str
) -> None:
    (tmp_path / "activities.csv").write_text(f"Who,What,When,Worth\n{line}\nA,x,2026-05-01,1\n")
    source = csv_source(activities="activities.csv", activity_fields=ACTIVITIES)
    batches = list(source.fetch_activities(None))
    assert len(rows_of(batches)) == 1
    (reject,) = rejects_of(batches)
    assert (reject.where, reject.raw) == ("activities.csv:2", line)


def test_an_activity_column_that_is_missing_is_named(
    tmp_path: Path, csv_source: SourceMaker
) -> None:
    (tmp_path / "activities.csv").write_text("Who,What,Whenn,Worth\n")
    source = csv_source(activities="activities.csv", activity_fields=ACTIVITIES)
    with pytest.raises(SourceError, match=r"no column 'When'.*did you mean 'Whenn'"):
        list(source.fetch_activities(None))


def test_no_activities_file_is_no_activities(csv_source: SourceMaker) -> None:
    (batch,) = csv_source().fetch_activities(None)
    assert batch.rows.num_rows == 0
    assert batch.feeds_off == frozenset({"*"})
    assert list(csv_source().fetch_activities(batch.checkpoint)) == []


def test_a_mapped_column_that_is_missing_is_said_once(
    tmp_path: Path, csv_source: SourceMaker
) -> None:
    (tmp_path / "contacts.csv").write_text("contact_id,Titel\nA,x\nB,y\n")
    batches = list(csv_source(fields={"job_title": "Title"}).fetch_contacts(None))
    (reject,) = rejects_of(batches)
    assert "no column 'Title' for job_title (did you mean 'Titel'?)" in reject.reason
    assert pa.concat_tables(batch.rows for batch in batches[:1]).num_rows == 2
