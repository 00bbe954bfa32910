"""A machine that does not play along: no folder, no rights, no space."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.world import DAY, SCORES, World, run_process

_LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))
"""
_LABELS = ("contact_id", "score", "fit", "engagement", "grade", "temperature")

Tiny = Callable[[str], Path]


def labels(world: World) -> list[list[str]]:
    """What the output says of everybody, but for the instant."""
    return [[row[name] for name in _LABELS] for _, row in sorted(world.rows().items())]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Tiny]:
    """Mounts a disk of so many bytes; again to make it larger."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = False

    def mount(size: str) -> Path:
        nonlocal mounted
        option = f"size={size}" + (",remount" if mounted else "")
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", option, "leadline-test", str(folder)],
            capture_output=True,
            check=False,
        )
        if done.returncode:
            pytest.skip("no right to mount a disk here")
        mounted = True
        return folder

    try:
        yield mount
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("place", ["contacts.csv", "contacts.csv/below", "/proc/leadline"])
def test_a_workspace_that_cannot_be_made_is_told(world: World, place: str) -> None:
    world.change("config.toml", 'workspace = "var"', f'workspace = "{place}"')
    done = run_process("sync", "-c", str(world.config))
    assert done.status in (1, 2)  # 2 when the config alone tells
    assert "workspace" in done.error
    assert place in done.error
    assert not world.output.exists()


def test_a_ledger_that_is_no_ledger_is_told(world: World) -> None:
    (world.folder / "var").mkdir()
    world.write("var/ledger.db", "this is not a database, but a text of some length\n" * 100)
    done = run_process("sync", "-c", str(world.config))
    assert done.status == 1
    assert "ledger.db" in done.error


@pytest.mark.parametrize("table", ["contacts", "activities", "scores"])
def test_a_damaged_lake_is_told_and_mended_by_a_new_one(synced: World, table: str) -> None:
    for path in (synced.folder / "var" / "lake" / table).rglob("*.parquet"):
        path.write_bytes(b"PAR1 and then nothing of use")
    done = run_process("sync", "--as-of", DAY, "-c", str(synced.config))
    assert done.status == 1
    assert "lake" in done.error
    (synced.folder / "var" / "lake").rename(synced.folder / "old-lake")
    again = run_process("sync", "--full", "--as-of", DAY, "-c", str(synced.config))
    assert again.status == 0, again
    assert synced.scores() == SCORES
    assert {name: lead["score"] for name, lead in synced.leads().items()} == {
        "ada": 85,
        "bob": 10,
        "cyd": None,
        "dan": 0,
    }


def test_an_output_that_is_a_folder_is_told(world: World) -> None:
    world.output.mkdir()
    done = run_process("sync", "-c", str(world.config))
    assert done.status == 1
    assert "scores.csv" in done.error
    assert "folder" in done.error or "Is a directory" in done.error


def test_an_output_whose_folder_is_missing_is_told(world: World) -> None:
    world.change("config.toml", '"scores.csv"', '"nowhere/scores.csv"')
    done = run_process("sync", "-c", str(world.config))
    assert done.status == 1
    assert "nowhere" in done.error


def test_a_full_disk_leaves_no_half_an_output(demo: World, tiny_disk: Tiny) -> None:
    disk = tiny_disk("32k")
    whole = demo.output.read_bytes()
    assert len(whole) > 40_000
    demo.change("config.toml", '"scores.csv"', f'"{disk}/scores.csv"')
    done = run_process("sync", "-c", str(demo.config))
    assert done.status == 1
    assert str(disk) in done.error
    assert list(disk.iterdir()) == []

    tiny_disk("1m")
    again = run_process("sync", "-c", str(demo.config))
    assert again.status == 0, again
    assert labels(World(disk)) == labels(demo)


def test_a_full_disk_keeps_the_output_there_was(demo: World, tiny_disk: Tiny) -> None:
    disk = tiny_disk("1m")
    demo.change("config.toml", '"scores.csv"', f'"{disk}/scores.csv"')
    assert demo.run("sync").status == 0
    before = (disk / "scores.csv").read_bytes()
    tiny_disk(f"{len(before) // 1024 + 12}k")
    demo.change("model.toml", "points = 12", "points = 3")
    done = run_process("sync", "-c", str(demo.config))
    assert done.status == 1
    assert "Traceback" not in done.err
    assert (disk / "scores.csv").read_bytes() == before
    assert [path.name for path in disk.iterdir()] == ["scores.csv"]


def test_a_full_disk_under_the_lake_is_told_and_nothing_is_lost(
    demo: World, tiny_disk: Tiny, tmp_path: Path
) -> None:
    expected = labels(demo)
    demo.output.unlink()
    (demo.folder / "var").rename(tmp_path / "var")
    disk = tiny_disk("200k")
    demo.change("config.toml", 'workspace = "var"', f'workspace = "var"\nlake = "{disk}/lake"')
    done = run_process("sync", "-c", str(demo.config))
    assert done.status == 1
    assert "is full: free some space" in done.error
    assert not demo.output.exists()

    tiny_disk("64m")
    again = run_process("sync", "-c", str(demo.config))
    assert again.status == 0, again
    assert labels(demo) == expected


@pytest.mark.parametrize("size", [4_096, 400_000])
def test_no_space_for_the_ledger_is_told_and_nothing_is_lost(
    demo: World, size: int, tmp_path: Path
) -> None:
    expected = labels(demo)
    demo.output.unlink()
    (demo.folder / "var").rename(tmp_path / "var")
    done = run_process("sync", "-c", str(demo.config), prefix=_LIMITED.format(size=size))
    assert done.status == 1
    assert "ledger" in done.error
    assert not demo.output.exists() or labels(demo) == expected
    assert run_process("sync", "-c", str(demo.config)).status == 0
    assert labels(demo) == expected
