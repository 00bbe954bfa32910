"""`leadline serve`, `leadline users` and `leadline tokens`, as a person runs them."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

import httpx
import pytest
import typer
from typer.testing import CliRunner

from leadline.errors import UsageError
from leadline.ledger import Ledger
from leadline_serve.commands import tokens, users
from tests.e2e.world import run_here
from tests.plugins.serve.conftest import PASSWORDS

_LEADLINE = (sys.executable, "-c", "from leadline.cli import main; main()")
_PATIENCE = 20.0  # seconds; the machine may be busy


@pytest.fixture
def folder(synced: Path, tmp_path: Path) -> Path:
    """A copy of the workspace to run commands in."""
    return copytree(synced, tmp_path / "workspace")


def _keep(folder: Path, app: typer.Typer, *line: str) -> str:
    """What a command of `leadline users` or `leadline tokens` prints; its error is raised."""
    config = str(folder / "config.toml")
    ran = CliRunner().invoke(app, [*line, "--config", config], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def _password(folder: Path, password: str) -> str:
    """A file that holds it."""
    file = folder / "password"
    file.write_text(f"{password}\n", "utf-8")
    return str(file)


@contextmanager
def _serve(folder: Path, *line: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server of its own process, and its URL once it has said it."""
    running = subprocess.Popen(
        [*_LEADLINE, "serve", "--port", "0", *line],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    try:
        said = running.stdout.readline()
        found = re.search(r"http://\S+", said)
        assert found is not None, said + running.communicate(timeout=_PATIENCE)[1]
        yield running, found[0]
    finally:
        if running.poll() is None:
            running.kill()
        running.communicate(timeout=_PATIENCE)


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_server_stops_cleanly_when_it_is_told_to(folder: Path, told: signal.Signals) -> None:
    with _serve(folder) as (running, url):
        assert httpx.get(f"{url}/healthz").status_code == 200
        running.send_signal(told)
        out, err = running.communicate(timeout=_PATIENCE)
    assert (running.returncode, err) == (0, "")
    assert out.endswith("stopped\n")


def test_a_server_does_not_listen_to_others_while_nobody_can_sign_in(folder: Path) -> None:
    for name in PASSWORDS:
        _keep(folder, users, "remove", name)
    refused = subprocess.run(
        [*_LEADLINE, "serve", "--host", "0.0.0.0", "--port", "0"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
    )
    assert refused.returncode == 2
    assert "first run leadline users add NAME --admin" in refused.stderr


def test_the_first_admin_is_made_in_a_shell_and_signs_in(folder: Path) -> None:
    file = _password(folder, "four words in a row")
    made = _keep(folder, users, "add", "Grace", "--admin", "--password-file", file)
    assert made == "grace may sign in now, as admin\n"
    with _serve(folder) as (_, url), httpx.Client(base_url=url) as client:
        body = {"name": "grace", "password": "four words in a row"}
        assert client.post("/api/session", json=body).status_code == 204
        assert client.get("/api/me").json()["role"] == "admin"
        _keep(folder, users, "remove", "grace")
        assert client.get("/api/me").status_code == 401


@pytest.mark.parametrize(
    ("name", "password", "why"),
    [
        ("grace", "tiny", "take at least 10 characters"),
        ("grace", "aaaaaaaaaaaaaaa", "too easy to guess"),
        ("grace.hopper", "Grace.Hopper", "too easy to guess"),
        ("gr ace", "four words in a row", "cannot be a name"),
        ("ada", "four words in a row", "there is a user 'ada' already"),
        ("grace", "", "is empty: put the password there"),
    ],
)
def test_a_user_that_cannot_be_is_refused(folder: Path, name: str, password: str, why: str) -> None:
    file = _password(folder, password)
    with pytest.raises(UsageError, match=why) as refused:
        _keep(folder, users, "add", name, "--password-file", file)
    assert not password or password not in str(refused.value)


def test_a_password_is_not_asked_for_where_nobody_answers(folder: Path) -> None:
    with pytest.raises(UsageError, match="use --password-file FILE"):
        _keep(folder, users, "password", "ada")


def test_users_and_tokens_are_listed_without_their_secrets(folder: Path) -> None:
    token = _keep(folder, tokens, "add", "prometheus").splitlines()[0]
    listed = json.loads(_keep(folder, users, "list", "--json"))
    assert [(each["name"], each["role"]) for each in listed] == [
        ("ada", "admin"),
        ("vic", "viewer"),
    ]
    shown = _keep(folder, tokens, "list", "--json")
    (kept,) = json.loads(shown)
    assert (kept["name"], kept["role"]) == ("prometheus", "viewer")
    assert token not in shown + _keep(folder, tokens, "list")
    _keep(folder, tokens, "revoke", "prometheus")
    assert json.loads(_keep(folder, tokens, "list", "--json")) == []


def test_what_a_shell_does_is_on_record(folder: Path) -> None:
    _keep(folder, tokens, "add", "nightly", "--admin", "--days", "1")
    _keep(folder, users, "remove", "vic")
    with Ledger.open(folder / "var" / "ledger.db") as ledger:
        removed, added = ledger.audit.recent(2)
    assert (removed.action, removed.subject) == ("user removed", "vic")
    assert (added.action, added.detail) == ("token added", {"role": "admin", "days": 1})
    assert added.actor.startswith("shell:")


def test_help_loads_no_library_of_the_server() -> None:
    script = (
        "import sys; from leadline_serve import commands; "
        "print(sorted({'fastapi', 'uvicorn', 'argon2', 'sqlalchemy'} & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=20
    )
    assert ran.stdout == "[]\n"


def test_a_start_loads_nothing_that_only_its_work_needs(folder: Path) -> None:
    """Of ourselves the rooms of a sync and the lint; pandas, which Arrow takes where it is."""
    script = (
        "import sys; from pathlib import Path\n"
        "from leadline_serve import foreground\n"
        "from leadline_serve.server import Server\n"
        "with Server.open(Path('config.toml')) as server: foreground.build(server)\n"
        "late = {'alembic', 'httpx', 'pandas', 'plotly', 'rich', 'leadline.lint.run'}\n"
        "late |= {'leadline.sync.compare', 'leadline.sync.plan', 'leadline.sync.pull'}\n"
        "print(sorted(late & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"


@pytest.mark.parametrize(
    "line",
    [
        "serve",
        "users add ada",
        "users list",
        "users password ada",
        "users remove ada",
        "tokens add robot",
        "tokens list",
        "tokens revoke robot",
    ],
)
def test_a_command_without_its_libraries_says_what_to_install(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [each for each in sys.modules if each.startswith("leadline_serve.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "fastapi", None)
    done = run_here(*line.split())
    assert done.status == 2
    assert "the server needs fastapi: pip install 'leadline[serve]'" in done.error
