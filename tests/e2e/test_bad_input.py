"""Files as they come: what is broken is told, what is not is scored."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.e2e.world import ACTIVITIES, CONTACTS, DAY, SCORES, Result, World

HEADINGS = CONTACTS.splitlines()[0]


def sync(world: World, status: int) -> Result:
    """A sync, and exactly what a user sees of it."""
    done = world.run("sync", "--as-of", DAY)
    assert "Traceback" not in done.err + done.out
    assert done.status == status, done
    return done


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"\n\n\n", "blank lines only", id="blank lines"),
        pytest.param(CONTACTS.replace("Id,", "Key,").encode(), "Id", id="no id column"),
        pytest.param(b"Id,Email,Id\n1,a@x.org,2\n", "Id", id="heading twice"),
        pytest.param(CONTACTS.replace(",", "#").encode(), "delimiter", id="wrong delimiter"),
        pytest.param(b"\x1f\x8b\x08\x00garbage", "gzip", id="no gzip"),
    ],
)
def test_a_file_that_cannot_be_read_fails_with_its_name(
    world: World, content: bytes, says: str
) -> None:
    world.write("contacts.csv", content)
    done = sync(world, 1)
    assert done.err.startswith("leadline: source 'crm': ")
    assert "contacts.csv" in done.err
    assert says in done.err
    assert len(done.err.splitlines()) == 1
    assert not world.output.exists()


def test_a_missing_activities_column_is_told(world: World) -> None:
    world.change("activities.csv", "When", "Moment")
    assert "When" in sync(world, 1).err


@pytest.mark.parametrize("name", ["contacts.csv", "activities.csv"])
def test_a_missing_file_is_told(world: World, name: str) -> None:
    (world.folder / name).unlink()
    assert name in sync(world, 1).err


def test_a_folder_instead_of_a_file_is_told(world: World) -> None:
    (world.folder / "contacts.csv").unlink()
    (world.folder / "contacts.csv").mkdir()
    assert "is a folder" in sync(world, 1).err


def test_headings_alone_are_no_trouble(world: World) -> None:
    world.write("contacts.csv", HEADINGS + "\n")
    sync(world, 0)
    assert not world.output.exists() or world.scores() == {}


def test_a_cut_gzip_keeps_what_came_before_and_is_mended_later(world: World) -> None:
    (world.folder / "contacts.csv").unlink()
    world.change("config.toml", '"contacts.csv"', '"contacts.csv.gz"')
    whole = gzip.compress(CONTACTS.encode())
    world.write("contacts.csv.gz", whole[: len(whole) // 2])
    assert "damaged or unfinished gzip" in sync(world, 1).err
    world.write("contacts.csv.gz", whole)
    sync(world, 0)
    assert world.scores() == SCORES


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param(b'eve,"' + b"x" * 10_000_000 + b'",,,\n', "contacts.csv:6", id="10 MB cell"),
        pytest.param(b"eve,eve@x.example,Head of X\n", "contacts.csv:6", id="too few cells"),
        pytest.param(b",who@x.example,,,\n", "'Id' is empty", id="no id"),
        pytest.param(b"bob,b@x.example,,,\n", "line 3 already", id="id twice"),
        pytest.param(b"eve,e@x.example,,many,\n", "'many'", id="no number"),
        pytest.param(b"eve,e@x.example,,,0000-00-00\n", "'0000-00-00'", id="no date"),
        pytest.param(b"eve,e@x.example,,,99999-01-01\n", "'99999-01-01'", id="date too late"),
        pytest.param(b"eve,e@x.example,,99999999999999999999,\n", "99999999", id="too large"),
    ],
)
def test_a_bad_line_is_quarantined_and_the_others_are_scored(
    world: World, line: bytes, says: str
) -> None:
    world.write("contacts.csv", CONTACTS.encode() + line)
    done = sync(world, 0)
    assert says in done.out
    assert {name: world.scores()[name] for name in SCORES} == SCORES
    status = world.run("status", "--json").document
    assert status["sources"]["crm"]["quarantined"] == 1


def test_nul_bytes_do_not_break_the_file(world: World) -> None:
    world.write("contacts.csv", CONTACTS.encode().replace(b"Developer", b"Dev\0eloper"))
    sync(world, 0)
    assert world.scores() == SCORES


@pytest.mark.parametrize(
    "when", ["", "yesterday", "1600-01-01", "9999-12-31T23:59:59Z", "12345678901234567890"]
)
def test_an_activity_of_no_usable_time_moves_no_score(world: World, when: str) -> None:
    world.write("activities.csv", ACTIVITIES + f"4,dan,demo_request,{when},\n")
    sync(world, 0)
    assert world.scores() == SCORES


def test_an_activity_of_an_unknown_contact_waits_for_it(world: World) -> None:
    world.write("activities.csv", ACTIVITIES + "4,zoe,demo_request,2024-05-01T09:00:00Z,\n")
    sync(world, 0)
    assert world.scores() == SCORES
    assert world.run("status", "--json").document["sources"]["crm"]["activities"] == 4
    world.write("contacts.csv", CONTACTS + "zoe,zoe@west.example,,,\n")
    sync(world, 0)
    assert world.scores() == {**SCORES, "zoe": "30"}


def test_an_activity_that_comes_twice_counts_once(world: World) -> None:
    world.write("activities.csv", ACTIVITIES + ACTIVITIES.splitlines()[3] + "\n")
    sync(world, 0)
    assert world.scores() == SCORES


def test_a_quarantined_line_is_told_once(world: World) -> None:
    world.write("contacts.csv", CONTACTS + "eve,e@x.example,,many,\n")
    assert world.sync()["sources"]["crm"]["quarantined"] == 1
    assert world.sync("--full")["sources"]["crm"]["quarantined"] == 0
    assert world.run("status", "--json").document["sources"]["crm"]["quarantined"] == 1


def test_text_from_outside_cannot_colour_the_terminal(world: World) -> None:
    world.write("contacts.csv", CONTACTS.replace("ada,", "[red]a[/red],").encode())
    world.write("activities.csv", ACTIVITIES.replace(",ada,", ",[red]a[/red],"))
    sync(world, 0)
    assert "[red]a[/red]" in world.run("leads").out
    assert "[red]a[/red]" in world.run("explain", "[red]a[/red]").out
    assert "nobody[/x]" in world.run("explain", "nobody[/x]").error


def test_every_file_that_was_left_is_whole(world: World, tmp_path: Path) -> None:
    sync(world, 0)
    left = {path.name for path in world.folder.iterdir()}
    assert left == {
        "config.toml",
        "model.toml",
        "contacts.csv",
        "activities.csv",
        "scores.csv",
        "var",
    }
