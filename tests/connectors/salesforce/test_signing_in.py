"""Each way in, one sign-in for all threads, and what people are told when it fails."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from leadline.errors import RetryLater, SignInError
from leadline_salesforce import paths
from leadline_salesforce.api import Api
from leadline_sandbox.salesforce import Org, org

from .reading import jwt, source_of


@pytest.fixture
def crm() -> Iterator[Org]:
    with org(contacts=3, activities_per_contact=0) as made:
        yield made


def _app(crm: Org) -> dict[str, Any]:
    return {
        "client_credentials": {
            "consumer_key": crm.consumer_key,
            "consumer_secret": crm.consumer_secret,
        }
    }


def _password(crm: Org) -> dict[str, Any]:
    return {
        "password": {
            "username": crm.username,
            "password": crm.password,
            "security_token": crm.security_token,
        }
    }


WAYS = {"jwt": jwt, "client_credentials": _app, "password": _password}
LABELS = {"jwt": "oauth.token", "client_credentials": "oauth.token", "password": "soap.login"}


@pytest.mark.parametrize("way", WAYS)
def test_each_way_in_gets_a_session_once(crm: Org, tmp_path: Path, way: str) -> None:
    api = Api(source_of(crm, tmp_path, **WAYS[way](crm)))
    for _ in range(2):
        api.get(paths.LIMITS)
    assert crm.journal.count(LABELS[way], 200) == 1
    assert crm.journal.count("limits", 200) == 2


def test_a_session_that_is_given_needs_no_sign_in(crm: Org, tmp_path: Path) -> None:
    Api(source_of(crm, tmp_path)).get(paths.LIMITS)
    assert crm.journal.summary() == {"limits": 1}


def test_a_key_file_stands_beside_the_config(crm: Org, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text(crm.private_key, encoding="ascii")
    given = {"consumer_key": crm.consumer_key, "username": crm.username}
    api = Api(source_of(crm, tmp_path, jwt={**given, "private_key_file": "key.pem"}))
    assert "DailyApiRequests" in api.get(paths.LIMITS)


@pytest.mark.parametrize("text", [None, "no key at all", "żaden klucz"])
def test_a_key_file_that_is_none_is_named(crm: Org, tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "key.pem").write_text(text, encoding="utf-8")
    given = {"consumer_key": crm.consumer_key, "username": crm.username}
    api = Api(source_of(crm, tmp_path, jwt={**given, "private_key_file": "key.pem"}))
    with pytest.raises(SignInError, match="private key"):
        api.get(paths.LIMITS)
    assert crm.journal.count() == 0


@pytest.mark.parametrize("way", WAYS)
def test_a_session_that_ended_is_replaced_and_the_call_goes_on(
    crm: Org, tmp_path: Path, way: str
) -> None:
    api = Api(source_of(crm, tmp_path, **WAYS[way](crm)))
    api.get(paths.LIMITS)
    crm.faults.once("401", "limits")
    assert "DailyApiRequests" in api.get(paths.LIMITS)
    assert crm.journal.count(LABELS[way], 200) == 2


def test_a_call_that_is_repeated_keeps_its_headers(crm: Org, tmp_path: Path) -> None:
    """Without them Salesforce would give the leads to other people."""
    api = Api(source_of(crm, tmp_path, **jwt(crm)))
    lead = crm.store.records("Lead")[0]
    crm.faults.once("401", "collections.update")
    record = {"attributes": {"type": "Lead"}, "id": lead.id, "Title": "CTO"}
    api.patch(paths.COLLECTIONS, {"allOrNone": False, "records": [record]})
    sent = crm.journal.calls("collections.update")
    assert [call.status for call in sent] == [401, 200]
    for name, value in (
        ("Sforce-Auto-Assign", "FALSE"),
        ("Sforce-Call-Options", "client=leadline"),
    ):
        assert [call.header(name) for call in sent] == [value, value]
    assert all("allowSave=true" in call.header("Sforce-Duplicate-Rule-Header") for call in sent)


def test_eight_threads_sign_in_once(crm: Org, tmp_path: Path) -> None:
    api = Api(source_of(crm, tmp_path, **jwt(crm), workers=8))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: api.get(paths.LIMITS), range(8)))
    assert crm.journal.count("oauth.token") == 1


def test_threads_whose_session_ended_sign_in_once(crm: Org, tmp_path: Path) -> None:
    api = Api(source_of(crm, tmp_path, **jwt(crm), workers=8))
    api.get(paths.LIMITS)
    crm.sessions.end()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: api.get(paths.LIMITS), range(8)))
    assert crm.journal.count("oauth.token", 200) == 2


@pytest.mark.parametrize("fault", ["401", "401-html"])
def test_a_session_that_is_never_taken_ends_after_two_tries(
    crm: Org, tmp_path: Path, fault: str
) -> None:
    api = Api(source_of(crm, tmp_path, **jwt(crm)))
    crm.faults.add(fault, "limits")
    with pytest.raises(SignInError, match="does not accept the session"):
        api.get(paths.LIMITS)
    assert crm.journal.count("limits") == 2


def test_a_given_session_that_ended_is_said_so(crm: Org, tmp_path: Path) -> None:
    api = Api(source_of(crm, tmp_path, session_id="00Dsb!no-such-session"))
    with pytest.raises(SignInError, match="INVALID_SESSION_ID") as caught:
        api.get(paths.LIMITS)
    assert "no-such-session" not in str(caught.value)
    assert crm.journal.count() == 1


@pytest.mark.parametrize("way", WAYS)
def test_credentials_that_are_refused_are_named_and_not_shown(
    crm: Org, tmp_path: Path, way: str
) -> None:
    wrong: dict[str, Any] = WAYS[way](crm)
    secret = "consumer_key" if way == "jwt" else "consumer_secret"
    wrong[way]["password" if way == "password" else secret] = "wr0ng-0ne"
    with pytest.raises(SignInError, match="does not let leadline in") as caught:
        Api(source_of(crm, tmp_path, **wrong)).get(paths.LIMITS)
    assert "wr0ng-0ne" not in str(caught.value)
    assert crm.journal.count(LABELS[way]) == 1


def test_a_user_who_is_not_approved_is_told_what_to_do(crm: Org, tmp_path: Path) -> None:
    crm.options.approved = False
    with pytest.raises(SignInError, match="pre-authorised"):
        Api(source_of(crm, tmp_path, **jwt(crm))).get(paths.LIMITS)


def test_an_org_that_ended_passwords_is_told_of_the_other_ways(crm: Org, tmp_path: Path) -> None:
    crm.options.soap_login = False
    with pytest.raises(SignInError, match="SOAP"):
        Api(source_of(crm, tmp_path, **_password(crm))).get(paths.LIMITS)


def test_a_version_without_passwords_is_not_even_tried(crm: Org, tmp_path: Path) -> None:
    api = Api(source_of(crm, tmp_path, **_password(crm), api_version="65.0"))
    with pytest.raises(SignInError, match="jwt"):
        api.get(paths.LIMITS)
    assert crm.journal.count() == 0


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", ["503", "502", "broken"])
def test_a_login_host_in_trouble_is_asked_again(
    crm: Org, tmp_path: Path, way: str, fault: str
) -> None:
    api = Api(source_of(crm, tmp_path, **WAYS[way](crm)))
    crm.faults.once(fault, LABELS[way])
    assert "DailyApiRequests" in api.get(paths.LIMITS)
    crm.faults.add(fault, LABELS[way])
    with pytest.raises(RetryLater):
        Api(source_of(crm, tmp_path, **WAYS[way](crm))).get(paths.LIMITS)
