"""The settings: one way in, no session in the clear, nothing secret shown."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from leadline_salesforce.settings import SalesforceSettings

ORG = "https://acme.my.salesforce.com"
JWT = {"consumer_key": "app", "username": "u@example.com", "private_key": "k3y"}
APP = {"consumer_key": "app", "consumer_secret": "s3cret"}
PASSWORD = {"username": "u@example.com", "password": "p4ss", "security_token": "t0ken"}


def _settings(**given: Any) -> SalesforceSettings:
    return SalesforceSettings.model_validate(given)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({"jwt": JWT}, "https://login.salesforce.com"),
        ({"jwt": JWT, "instance_url": ORG}, "https://login.salesforce.com"),
        (
            {"jwt": JWT, "login_url": "https://test.salesforce.com"},
            "https://test.salesforce.com",
        ),
        (
            {"jwt": JWT, "instance_url": "https://acme--dev.sandbox.my.salesforce.com"},
            "https://test.salesforce.com",
        ),
        ({"client_credentials": APP, "instance_url": ORG}, ORG),
        ({"password": PASSWORD}, "https://login.salesforce.com"),
        ({"jwt": JWT, "instance_url": "http://127.0.0.1:8000"}, "http://127.0.0.1:8000"),
    ],
)
def test_each_way_in_knows_its_address(given: dict[str, Any], address: str) -> None:
    assert _settings(**given).signs_in_at == address


@pytest.mark.parametrize("given", [{}, {"jwt": JWT, "password": PASSWORD}])
def test_none_and_two_ways_in_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="set one of jwt"):
        _settings(**given)


@pytest.mark.parametrize("given", [{"session_id": "00D!x"}, {"client_credentials": APP}])
def test_what_no_common_host_takes_asks_for_my_domain(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="My Domain"):
        _settings(**given)


@pytest.mark.parametrize("keys", [{}, {"private_key": "k3y", "private_key_file": "key.pem"}])
def test_a_key_comes_as_text_or_as_a_file(keys: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="one of the two"):
        _settings(jwt={"consumer_key": "app", "username": "u", **keys})


def test_secrets_are_not_shown() -> None:
    shown = "".join(
        repr(_settings(**given))
        for given in (
            {"jwt": JWT},
            {"client_credentials": APP, "instance_url": ORG},
            {"password": PASSWORD},
            {"session_id": "00D!s3ssion", "instance_url": ORG},
        )
    )
    secrets = ("k3y", "s3cret", "p4ss", "t0ken", "s3ssion")
    assert not [secret for secret in secrets if secret in shown]


@pytest.mark.parametrize("session", ["00D! 1", "00D!1\r\nX-Other: 1", "żeton", " "])
def test_a_session_that_no_header_can_carry_is_refused(session: str) -> None:
    with pytest.raises(ValidationError, match="one word"):
        _settings(session_id=session, instance_url=ORG)


@pytest.mark.parametrize(
    "url",
    [
        "http://acme.my.salesforce.com",
        "http://localhost.example.com",
        "ftp://127.0.0.1",
        "acme.my.salesforce.com",
        "https://user:pass@acme.my.salesforce.com",
        "https://acme.my.salesforce.com/services",
    ],
)
def test_an_address_is_safe_and_bare(url: str) -> None:
    with pytest.raises(ValidationError, match=r"https|address"):
        _settings(session_id="00D!1", instance_url=url)


def test_credentials_go_to_salesforce_alone() -> None:
    with pytest.raises(ValidationError, match=r"salesforce\.com"):
        _settings(jwt=JWT, login_url="https://login.salesforce.com.example.net")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("api_version", "v62.0"),
        ("field_prefix", "Lead Line_"),
        ("field_prefix", "Lead__line"),
        ("daily_share", 0),
        ("page_size", 100),
        ("workers", 0),
    ],
)
def test_what_salesforce_would_refuse_is_refused_first(key: str, value: object) -> None:
    with pytest.raises(ValidationError, match=key):
        _settings(jwt=JWT, **{key: value})
