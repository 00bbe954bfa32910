"""The files themselves: complete, well formed, in time order, and the same every time."""

from __future__ import annotations

import csv
import gzip
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from leadline.demo import generate
from leadline.demo.clock import YEAR
from leadline.demo.events import Events, make_events
from leadline.demo.spill import Spill
from leadline.errors import UsageError, WorkspaceError

if TYPE_CHECKING:
    from .conftest import Demo


TODAY = date(2026, 6, 1)
NAMES = ("contacts.csv", "activities.csv", "outcomes.csv")
INSTANT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"


def read(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in NAMES}


def parsed(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    for folder, seed in (("a", 3), ("b", 3), ("c", 4)):
        generate(tmp_path / folder, contacts=400, seed=seed, today=TODAY)
    assert read(tmp_path / "a") == read(tmp_path / "b")
    assert all(read(tmp_path / "a")[name] != read(tmp_path / "c")[name] for name in NAMES)


def test_a_smaller_demo_is_the_beginning_of_a_larger_one(tmp_path: Path) -> None:
    """5,600 contacts reach into a second block, 5,200 end within it."""
    generate(tmp_path / "small", contacts=5_200, today=TODAY, activities_per_contact=4)
    generate(tmp_path / "large", contacts=5_600, today=TODAY, activities_per_contact=4)
    small, large = parsed(tmp_path / "small/contacts.csv"), parsed(tmp_path / "large/contacts.csv")
    assert len(small) == 5_201
    assert large[:5_201] == small
    known = {row[0] for row in small[1:]}
    activities = parsed(tmp_path / "large/activities.csv")[1:]
    assert [row[1:] for row in activities if row[1] in known] == [
        row[1:] for row in parsed(tmp_path / "small/activities.csv")[1:]
    ]


def test_the_order_of_activities_does_not_depend_on_how_the_disk_is_used(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    parts = []
    for _ in range(5):
        time = np.sort(random.integers(0, 2_000, 300) * (YEAR // 2_000))
        parts.append(make_events(time, random.integers(0, 9, 300), time % 7, time % 3))
    orders: list[Events] = []
    for expected in (1.0, 1_000_000.0, 1e12):
        folder = tmp_path / str(expected)
        folder.mkdir()
        spill = Spill(folder, expected)
        for part in parts:
            spill.add(part)
        orders.append(np.concatenate(list(spill.slices())))
        spill.close()
    joined = np.concatenate(parts)
    straight = joined[np.argsort(joined["time"], kind="stable")]
    for order in orders:
        assert np.array_equal(order, straight)


def test_packed_files_hold_the_same_lines_and_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    generate(tmp_path / "plain", contacts=200, today=TODAY)
    first = generate(tmp_path / "packed", contacts=200, today=TODAY, gzip=True)
    again = generate(tmp_path / "again", contacts=200, today=TODAY, gzip=True)
    for name in NAMES:
        packed = (tmp_path / "packed" / f"{name}.gz").read_bytes()
        assert gzip.decompress(packed) == (tmp_path / "plain" / name).read_bytes()
        assert (tmp_path / "again" / f"{name}.gz").read_bytes() == packed
    assert first.activities_file.name == "activities.csv.gz"
    assert again.activities == first.activities


@pytest.mark.parametrize(("name", "width"), list(zip(NAMES, (19, 9, 3), strict=True)))
def test_every_line_has_as_many_cells_as_the_heading(demo: Demo, name: str, width: int) -> None:
    rows = parsed(demo.folder / name)
    assert {len(row) for row in rows} == {width}
    raw = (demo.folder / name).read_bytes()
    assert raw.endswith(b"\n")
    assert b"\r" not in raw


def test_commas_and_quotes_in_values_survive(demo: Demo) -> None:
    rows = [
        dict(zip(r[0], row, strict=True))
        for r in [parsed(demo.folder / "contacts.csv")]
        for row in r[1:]
    ]
    assert any(row["Company"].endswith(", Inc.") for row in rows)
    assert any(row["Company"].startswith('"') and row["Company"].count('"') == 2 for row in rows)
    assert "Współwłaściciel, członek zarządu" in {row["Job title"] for row in rows}
    assert "Zürich" in {row["City"] for row in rows}


def test_the_summary_counts_what_the_files_hold(demo: Demo) -> None:
    summary = demo.summary
    assert demo.count("contacts") == summary.contacts == 12_000
    assert demo.count("activities") == summary.activities
    ends = demo.rows("SELECT outcome, count(*) FROM deals GROUP BY outcome ORDER BY outcome")
    assert ends == [("lost", summary.lost), ("open", summary.open), ("won", summary.won)]
    assert summary.today == TODAY


def test_ids_are_unique_and_activities_belong_to_contacts(demo: Demo) -> None:
    assert demo.number('SELECT count(*) - count(DISTINCT "Contact ID") FROM contacts') == 0
    assert demo.number('SELECT count(*) - count(DISTINCT "Activity ID") FROM activities') == 0
    assert demo.count("acts ANTI JOIN people USING (id)") == 0
    assert demo.count("deals ANTI JOIN people USING (id)") == 0


def test_times_are_utc_in_order_and_within_the_year_that_ends_today(demo: Demo) -> None:
    for table, column in (("acts", "happened"), ("people", "created"), ("people", "modified")):
        assert demo.count(f"{table} WHERE NOT regexp_matches({column}, '{INSTANT}')") == 0
    before = "SELECT happened < lag(happened) OVER (ORDER BY line) AS backwards FROM acts"
    assert demo.count(f"({before}) WHERE backwards") == 0
    assert demo.count("acts WHERE happened < '2025-06-01' OR happened >= '2026-06-01'") == 0
    for day in ("2025-06-02", "2026-05-29"):
        assert demo.count(f"acts WHERE happened LIKE '{day}T%'") > 200


def test_nothing_happens_before_a_contact_exists_and_changes_follow_creation(demo: Demo) -> None:
    assert demo.count("acts JOIN people USING (id) WHERE happened < created") == 0
    assert demo.count("people WHERE modified < created") == 0
    assert demo.count("people WHERE modified > created") > 6_000


@pytest.mark.parametrize("each", [3.0, 20.0, 80.0])
def test_there_are_about_as_many_activities_as_asked_for(tmp_path: Path, each: float) -> None:
    summary = generate(tmp_path, contacts=5_000, today=TODAY, activities_per_contact=each)
    assert summary.activities == pytest.approx(5_000 * each, rel=0.05)


def test_without_a_day_the_year_ends_today(tmp_path: Path) -> None:
    before = datetime.now(UTC).date()
    summary = generate(tmp_path, contacts=50)
    assert before <= summary.today <= datetime.now(UTC).date()
    last = parsed(tmp_path / "activities.csv")[-1][3]
    assert last < f"{summary.today}T00:00:00Z"


def test_a_leap_day_can_be_today(tmp_path: Path) -> None:
    generate(tmp_path, contacts=50, today=date(2028, 2, 29))
    assert parsed(tmp_path / "activities.csv")[1][3] >= "2027-03-01"


def test_progress_grows_to_its_total(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    generate(
        tmp_path,
        contacts=5_001,
        today=TODAY,
        activities_per_contact=2,
        on_progress=lambda d, t: seen.append((d, t)),
    )
    assert [done for done, _ in seen] == list(range(1, len(seen) + 1))
    assert {total for _, total in seen} == {len(seen)}
    assert len(seen) >= 3


def test_wrong_calls_say_what_is_right(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="contacts must be between 1 and"):
        generate(tmp_path, contacts=0)
    with pytest.raises(UsageError, match="seed must be 0 or more, not -1"):
        generate(tmp_path, seed=-1)
    with pytest.raises(UsageError, match="activities per contact must be between 0 and 1,000"):
        generate(tmp_path, activities_per_contact=float("nan"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_folders_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(WorkspaceError, match=r"taken.*choose another folder"):
        generate(tmp_path / "taken", contacts=10)
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_full_disk_leaves_the_old_files_and_no_others(tmp_path: Path) -> None:
    generate(tmp_path, contacts=20, today=TODAY)
    old = read(tmp_path)
    code = (
        "import resource; from pathlib import Path; from leadline.demo import generate\n"
        "from leadline.errors import WorkspaceError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "try:\n    generate(Path(__import__('sys').argv[1]), contacts=5_000)\n"
        "except WorkspaceError as error:\n    print(error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "make room there" in run.stdout
    assert read(tmp_path) == old
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(NAMES)
