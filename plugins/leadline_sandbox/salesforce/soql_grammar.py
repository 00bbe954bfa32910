"""SOQL as text, read into a query. What the grammar does not have is a MALFORMED_QUERY.

AND and OR stand side by side only with parentheses, an instant has a Z or an offset with a colon,
and a number has no exponent: Salesforce refuses the rest too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput

from leadline_sandbox.salesforce.problems import Problem, bad

_LONGEST = 100_000
_GRAMMAR = r"""
    start: query
    query: _SELECT items _FROM PATH [where] [group] [order] [limit] [offset]
    items: item ("," item)*
    item: PATH -> column
        | FUNCTION "(" [PATH] ")" [PATH] -> aggregate
    where: _WHERE _condition
    _condition: _term | every | some | negation
    every: _term (_AND _term)+
    some: _term (_OR _term)+
    negation: _NOT _term
    _term: "(" _condition ")" | test
    ?test: PATH OPERATOR value -> compare
        | PATH _LIKE STRING -> like
        | PATH _IN list -> within
        | PATH _NOT _IN list -> without
    list: "(" value ("," value)* ")" -> values
        | "(" query ")" -> subselect
    ?value: STRING | INSTANT | DAY | NUMBER | TRUTH | NULL | SPAN
    group: _GROUP _BY PATH ("," PATH)*
    order: _ORDER _BY ordering ("," ordering)*
    ordering: PATH [DIRECTION] [NULLS]
    limit: _LIMIT INTEGER
    offset: _OFFSET INTEGER

    _SELECT.3: /SELECT\b/i
    _FROM.3: /FROM\b/i
    _WHERE.3: /WHERE\b/i
    _AND.3: /AND\b/i
    _OR.3: /OR\b/i
    _NOT.3: /NOT\b/i
    _LIKE.3: /LIKE\b/i
    _IN.3: /IN\b/i
    _GROUP.3: /GROUP(?=\s+BY\b)/i
    _ORDER.3: /ORDER(?=\s+BY\b)/i
    _BY.3: /BY\b/i
    _LIMIT.3: /LIMIT\b/i
    _OFFSET.3: /OFFSET\b/i
    DIRECTION.3: /(ASC|DESC)\b/i
    NULLS.3: /NULLS\s+(FIRST|LAST)\b/i
    FUNCTION.2: /(COUNT_DISTINCT|COUNT|MAX|MIN|SUM|AVG)(?=\s*\()/i
    OPERATOR: /!=|<>|<=|>=|=|<|>/
    STRING: /'(?:[^'\\]|\\[nNrRtTbBfF"'\\_%]|\\u[0-9a-fA-F]{4})*'/
    INSTANT.4: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/
    DAY.3: /\d{4}-\d\d-\d\d(?![\dT])/
    INTEGER.2: /\d+\b/
    NUMBER.1: /[+-]?\d+(\.\d+)?(?![\w-])/
    TRUTH.3: /(TRUE|FALSE)\b/i
    NULL.3: /NULL\b/i
    SPAN.2: /(TODAY|YESTERDAY|TOMORROW|(THIS|LAST|NEXT)_\w+|N_\w+)(:\d+)?/i
    PATH.1: /[A-Za-z]\w*(\s*\.\s*[A-Za-z]\w*)*/
    %ignore /\s+/
"""
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Literal:
    """A value of a filter. kind: the name of its terminal, such as STRING or INSTANT."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """A path to select, or a function of one. function: COUNT and so on in upper case."""

    path: str
    function: str = ""
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison. operator: as written, or LIKE, IN, NOT IN."""

    path: str
    operator: str
    values: tuple[Literal, ...] | Query


@dataclass(frozen=True, slots=True)
class Junction:
    """Several conditions. word: AND, OR or NOT, which has one."""

    word: str
    parts: tuple[Condition, ...]


Condition = Test | Junction


@dataclass(frozen=True, slots=True)
class Ordering:
    """One column of ORDER BY."""

    path: str
    falling: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was written."""

    kind: str
    columns: tuple[Column, ...]
    where: Condition | None
    group: tuple[str, ...]
    order: tuple[Ordering, ...]
    limit: int | None
    offset: int


def parsed(text: str) -> Query:
    """The query of a text."""
    if len(text) > _LONGEST:
        raise bad("MALFORMED_QUERY", "SOQL statements cannot be longer than 100000 characters.")
    try:
        found: Query = _Reader().transform(_parser().parse(text))
    except UnexpectedInput as error:
        raise _malformed(text, error) from None
    return found


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", maybe_placeholders=True)


def _malformed(text: str, error: UnexpectedInput) -> Problem:
    if not text.strip():
        return bad("MALFORMED_QUERY", "A query string has to be specified")
    place = error.pos_in_stream or 0
    near = text[max(0, place - 30) : place + 30]
    token = getattr(error, "token", None)
    what = (
        "<EOF>" if token is None and place >= len(text) else str(token or text[place : place + 1])
    )
    return bad(
        "MALFORMED_QUERY",
        f"\n{near}\n{'^':>{min(place, 30) + 1}}\nERROR at Row:{error.line}:Column:{error.column}\n"
        f"unexpected token: '{what}'",
    )


def _plain(path: str) -> str:
    return "".join(str(path).split())


class _Reader(Transformer[Token, Query]):
    """Makes the query of the parser's tree."""

    def query(self, found: list[Any]) -> Query:
        items, kind, where, group, order, limit, offset = found
        return Query(str(kind), items, where, group or (), order or (), limit, offset or 0)

    def items(self, found: list[Any]) -> Any:
        return tuple(found)

    order = values = items

    def where(self, found: list[Any]) -> Any:
        return found[0]

    start = subselect = where

    def column(self, found: list[Any]) -> Column:
        return Column(_plain(found[0]))

    def aggregate(self, found: list[Any]) -> Column:
        function, path, alias = found
        return Column(_plain(path or ""), str(function).upper(), str(alias or ""))

    def every(self, found: list[Any]) -> Junction:
        return Junction("AND", tuple(found))

    def some(self, found: list[Any]) -> Junction:
        return Junction("OR", tuple(found))

    def negation(self, found: list[Any]) -> Junction:
        return Junction("NOT", tuple(found))

    def compare(self, found: list[Any]) -> Test:
        path, operator, value = found
        return Test(_plain(path), str(operator).replace("<>", "!="), (value,))

    def like(self, found: list[Any]) -> Test:
        return Test(_plain(found[0]), "LIKE", (found[1],))

    def within(self, found: list[Any]) -> Test:
        return Test(_plain(found[0]), "IN", found[1])

    def without(self, found: list[Any]) -> Test:
        return Test(_plain(found[0]), "NOT IN", found[1])

    def group(self, found: list[Any]) -> Any:
        return tuple(_plain(each) for each in found)

    def ordering(self, found: list[Any]) -> Ordering:
        path, direction, nulls = found
        falling = str(direction or "").upper() == "DESC"
        return Ordering(_plain(path), falling, str(nulls or "").upper().endswith("LAST"))

    def limit(self, found: list[Any]) -> int:
        return int(found[0])

    offset = limit

    def STRING(self, token: Token) -> Literal:
        return Literal("STRING", _unescaped(token[1:-1]))


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    parts, rest = [], iter(text)
    for letter in rest:
        if letter != "\\":
            parts.append(letter)
            continue
        code = next(rest)
        if code == "u":
            parts.append(chr(int("".join(next(rest) for _ in range(4)), 16)))
        else:
            # `\%` and `\_` stay escaped: LIKE has to tell them from its wildcards.
            parts.append("\\" + code if code in "%_" else _ESCAPES.get(code.lower(), code))
    return "".join(parts)


def _literal(kind: str) -> Any:
    return lambda self, token: Literal(kind, str(token))


for _kind in ("INSTANT", "DAY", "NUMBER", "TRUTH", "NULL", "SPAN"):
    setattr(_Reader, _kind, _literal(_kind))
