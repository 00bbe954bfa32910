"""What stands around every answer: names, headers, and what goes wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shutil import copytree

import httpx
import pytest

from leadline.config import Serve
from leadline.errors import UsageError, WorkspaceError
from leadline.ledger import Role
from leadline_serve.listening import is_loopback, listen, refuse_strangers
from leadline_serve.server import Server
from tests.plugins.serve.conftest import PASSWORDS, Served, answer


def _server(synced: Path, tmp_path: Path, table: str) -> Path:
    """The config of a copy of the workspace with this `[serve]` table."""
    config = copytree(synced, tmp_path / "configured") / "config.toml"
    config.write_text(f"{config.read_text('utf-8')}\n[serve]\n{table}\n", "utf-8")
    return config


@pytest.mark.parametrize("path", ["/login", "/api/me", "/healthz", "/nowhere", "/api/nowhere"])
def test_every_answer_has_the_headers_that_protect_it(shared: Served, path: str) -> None:
    headers = shared.client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert "server" not in headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 401),
        ("127.0.0.1:9", 401),
        ("[::1]:9", 401),
        ("evil.example", 400),
        ("localhost.evil.example", 400),
        ("", 400),
        ("[", 400),
    ],
)
def test_a_foreign_name_is_refused(shared: Served, host: str, status: int) -> None:
    answer = shared.client.get("/api/me", headers={"Host": host})
    assert answer.status_code == status


def test_probes_are_answered_under_any_name(shared: Served) -> None:
    for path in ("/healthz", "/readyz"):
        assert shared.client.get(path, headers={"Host": "10.1.2.3:8700"}).status_code == 200


def test_behind_https_the_cookie_never_leaves_without_it(synced: Path, tmp_path: Path) -> None:
    config = _server(synced, tmp_path, 'public_url = "https://leads.example.com"')
    with Server.open(config, port=0) as server, answer(server) as url:
        body = {"name": "ada", "password": PASSWORDS["ada"]}
        headers = {"Host": "leads.example.com", "Origin": "https://leads.example.com"}
        signed = httpx.post(f"{url}/api/session", json=body, headers=headers)
        assert signed.status_code == 204
        cookie = signed.headers["set-cookie"]
        assert cookie.startswith("__Host-leadline=")
        assert "Secure" in cookie
        assert "max-age" in signed.headers["Strict-Transport-Security"]


def test_a_page_that_is_not_there_is_said_on_a_page(shared: Served) -> None:
    answer = shared.admin.get("/nowhere")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert shared.admin.get("/api/nowhere").json().keys() == {"detail"}


def test_after_signing_in_one_is_where_one_wanted_to_go(shared: Served) -> None:
    asked = shared.client.get("/leads?temperature=hot&page=2")
    assert asked.headers["Location"] == "/login?next=/leads%3Ftemperature%3Dhot%26page%3D2"
    assert shared.client.post("/logout").headers["Location"] == "/login?next=/"


def test_a_huge_request_is_refused(shared: Served) -> None:
    answer = shared.client.post("/api/session", content=b" " * (9 << 20))
    assert answer.status_code == 413


def test_the_server_listens_to_others_only_when_somebody_can_sign_in(
    synced: Path, tmp_path: Path
) -> None:
    config = copytree(synced, tmp_path / "copy") / "config.toml"
    with Server.open(config, host="0.0.0.0") as server:
        for name in PASSWORDS:
            server.users.remove(name)
        with pytest.raises(UsageError, match="leadline users add NAME --admin"):
            refuse_strangers(server)
        server.users.add("ada", PASSWORDS["ada"], Role.ADMIN)
        refuse_strangers(server)
    with Server.open(config) as server:
        refuse_strangers(server)


@pytest.mark.parametrize(
    "more", ['host = "0.0.0.0"', 'public_url = "https://a.example"', 'proxies = ["10.0.0.1"]']
)
def test_without_sign_in_the_server_is_for_this_machine_alone(
    synced: Path, tmp_path: Path, more: str
) -> None:
    config = _server(synced, tmp_path, f"sign_in = false\n{more}")
    with Server.open(config) as server, pytest.raises(UsageError, match="sign_in = false"):
        refuse_strangers(server)


def test_without_sign_in_everybody_acts_but_no_other_site_does(
    synced: Path, tmp_path: Path
) -> None:
    config = _server(synced, tmp_path, "sign_in = false")
    with Server.open(config, port=0) as server, answer(server) as url:
        refuse_strangers(server)
        me = httpx.get(f"{url}/api/me").json()
        assert (me["name"], me["role"]) == ("local", "admin")
        assert httpx.post(f"{url}/api/resyncs", json={"source": "crm"}).status_code == 403
        headers = {"X-CSRF-Token": me["csrf_token"]}
        asked = httpx.post(f"{url}/api/resyncs", json={"source": "crm"}, headers=headers)
        assert asked.status_code == 202


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False)],
)
def test_loopback_is_this_machine_alone(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_a_port_that_is_taken_and_an_address_that_is_none_are_said_plainly() -> None:
    with listen(Serve(port=0)) as opened:
        taken = replace(Serve(), port=opened.getsockname()[1])
        with pytest.raises(WorkspaceError, match="choose another with --host and --port"):
            listen(taken)
    with pytest.raises(UsageError, match=r"no address 'no.such.host.invalid'"):
        listen(Serve(host="no.such.host.invalid"))
