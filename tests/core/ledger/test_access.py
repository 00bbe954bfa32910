"""Accounts, sessions, tokens and attempts to sign in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from leadline.errors import UsageError
from leadline.ledger import Ledger, Role
from leadline.ledger.attempts import Patience

STRICT = Patience(free=2, longest=60.0)


def test_an_account_is_kept_under_one_name(ledger: Ledger) -> None:
    ledger.users.add("ada", Role.ADMIN, "hash")
    with pytest.raises(UsageError, match="there is a user 'ada' already"):
        ledger.users.add("ada", Role.VIEWER, "other")
    account = ledger.users.get("ada")
    assert account is not None
    assert (account.role, account.password_hash) == (Role.ADMIN, "hash")
    assert "hash" not in repr(account).replace("password_hash", "")
    assert [each.name for each in ledger.users.list()] == ["ada"]


def test_nobody_is_not_changed_or_removed(ledger: Ledger) -> None:
    assert not ledger.users.any()
    with pytest.raises(UsageError, match="there is no user 'eve'"):
        ledger.users.set_password("eve", "hash")
    with pytest.raises(UsageError, match="there is no user 'eve'"):
        ledger.users.set_role("eve", Role.ADMIN)
    with pytest.raises(UsageError, match="there is no user 'eve'"):
        ledger.users.remove("eve")


def test_an_admin_may_do_what_a_viewer_may(ledger: Ledger) -> None:
    assert Role.ADMIN.covers(Role.VIEWER)
    assert Role.VIEWER.covers(Role.VIEWER)
    assert not Role.VIEWER.covers(Role.ADMIN)


def test_a_session_has_the_role_that_the_account_has_now(ledger: Ledger) -> None:
    ledger.users.add("ada", Role.VIEWER, "hash")
    ledger.sessions.open("digest", "ada")
    found = ledger.sessions.find("digest")
    assert found is not None
    assert (found.user, found.role) == ("ada", Role.VIEWER)
    ledger.users.set_role("ada", Role.ADMIN)
    assert ledger.sessions.find("digest") is None  # signed out by the change


def test_a_stronger_hash_of_the_same_password_ends_no_session(ledger: Ledger) -> None:
    ledger.users.add("ada", Role.VIEWER, "hash")
    ledger.sessions.open("digest", "ada")
    ledger.users.rehash("ada", "stronger")
    assert ledger.sessions.find("digest") is not None


def test_all_sessions_of_one_user_end_together(ledger: Ledger) -> None:
    for name in ("ada", "vic"):
        ledger.users.add(name, Role.VIEWER, "hash")
        for place in range(2):
            ledger.sessions.open(f"{name} {place}", name)
    assert ledger.sessions.close_all("ada") == 2
    assert ledger.sessions.find("ada 0") is None
    assert ledger.sessions.find("vic 1") is not None
    ledger.sessions.close("vic 1")
    assert ledger.sessions.find("vic 1") is None


def test_a_token_is_found_until_it_ends(ledger: Ledger) -> None:
    ledger.tokens.add("nightly", Role.ADMIN, "one", timedelta(days=1))
    ledger.tokens.add("past", Role.ADMIN, "two", timedelta(seconds=-1))
    ledger.tokens.add("lasting", Role.VIEWER, "three", None)
    found = {digest: ledger.tokens.find(digest) for digest in ("one", "two", "three", "four")}
    assert {digest for digest, token in found.items() if token} == {"one", "three"}
    used = {each.name: each.used_at is not None for each in ledger.tokens.list()}
    assert used == {"lasting": True, "nightly": True, "past": False}
    with pytest.raises(UsageError, match="there is a token 'nightly' already"):
        ledger.tokens.add("nightly", Role.VIEWER, "five", None)
    ledger.tokens.revoke("nightly")
    assert ledger.tokens.find("one") is None
    with pytest.raises(UsageError, match="there is no token 'nightly'"):
        ledger.tokens.revoke("nightly")


def test_waits_begin_after_the_free_attempts_and_grow(ledger: Ledger) -> None:
    assert [STRICT.after(failures).total_seconds() for failures in range(9)] == [
        *(0, 0, 0),
        *(2, 4, 8, 16, 32, 60),
    ]
    assert STRICT.after(1_000_000).total_seconds() == 60
    waits = [ledger.attempts.begin({"key": STRICT}) for _ in range(4)]
    assert waits[:3] == [0.0, 0.0, 0.0]
    assert 1 < waits[3] <= 2


def test_an_attempt_that_has_to_wait_counts_under_no_key(ledger: Ledger) -> None:
    for _ in range(3):
        ledger.attempts.begin({"strict": STRICT})
    assert ledger.attempts.begin({"strict": STRICT, "other": Patience(0, 60.0)}) > 0
    assert ledger.attempts.begin({"other": Patience(0, 60.0)}) == 0.0


def test_a_success_makes_up_for_its_own_attempt_and_for_all_where_it_forgives(
    ledger: Ledger,
) -> None:
    kind, plain = Patience(2, 60.0, forgives=True), STRICT
    for _ in range(2):
        ledger.attempts.begin({"kind": kind, "plain": plain})
    ledger.attempts.succeeded({"kind": kind, "plain": plain})
    assert [ledger.attempts.begin({"kind": kind}) for _ in range(3)] == [0.0] * 3
    assert [ledger.attempts.begin({"plain": plain}) for _ in range(2)] == [0.0] * 2
    assert ledger.attempts.begin({"plain": plain}) > 0


def test_many_attempts_at_once_do_not_slip_through_together(ledger: Ledger) -> None:
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: ledger.attempts.begin({"key": STRICT}), range(16)))
    assert sum(wait == 0.0 for wait in waits) == 3


def test_runs_are_told_by_when_they_ended(ledger: Ledger) -> None:
    first, second = (ledger.runs.start("sync", {}) for _ in range(2))
    assert ledger.runs.finished_since(None) == []
    ledger.runs.finish(second, "succeeded", {})
    ledger.runs.finish(first, "failed", {})
    ended = ledger.runs.finished_since(None)
    assert [run.run_id for run in ended] == [second, first]
    assert [run.run_id for run in ledger.runs.finished_since(ended[1].finished_at)] == [first]
