"""Whole words without case or accents: how `in_list` compares, said for people and for engines.

An entry of letters and digits stands between anything that is neither: "founder" is in
"Co-Founder". One with other signs (a domain, say) stands between blanks and commas: "acme.com" is
not in "not-acme.com". A `*` at the end takes the rest of the word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product

from sqlglot import exp

MAX_ENTRIES = 5_000
MAX_ENTRY = 200
# RE2 takes so many alternatives, and signs in all of them, well; more are asked one after another.
_TOGETHER, _SIGNS = 250, 8_000
_INSIDE = r"\p{L}\p{N}"
_EDGES = {True: rf"[^{_INSIDE}]", False: r"[\s,;|/()]"}
# Between the words of one entry: in folded text every usual sign that parts words is ASCII.
_GAPS = {True: r"[^0-9A-Za-z\x{80}-\x{10FFFF}]+", False: r"\s+"}
_SPECIAL = {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "\u0131": "i", "ŧ": "t", "ß": "s"}
_BLOCKS = ((0x00C0, 0x0250), (0x1E00, 0x1F00))
_SIGN_BLOCKS = ((0x00A0, 0x00C0), (0x2000, 0x2070), (0x3000, 0x3004))
# Accents that stand behind their letter, and what is not seen at all: they go.
_GONE = "".join(map(chr, (*range(0x0300, 0x0370), 0x00AD, 0x200B, 0x200C, 0x200D, 0xFEFF)))
_CHANGED = (
    r"[\x{A0}-\x{24F}\x{300}-\x{36F}\x{1E00}-\x{1EFF}\x{2000}-\x{206F}\x{3000}-\x{3003}\x{FEFF}]"
)


@cache
def plain_letters() -> dict[str, str]:
    """Small accented Latin letters → the letter without the accent."""
    table = {}
    for first, end in _BLOCKS:
        for letter in map(chr, range(first, end)):
            base = _SPECIAL.get(letter) or unicodedata.normalize("NFKD", letter)[0]
            if letter == letter.lower() and base.isascii() and base.isalpha():
                table[letter] = base
    return table


@cache
def _table() -> dict[str, str]:
    """Every small letter or sign that is compared as another one."""
    signs = (chr(code) for block in _SIGN_BLOCKS for code in range(*block))
    blanks = {sign: " " for sign in signs if unicodedata.category(sign)[0] in "ZP"}
    return {**plain_letters(), **blanks}


def fold(text: str) -> str:
    """The text as it is compared: small letters without accents."""
    # Letter by letter, as engines do it: Python's own rule looks at a letter's neighbours.
    small = "".join(letter.lower()[0] for letter in text)
    table = {ord(sign): other for sign, other in _table().items()}
    return small.translate({**table, **dict.fromkeys(map(ord, _GONE), "")})


def folded(text: exp.Expr) -> exp.Expr:
    """The same of a column, in SQL."""
    table, small = _table(), exp.Lower(this=text)
    plain = exp.func(
        "TRANSLATE",
        small.copy(),
        exp.Literal.string("".join(table) + _GONE),
        exp.Literal.string("".join(table.values())),
    )
    # Engines make the table anew for each row: most texts have nothing that it changes.
    changed = exp.RegexpLike(this=small.copy(), expression=exp.Literal.string(_CHANGED))
    return exp.Case().when(changed, plain).else_(small)


def patterns(entries: Sequence[str]) -> Iterator[str]:
    """Regular expressions over folded text, of which one matches where an entry stands."""
    known = {fold(entry).strip() for entry in entries}
    for only_words, starred in product((True, False), (False, True)):
        chosen = sorted(
            entry.removesuffix("*").strip()
            for entry in known
            if _is_words(entry) is only_words and entry.endswith("*") is starred
        )
        # Once for all, since a class of every script's letters is large.
        rest = rf"[{_INSIDE}]*" if starred else ""
        for some in _portions(chosen):
            either = "|".join(_pattern(entry, only_words) for entry in some)
            edge = _EDGES[only_words]
            yield f"(?:^|{edge})(?:{either}){rest}(?:$|{edge})"


def _portions(entries: Sequence[str]) -> Iterator[list[str]]:
    """The entries in portions that an engine can compile."""
    portion: list[str] = []
    for entry in entries:
        portion.append(entry)
        if len(portion) == _TOGETHER or sum(map(len, portion)) > _SIGNS:
            yield portion
            portion = []
    if portion:
        yield portion


def _is_words(entry: str) -> bool:
    return all(sign.isalnum() or sign.isspace() for sign in entry.removesuffix("*"))


def _pattern(entry: str, only_words: bool) -> str:
    return _GAPS[only_words].join(re.escape(word) for word in entry.split())
