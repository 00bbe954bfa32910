"""One admitted regular expression in the words of each engine that reads regular expressions.

DuckDB and BigQuery read RE2, which the pattern is written in. There `.` is anything but a line
feed, `$` the very end of the text, and a backslash and d, w or s stand for ASCII alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_PIECE = re.compile(r"\\p\{[A-Z][a-z]?\}|\\.|\(\?:|.", re.DOTALL)
_REPEATS = frozenset("*+?}")
_WORD, _DIGIT, _BLANK = "A-Za-z0-9_", "0-9", r"\t\n\f\r "

# Java: \s has a vertical tab, $ stands before a last line end, and . stops at five line ends.
_JAVA: Mapping[str, str] = {r"\s": f"[{_BLANK}]", ".": r"[^\n]", "$": r"\z"}
_JAVA_CLASS: Mapping[str, str] = {r"\s": _BLANK}

# PostgreSQL: the classes follow the database's language, and . takes a line feed.
_POSTGRES: Mapping[str, str] = {
    r"\d": f"[{_DIGIT}]",
    r"\D": f"[^{_DIGIT}]",
    r"\w": f"[{_WORD}]",
    r"\W": f"[^{_WORD}]",
    r"\s": f"[{_BLANK}]",
    ".": r"[^\n]",
}
_POSTGRES_CLASS: Mapping[str, str] = {r"\d": _DIGIT, r"\w": _WORD, r"\s": _BLANK}

# Snowflake: POSIX groups and repeats only; which text is found does not hang on either.
_SNOWFLAKE: Mapping[str, str] = {"(?:": "(", r"\s": f"[{_BLANK}]"}


def for_java(pattern: str) -> str:
    """The pattern as Spark finds it."""
    return _rewritten(pattern, _JAVA, _JAVA_CLASS)


def for_postgres(pattern: str) -> str:
    """The pattern as PostgreSQL's `~` finds it."""
    return _rewritten(pattern, _POSTGRES, _POSTGRES_CLASS)


def for_snowflake(pattern: str) -> str:
    """The pattern as Snowflake's REGEXP_INSTR finds it."""
    return _rewritten(pattern, _SNOWFLAKE, _JAVA_CLASS, lazy=False)


def has_unicode_class(pattern: str) -> bool:
    r"""True where the pattern asks for letters or digits of every script, as \p{L} does."""
    return any(piece[0].startswith(r"\p") for piece in _PIECE.finditer(pattern))


def _rewritten(
    pattern: str, outside: Mapping[str, str], inside: Mapping[str, str], *, lazy: bool = True
) -> str:
    signs: list[str] = []
    in_class, before = False, ""
    for sign in _PIECE.findall(pattern):
        if in_class:
            in_class = sign != "]"
            signs.append(inside.get(sign, sign))
        elif lazy or sign != "?" or before not in _REPEATS:
            in_class = sign == "["
            signs.append(outside.get(sign, sign))
        before = "" if in_class else sign
    return "".join(signs)
