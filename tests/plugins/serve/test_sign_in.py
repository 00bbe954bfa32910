"""Signing in and out, by real HTTP."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import create_engine, text

from leadline.ledger import Role
from leadline.ledger.sessions import IDLE
from tests.plugins.serve.conftest import PASSWORDS, Served

ADA = {"name": "ada", "password": PASSWORDS["ada"]}


def _stored(served: Served) -> bytes:
    """Everything that the ledger's files hold."""
    folder = served.server.config.workspace
    return b"".join(path.read_bytes() for path in folder.glob("ledger.db*"))


def _in_the_past(served: Served, table: str, column: str, by: timedelta) -> None:
    """Move an instant of every row of a table back, as if time had gone by."""
    url = f"sqlite:///{served.server.config.workspace / 'ledger.db'}"
    move = (
        f"UPDATE {table} SET {column} = strftime('%Y-%m-%dT%H:%M:%f000Z', {column}, "
        f"'-{int(by.total_seconds())} seconds')"
    )
    with create_engine(url).begin() as connection:
        connection.execute(text(move))


def test_a_user_signs_in_and_is_known(shared: Served) -> None:
    assert shared.client.get("/api/me").status_code == 401
    me = shared.admin.get("/api/me").json()
    assert (me["name"], me["role"], me["token"]) == ("ada", "admin", False)


def test_the_cookie_is_kept_from_scripts_and_other_sites(shared: Served) -> None:
    answer = httpx.post(f"{shared.url}/api/session", json=ADA)
    (cookie,) = answer.headers.get_list("set-cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie  # plain http on loopback: it would never come back


def test_neither_passwords_nor_keys_nor_tokens_are_kept(served: Served) -> None:
    token = served.server.users.issue("prometheus", Role.VIEWER, None)
    kept = _stored(served)
    for secret in (PASSWORDS["ada"], served.admin.cookies["leadline"], token):
        assert secret.encode() not in kept
    assert b"$argon2id$" in kept


@pytest.mark.parametrize("name", ["ada", "nobody", "", "ADA' --", "\0"])
def test_a_wrong_password_and_an_unknown_name_are_told_alike(served: Served, name: str) -> None:
    answer = served.client.post("/api/session", json={"name": name, "password": "wrong guess"})
    assert answer.status_code == 401
    assert answer.json() == {"detail": "name and password do not fit"}
    assert "set-cookie" not in answer.headers


def test_a_password_typed_as_the_name_is_not_put_on_record(served: Served) -> None:
    served.client.post("/api/session", json={"name": "my secret words", "password": "ada"})
    assert served.server.ledger.audit.recent(1)[0].actor == "somebody unknown"
    assert b"my secret words" not in _stored(served)


def test_a_name_knows_no_capitals(served: Served) -> None:
    body = {"name": " Ada ", "password": PASSWORDS["ada"]}
    assert served.client.post("/api/session", json=body).status_code == 204


def test_each_sign_in_has_a_key_of_its_own_and_ends_the_one_before(served: Served) -> None:
    client = served.sign_in("ada")
    first = client.cookies["leadline"]
    client.post("/api/session", json=ADA)
    assert client.cookies["leadline"] != first
    old = httpx.get(f"{served.url}/api/me", cookies={"leadline": first})
    assert (old.status_code, client.get("/api/me").status_code) == (401, 200)


def test_signing_out_ends_the_session_and_no_other(served: Served) -> None:
    client = served.sign_in("ada")
    key = client.cookies["leadline"]
    assert client.delete("/api/session").status_code == 204
    assert httpx.get(f"{served.url}/api/me", cookies={"leadline": key}).status_code == 401
    assert served.admin.get("/api/me").status_code == 200


def test_signing_out_everywhere_ends_all_of_ones_own(served: Served) -> None:
    other = served.sign_in("ada")
    assert other.delete("/api/sessions").status_code == 204
    assert served.admin.get("/api/me").status_code == 401
    assert served.viewer.get("/api/me").status_code == 200


def test_another_password_another_role_or_no_account_end_the_sessions(served: Served) -> None:
    users = served.server.users
    users.set_password("vic", "the third rope is longer")
    assert served.viewer.get("/api/me").status_code == 401
    served.server.ledger.users.set_role("ada", Role.VIEWER)
    assert served.admin.get("/api/me").status_code == 401
    again = served.sign_in("ada")
    users.remove("ada")
    assert again.get("/api/me").status_code == 401


def test_a_session_that_nobody_uses_ends(served: Served) -> None:
    _in_the_past(served, "sessions", "seen_at", IDLE)
    assert served.admin.get("/api/me").status_code == 401


def test_a_session_ends_even_if_it_is_used(served: Served) -> None:
    _in_the_past(served, "sessions", "expires_at", timedelta(days=7))
    assert served.admin.get("/api/me").status_code == 401


def test_many_wrong_passwords_have_to_wait_and_the_right_one_too(served: Served) -> None:
    wrong = {"name": "vic", "password": "wrong guess"}
    answers = [served.client.post("/api/session", json=wrong).status_code for _ in range(7)]
    assert answers == [401] * 6 + [429]
    right = served.client.post("/api/session", json={**wrong, "password": PASSWORDS["vic"]})
    assert right.status_code == 429
    assert 1 <= int(right.headers["Retry-After"]) <= 3
    assert served.client.post("/api/session", json=ADA).status_code == 204


def test_after_the_wait_the_right_password_goes_through(served: Served) -> None:
    for _ in range(6):
        served.client.post("/api/session", json={"name": "ada", "password": "wrong guess"})
    _in_the_past(served, "attempts", "wait_until", timedelta(hours=1))
    assert served.client.post("/api/session", json=ADA).status_code == 204


def test_a_form_of_another_site_signs_nobody_in(served: Served) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    form = {"name": "ada", "password": PASSWORDS["ada"]}
    for answer in (
        served.client.post("/api/session", json=ADA, headers=headers),
        served.client.post("/login", data=form, headers=headers),
    ):
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
    assert served.client.post("/api/session", data=form).status_code == 422  # no form either


def test_a_token_works_without_a_cookie_until_it_ends(served: Served) -> None:
    users, ledger = served.server.users, served.server.ledger
    token = users.issue("nightly", Role.ADMIN, timedelta(days=1))
    bearer = {"Authorization": f"Bearer {token}"}
    me = served.client.get("/api/me", headers=bearer).json()
    assert me == {"name": "nightly", "role": "admin", "token": True, "csrf_token": ""}
    assert ledger.tokens.list()[0].used_at is not None
    _in_the_past(served, "tokens", "expires_at", timedelta(days=1))
    assert served.client.get("/api/me", headers=bearer).status_code == 401


def test_a_revoked_token_is_good_no_more(served: Served) -> None:
    token = served.server.users.issue("nightly", Role.VIEWER, None)
    served.server.users.revoke("nightly")
    answer = served.client.get("/api/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_a_wrong_token_is_not_made_good_by_a_session(shared: Served) -> None:
    answer = shared.admin.get("/api/me", headers={"Authorization": "Bearer leadline_x"})
    assert answer.status_code == 401


def test_who_signed_in_from_where_is_on_record(served: Served) -> None:
    entries = served.server.ledger.audit.recent(10)
    found = {(entry.actor, entry.action, entry.detail["address"]) for entry in entries}
    assert {("ada", "signed in", "127.0.0.1"), ("vic", "signed in", "127.0.0.1")} <= found
