"""A small workspace for each test, and one demo that all may read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.e2e.world import DAY, World, make_world, run_here


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A workspace that was never synced."""
    return make_world(tmp_path / "world")


@pytest.fixture(scope="session")
def synced_once(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A workspace synced for the end of DAY; not to be changed."""
    world = make_world(tmp_path_factory.mktemp("synced") / "world")
    world.sync("--as-of", DAY)
    return world


@pytest.fixture
def synced(synced_once: World, tmp_path: Path) -> World:
    """A workspace of one's own, synced for the end of DAY."""
    return World(shutil.copytree(synced_once.folder, tmp_path / "world"))


@pytest.fixture(scope="session")
def demo_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, str]:
    """The demo of 500 contacts and what it printed; not to be changed."""
    folder = tmp_path_factory.mktemp("demo") / "crm"
    made = run_here("demo", str(folder), "--contacts", "500")
    assert made.status == 0, made.err
    return World(folder), made.out


@pytest.fixture
def demo(demo_once: tuple[World, str], tmp_path: Path) -> World:
    """A demo of one's own."""
    return World(shutil.copytree(demo_once[0].folder, tmp_path / "crm"))
