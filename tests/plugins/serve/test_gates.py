"""Every route of the app refuses who may not use it, asked by real HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import httpx
import pytest
from fastapi import APIRouter

from leadline.errors import InternalError
from leadline.ledger import Role
from leadline_serve.access.gates import Gate, gates, is_open
from leadline_serve.app import build
from leadline_serve.pages import sources
from leadline_serve.server import Server
from tests.plugins.serve.conftest import Served

# What a viewer may change: only what is their own.
_OWN = {"/api/session", "/api/sessions", "/logout", "/logout/everywhere"}


@cache
def _gates(server: Server) -> tuple[Gate, ...]:
    return tuple(gates(build(server)))


def _asked(served: Served) -> Iterator[tuple[str, str, Gate]]:
    """Each method and address of the app, with something in the place of its parameters."""
    for gate in _gates(served.server):
        address = re.sub(r"\{[^}]*\}", "1", gate.path)
        for method in sorted(gate.methods - {"HEAD"}):
            yield method, address, gate


def test_no_route_answers_nobody_but_the_few_that_are_meant_to(shared: Served) -> None:
    tried = 0
    for method, address, gate in _asked(shared):
        if is_open(gate.path) and gate.role is None:
            continue
        answer = shared.client.request(method, address)
        if address.startswith("/api/") or address == "/metrics":
            assert (answer.status_code, answer.json().keys()) == (401, {"detail"}), gate
        else:
            assert answer.status_code == 303, gate
            assert answer.headers["Location"].startswith("/login?next="), gate
        assert "set-cookie" not in answer.headers
        tried += 1
    assert tried > 30


def test_a_wrong_token_and_a_forged_cookie_open_nothing(shared: Served) -> None:
    forged = {"Authorization": "Bearer leadline_x"}
    for method, address, gate in _asked(shared):
        if gate.role is None:
            continue
        shown = shared.client.request(method, address, headers=forged)
        guessed = httpx.request(method, shared.url + address, headers={"Cookie": "leadline=x"})
        assert {shown.status_code, guessed.status_code} <= {401, 303}, gate


def test_a_viewer_acts_nowhere(shared: Served) -> None:
    token = shared.server.users.issue("looks-only", Role.VIEWER, None)
    tried = 0
    for method, address, gate in _asked(shared):
        if gate.role is not Role.ADMIN:
            continue
        by_session = shared.viewer.request(method, address)
        by_token = shared.client.request(
            method, address, headers={"Authorization": f"Bearer {token}"}
        )
        assert (by_session.status_code, by_token.status_code) == (403, 403), gate
        tried += 1
    assert tried > 5


def test_what_changes_something_needs_an_admin(shared: Served) -> None:
    for method, _, gate in _asked(shared):
        if method not in ("GET", "OPTIONS") and gate.path not in _OWN and not is_open(gate.path):
            assert gate.role is Role.ADMIN, gate


def test_a_form_without_its_token_changes_nothing(shared: Served) -> None:
    cookies = dict(shared.admin.cookies)
    for method, address, gate in _asked(shared):
        if method in ("GET", "OPTIONS") or gate.role is None:
            continue
        for token in ("", "wrong"):
            headers = {"X-CSRF-Token": token}
            answer = httpx.request(method, shared.url + address, headers=headers, cookies=cookies)
            assert answer.status_code == 403, gate
            assert "out of date" in answer.text, gate


def test_an_app_with_a_route_that_asks_for_nobody_is_not_built(
    shared: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    careless, outer = APIRouter(), APIRouter()

    @careless.get("/forgotten")
    def forgotten() -> str:
        return "everything"

    outer.include_router(sources.router)
    outer.include_router(careless)
    monkeypatch.setattr(sources, "router", outer)
    with pytest.raises(InternalError, match="nobody is asked for at /forgotten"):
        build(shared.server)
