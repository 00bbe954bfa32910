"""A sync that is killed, and two at the same time."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from leadline.demo import generate, write_workspace
from tests.e2e.test_places import labels
from tests.e2e.world import DAY, SCORES, World, run_process, start

CONTACTS = 20_000
# What is on disk when a sync has come so far, in the order of its way.
MOMENTS = (
    "var/ledger.db",
    "var/lake/contacts/_delta_log/*0.json",
    "var/lake/activities/*",
    "var/lake/activities/_delta_log/*0.json",
    "var/lake/scores/_delta_log/*0.json",
    ".scores.csv*",
    "scores.csv",
)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A demo that was synced in peace."""
    world = World(tmp_path_factory.mktemp("peace"))
    generate(world.folder, CONTACTS)
    write_workspace(world.folder)
    fresh = world.folder / "fresh"
    fresh.mkdir()
    for path in [*world.folder.glob("*.csv"), *world.folder.glob("*.toml")]:
        shutil.copy(path, fresh)
    assert run_process("sync", "-c", str(world.config)).status == 0
    return world


@pytest.fixture
def fresh(undisturbed: World, tmp_path: Path) -> World:
    """The same files, never synced."""
    return World(shutil.copytree(undisturbed.folder / "fresh", tmp_path / "crm"))


def kill_when(world: World, reached: Callable[[], bool]) -> bool:
    """Start a sync and kill it as soon as it has come so far; False if it ended before."""
    with subprocess.Popen(
        [*start(), "sync", "-c", str(world.config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        deadline = time.monotonic() + 120
        while running.poll() is None and time.monotonic() < deadline:
            if reached():
                running.kill()
                return running.wait() < 0
            time.sleep(0.001)
    return False


def there(world: World, pattern: str) -> Callable[[], bool]:
    """True once a file of this pattern is in the workspace."""
    return lambda: any(world.folder.glob(pattern))


def after(seconds: float) -> Callable[[], bool]:
    """True so many seconds from now on."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def counts(world: World) -> tuple[int, int]:
    crm = world.run("status", "--json").document["sources"]["crm"]
    return crm["contacts"], crm["activities"]


def test_a_sync_killed_at_every_step_ends_as_if_nothing_had_been(
    undisturbed: World, fresh: World
) -> None:
    killed = 0
    for moment in MOMENTS:
        killed += kill_when(fresh, there(fresh, moment))
        if fresh.output.exists():
            assert labels(fresh) == labels(undisturbed)
    assert killed >= 4
    done = run_process("sync", "--json", "-c", str(fresh.config))
    assert done.status == 0, done.err
    assert labels(fresh) == labels(undisturbed)
    assert counts(fresh) == counts(undisturbed)


def test_what_a_killed_write_left_behind_is_swept_up(fresh: World) -> None:
    if not kill_when(fresh, there(fresh, ".scores.csv*")):
        pytest.skip("the output was written too fast to be caught at it")
    assert run_process("sync", "-c", str(fresh.config)).status == 0
    assert not list(fresh.folder.glob(".scores.csv*"))


def test_a_left_over_of_the_same_process_number_is_no_obstacle(world: World) -> None:
    """In a container each leadline has the same number as the one that was killed before."""
    name = f"{world.folder}/.scores.csv.{{os.getpid()}}.tmp"
    left = f"import os, pathlib; pathlib.Path(f'{name}').touch()"
    done = run_process("sync", "--as-of", DAY, "-c", str(world.config), prefix=left)
    assert done.status == 0, done.err
    assert world.scores() == SCORES


def test_a_sync_killed_at_any_time_loses_nothing(undisturbed: World, fresh: World) -> None:
    for seconds in (0.8, 1.6, 2.4, 3.2):
        kill_when(fresh, after(seconds))
    assert run_process("sync", "-c", str(fresh.config)).status == 0
    assert labels(fresh) == labels(undisturbed)
    assert counts(fresh) == counts(undisturbed)


def test_a_killed_run_is_not_called_succeeded(fresh: World) -> None:
    assert kill_when(fresh, there(fresh, MOMENTS[1]))
    assert fresh.run("runs", "--json").document[0]["status"] in ("running", "interrupted")


def test_two_syncs_at_once_leave_the_right_scores(world: World) -> None:
    def begin() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*start(), "sync", "--as-of", DAY, "-c", str(world.config)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    with begin() as one, begin() as other:
        ended = [(each.communicate(timeout=120), each.returncode) for each in (one, other)]
    for (out, err), status in ended:
        assert "Traceback" not in out + err
        assert status == 0 or err.startswith("leadline: "), err
    assert 0 in [status for _, status in ended]
    assert world.scores() == SCORES
    assert world.sync("--as-of", DAY)["sources"]["crm"]["written"] == 0
    assert counts(world) == (4, 3)
