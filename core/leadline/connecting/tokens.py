"""What keeps a token whole on its way, and out of the clear."""

from __future__ import annotations

from ipaddress import ip_address

from pydantic import SecretStr


def is_loopback(host: str) -> bool:
    """True for a name or address of this machine: what goes there crosses no network."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def one_word(token: SecretStr, what: str) -> SecretStr:
    """A token without what a copy brings along; ValueError for one that no header can hold.

    what: it in words, such as "a session id".
    """
    text = token.get_secret_value().strip()
    if not text or not all("!" <= letter <= "~" for letter in text):
        raise ValueError(f"{what} is one word without blanks or accents")
    return SecretStr(text)
