"""Tokens that can travel, and where they may travel in the clear."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from leadline.connecting.tokens import is_loopback, one_word


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_is_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "10.0.0.1", "localhost.example.com", "example.com"])
def test_another_machine_is_not_this_one(host: str) -> None:
    assert not is_loopback(host)


def test_what_a_copy_brings_along_is_taken_off() -> None:
    assert one_word(SecretStr(" pat-1\n"), "a token").get_secret_value() == "pat-1"


@pytest.mark.parametrize("text", ["", "  ", "two words", "żółw", "a\x00b"])
def test_what_no_header_can_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^a token is one word without blanks or accents$"):
        one_word(SecretStr(text), "a token")
