"""The settings: one way in, no token in the clear, nothing secret shown."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from leadline_hubspot.settings import HubSpotSettings

OAUTH = {"client_id": "app", "client_secret": "s3cret", "refresh_token": "r3fresh"}


def test_an_access_token_or_an_app_is_enough() -> None:
    assert HubSpotSettings.model_validate({"access_token": "pat-1"}).oauth is None
    assert HubSpotSettings.model_validate({"oauth": OAUTH}).access_token is None


@pytest.mark.parametrize("given", [{}, {"access_token": "pat-1", "oauth": OAUTH}])
def test_none_and_both_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="one of the two"):
        HubSpotSettings.model_validate(given)


def test_secrets_are_not_shown() -> None:
    shown = [
        repr(HubSpotSettings.model_validate(given))
        for given in ({"access_token": "pat-1"}, {"oauth": OAUTH})
    ]
    assert not [secret for secret in ("pat-1", "s3cret", "r3fresh") if secret in "".join(shown)]


def test_a_token_with_a_line_end_is_the_token() -> None:
    token = HubSpotSettings.model_validate({"access_token": " pat-1\n"}).access_token
    assert token is not None
    assert token.get_secret_value() == "pat-1"


@pytest.mark.parametrize("token", ["pat 1", "pat\r\nX-Other: 1", "żeton", " "])
def test_a_token_that_no_header_can_carry_is_refused(token: str) -> None:
    with pytest.raises(ValidationError, match="one word"):
        HubSpotSettings.model_validate({"access_token": token})


@pytest.mark.parametrize("url", ["http://127.0.0.1:8765", "http://localhost:1/", "http://[::1]:1"])
def test_plain_http_is_for_this_machine(url: str) -> None:
    settings = HubSpotSettings.model_validate({"access_token": "pat-1", "base_url": url})
    assert settings.base_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    ["http://api.hubapi.com", "http://localhost.example.com", "ftp://127.0.0.1", "api.hubapi.com"],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValidationError, match=r"https|address"):
        HubSpotSettings.model_validate({"access_token": "pat-1", "base_url": url})
