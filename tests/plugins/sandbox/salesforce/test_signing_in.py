"""Ways into an org: each proves who is there, and a session ends by the org's clock."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from leadline_sandbox.salesforce import Org, org

from .caller import Answer, Caller

_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture
def crm() -> Iterator[Org]:
    """An org with nobody in it."""
    with org(contacts=0) as crm:
        yield crm


def _assertion(crm: Org, key: str = "", **changed: Any) -> dict[str, str]:
    claims = {
        "iss": crm.consumer_key,
        "sub": crm.username,
        "aud": "https://login.salesforce.com",
        "exp": int(time.time()) + 180,
    }
    signed = jwt.encode(claims | changed, key or crm.private_key, algorithm="RS256")
    return {"grant_type": _BEARER, "assertion": signed}


def _basic(key: str, secret: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{key}:{secret}'.encode()).decode()}"}


def _works(caller: Caller, session: str) -> bool:
    caller.token = session
    return caller.call("GET", "/limits").status == 200


def test_a_signed_assertion_gives_a_session(crm: Org, caller: Caller) -> None:
    for audience in ("https://login.salesforce.com", "https://test.salesforce.com", crm.url):
        given = caller.form(_assertion(crm, aud=audience))
        assert given.status == 200
        assert given.json["instance_url"] == crm.url
        assert "refresh_token" not in given.json
        assert _works(caller, given.json["access_token"])
    assert crm.sessions.logins == crm.journal.count("oauth.token", 200) == 3


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"iss": "another"}, "invalid_client_id", "client identifier invalid"),
        ({"sub": "nobody@example.com"}, "invalid_grant", "user hasn't approved this consumer"),
        ({"aud": "https://acme.my.salesforce.com"}, "invalid_grant", "audience is invalid"),
        ({"exp": 1_000_000_000}, "invalid_grant", "expired assertion"),
        ({"exp": 4_000_000_000}, "invalid_grant", "invalid expiry"),
        ({"exp": "soon"}, "invalid_grant", "expired assertion"),
    ],
)
def test_a_claim_that_is_wrong_is_refused_in_its_own_words(
    crm: Org, caller: Caller, changed: dict[str, Any], error: str, words: str
) -> None:
    refused = caller.form(_assertion(crm, **changed))
    assert refused.status == 400
    assert refused.json == {"error": error, "error_description": words}
    assert crm.sessions.logins == 0


def test_another_key_does_not_sign_for_the_app(crm: Org, caller: Caller) -> None:
    other = rsa.generate_private_key(public_exponent=65_537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    refused = caller.form(_assertion(crm, other.decode()))
    assert (refused.status, refused.json["error_description"]) == (400, "invalid assertion")
    unsigned = jwt.encode({"iss": crm.consumer_key}, "", algorithm="none")
    refused = caller.form({"grant_type": _BEARER, "assertion": unsigned})
    assert (refused.status, refused.json["error_description"]) == (400, "invalid assertion")


def test_client_credentials_come_by_basic_or_in_the_form(crm: Org, caller: Caller) -> None:
    asked = {"grant_type": "client_credentials"}
    given = caller.form(asked, _basic(crm.consumer_key, crm.consumer_secret))
    assert _works(caller, given.json["access_token"])
    within = {"client_id": crm.consumer_key, "client_secret": crm.consumer_secret}
    assert _works(caller, caller.form(asked | within).json["access_token"])
    wrong = caller.form(asked, _basic(crm.consumer_key, "guess"))
    assert (wrong.status, wrong.json["error"]) == (400, "invalid_client")
    crm.options.run_as_user = False
    nobody = caller.form(asked, _basic(crm.consumer_key, crm.consumer_secret))
    assert nobody.json["error_description"] == "no client credentials user enabled"


def test_client_credentials_are_refused_at_the_common_login_hosts(crm: Org, caller: Caller) -> None:
    headers = _basic(crm.consumer_key, crm.consumer_secret)
    for host in ("login.salesforce.com", "test.salesforce.com"):
        asked = caller.form({"grant_type": "client_credentials"}, headers | {"Host": host})
        assert asked.status == 400
        assert asked.json["error_description"] == "request not supported on this domain"


def _soap(caller: Caller, password: str, version: str = "62.0") -> Answer:
    body = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:n="urn:partner.soap.sforce.com"><e:Body><n:login>'
        f"<n:username>{caller.crm.username}</n:username><n:password>{password}</n:password>"
        "</n:login></e:Body></e:Envelope>"
    )
    headers = {"Content-Type": "text/xml", "SOAPAction": "login"}
    return caller.raw("POST", f"/services/Soap/u/{version}", body.encode(), headers)


def test_a_password_needs_its_token_and_a_version_before_65(crm: Org, caller: Caller) -> None:
    password = crm.password + crm.security_token
    signed_in = _soap(caller, password)
    session = signed_in.body.split(b"<sessionId>")[1].split(b"</sessionId>")[0].decode()
    assert signed_in.status == 200
    assert _works(caller, session)
    assert crm.journal.count("soap.login", 200) == crm.sessions.logins == 1
    for answer, code in (
        (_soap(caller, crm.password), b"INVALID_LOGIN"),
        (_soap(caller, password, "65.0"), b"UNSUPPORTED_API_VERSION"),
    ):
        assert answer.status == 500
        assert b"<sf:exceptionCode>" + code in answer.body
    crm.options.soap_login = False
    assert b"INVALID_OPERATION" in _soap(caller, password).body


def test_a_session_ends_by_the_clock_and_a_dead_one_is_a_401(crm: Org, caller: Caller) -> None:
    assert caller.call("GET", "/limits").status == 200
    crm.clock.advance(crm.options.session_seconds + 1)
    refused = caller.call("GET", "/limits")
    assert refused.status == 401
    assert refused.json == [
        {"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}
    ]
    assert _works(caller, crm.session_id)
    crm.sessions.end()
    assert caller.call("GET", "/limits").status == 401
    assert crm.sessions.logins == 0


def test_the_org_says_who_the_user_is(crm: Org, caller: Caller) -> None:
    headers = {"Authorization": f"Bearer {caller.token}"}
    told = caller.raw("GET", "/services/oauth2/userinfo", headers=headers)
    assert told.json["user_id"] == crm.store.user
    assert caller.raw("GET", "/services/oauth2/userinfo").status == 401
