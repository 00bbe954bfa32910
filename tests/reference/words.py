"""What in_list says of a text, sign by sign and without a regular expression."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from tests.reference.texts import lower

_OWN = {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "\u0131": "i", "ŧ": "t", "ß": "s"}
_BLANKS = "\t\n\f\r "


def in_list(text: str, entries: Sequence[str]) -> bool:
    """One of the entries stands in the text as whole words, without case or accents."""
    plain = _plain(text)
    return any(_stands(_plain(entry.strip()), plain) for entry in entries)


def _stands(entry: str, text: str) -> bool:
    starred, stem = entry.endswith("*"), entry.removesuffix("*")
    words = stem.split()
    ends = _ends_word if all(_inside(sign) or sign.isspace() for sign in stem) else _ends_sign
    for place in range(len(text) + 1):
        if place and not ends(text[place - 1]):
            continue
        end = _after(words, text, place, ends)
        while starred and end is not None and end < len(text) and _inside(text[end]):
            end += 1
        if end is not None and (end == len(text) or ends(text[end])):
            return True
    return False


def _after(words: Sequence[str], text: str, place: int, ends: object) -> int | None:
    """Where the words end that begin at a place, parted by anything that parts such words."""
    for number, word in enumerate(words):
        start = place
        while number and place < len(text) and _parts(text[place], ends):
            place += 1
        if (number and place == start) or not text.startswith(word, place):
            return None
        place += len(word)
    return place


def _parts(sign: str, ends: object) -> bool:
    return sign in _BLANKS if ends is _ends_sign else sign.isascii() and not sign.isalnum()


def _ends_word(sign: str) -> bool:
    return not _inside(sign)


def _ends_sign(sign: str) -> bool:
    return sign in _BLANKS + ",;|/()"


def _inside(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LN"


def _plain(text: str) -> str:
    """Small letters without accents; dashes, quotes and blanks of every kind are one blank."""
    return "".join(map(_plain_sign, lower(text)))


def _plain_sign(sign: str) -> str:
    code, category = ord(sign), unicodedata.category(sign)
    if 0x300 <= code < 0x370 or sign in "\u00ad\u200b\u200c\u200d\ufeff":
        return ""
    if category[0] in "ZP" and (
        0xA0 <= code < 0xC0 or 0x2000 <= code < 0x2070 or 0x3000 <= code < 0x3004
    ):
        return " "
    if 0xC0 <= code < 0x250 or 0x1E00 <= code < 0x1F00:
        first = _OWN.get(sign) or unicodedata.normalize("NFKD", sign)[0]
        return first if first.isascii() and first.isalpha() else sign
    return sign
