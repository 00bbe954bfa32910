"""Record ids: a prefix for the kind, a number, and three characters that make case not matter."""

from __future__ import annotations

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_POD = "5e00000"  # the org's part of every id
_PLACES = 5


def made_id(prefix: str, number: int) -> str:
    """The 18 characters of the id of a kind's nth record; ids grow as numbers do."""
    digits = ""
    for _ in range(_PLACES):
        number, digit = divmod(number, 62)
        digits = _DIGITS[digit] + digits
    return full(f"{prefix}{_POD}{digits}")


def full(text: str) -> str:
    """An id of 15 or 18 characters with the suffix that its letters' case asks for."""
    short = text[:15]
    return short + "".join(_letter(short[start : start + 5]) for start in (0, 5, 10))


def is_id(text: object) -> bool:
    """Whether this could be an id at all: 15 characters, or 18 with the right suffix."""
    if not isinstance(text, str) or not (text.isascii() and text.isalnum()):
        return False
    return len(text) == 15 or (len(text) == 18 and full(text).upper() == text.upper())


def _letter(five: str) -> str:
    return _SUFFIX[sum(1 << place for place, letter in enumerate(five) if "A" <= letter <= "Z")]
