"""A served workspace: CSV files of the demo, synced once, an admin and a viewer, real HTTP."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import httpx
import pytest
from argon2 import PasswordHasher

from leadline.demo import generate, write_workspace
from leadline.ledger import Role
from leadline.sync.run import sync
from leadline.workspace import open_workspace
from leadline_serve.access import passwords
from leadline_serve.app import build
from leadline_serve.listening import answering, listen, url_of
from leadline_serve.server import Server

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
_PATIENCE = 60.0  # seconds; the machine may be busy
PASSWORDS = {"ada": "a rope of twelve fathoms", "vic": "a lead of seven pounds"}


@dataclass(frozen=True)
class Served:
    """A server that answers on loopback. `client` signs in as nobody; `admin` and `viewer` do."""

    server: Server
    url: str
    admin: httpx.Client
    viewer: httpx.Client
    client: httpx.Client
    opened: ExitStack  # closes the clients

    def sign_in(self, name: str) -> httpx.Client:
        """A client with a session of its own, which brings its CSRF token along."""
        client = self.opened.enter_context(
            closing(httpx.Client(base_url=self.url, timeout=_PATIENCE))
        )
        body = {"name": name, "password": PASSWORDS[name]}
        client.post("/api/session", json=body).raise_for_status()
        client.headers["X-CSRF-Token"] = client.get("/api/me").json()["csrf_token"]
        return client


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """Passwords are hashed as in earnest, with less work: hundreds of them are."""
    with pytest.MonkeyPatch.context() as patch:
        quick = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
        patch.setattr(passwords, "_hasher", quick)
        yield


@pytest.fixture(scope="session")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small demo workspace that was synced; copy it, do not change it."""
    folder = tmp_path_factory.mktemp("synced")
    generate(folder, contacts=60, seed=7, today=NOW.date())
    write_workspace(folder)
    with open_workspace(folder / "config.toml") as workspace:
        assert sync(workspace, as_of=NOW, allow_changes=True).status == "succeeded"
    with Server.open(folder / "config.toml") as server:
        _add_users(server)
    return folder


@contextmanager
def answer(server: Server) -> Iterator[str]:
    """Answer for a server in a thread; gives its URL."""
    with listen(server.serve) as opened:
        http = answering(build(server), server.serve)
        thread = threading.Thread(target=http.run, kwargs={"sockets": [opened]}, daemon=True)
        thread.start()
        patience = time.monotonic() + 10
        while not http.started and time.monotonic() < patience:
            time.sleep(0.002)
        try:
            yield url_of(opened)
        finally:
            http.should_exit = True
            thread.join(10)


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Serve a workspace's folder, with the admin "ada" and the viewer "vic"."""
    with ExitStack() as stack:
        server = stack.enter_context(Server.open(folder / "config.toml", port=0))
        if not server.ledger.users.any():
            _add_users(server)
        url = stack.enter_context(answer(server))
        client = stack.enter_context(httpx.Client(base_url=url, timeout=_PATIENCE))
        nobody = Served(server, url, client, client, client, stack)
        yield replace(nobody, admin=nobody.sign_in("ada"), viewer=nobody.sign_in("vic"))


def _add_users(server: Server) -> None:
    server.users.add("ada", PASSWORDS["ada"], Role.ADMIN)
    server.users.add("vic", PASSWORDS["vic"], Role.VIEWER)


@pytest.fixture
def served(synced: Path, tmp_path: Path) -> Iterator[Served]:
    """A server of this test alone."""
    with serving(copytree(synced, tmp_path / "served")) as found:
        yield found


@pytest.fixture(scope="module")
def shared(synced: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that the tests of a file share; for those that change nothing."""
    folder = tmp_path_factory.mktemp("shared") / "workspace"
    with serving(copytree(synced, folder)) as found:
        yield found
