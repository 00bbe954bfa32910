"""A condition in words, for people who read no SQL; nothing that it says is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from leadline.model import Model, Rule
from leadline.model.meaning import Meaning
from leadline.predicates import Expr
from leadline.predicates.tree import (
    Arithmetic,
    Coalesce,
    Compare,
    Contains,
    Days,
    Field,
    InList,
    InWords,
    Is,
    Like,
    Literal,
    Logic,
    Matches,
    Not,
    Property,
    Text,
    Years,
)
from leadline.vocabulary import FieldType
from leadline_serve.api.words import rule_in_words
from leadline_serve.pages.rendering import named

_SHOWN = 8  # entries of a list
_COMPARED = {
    "=": "is",
    "<>": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
}
_WILD = re.compile(r"[%_]")


def sentences(model: Model, facts: Mapping[str, FieldType]) -> dict[str, str]:
    """Each rule of a model as a sentence, by the rule's name; facts: those about a person."""
    meaning = Meaning(model, facts)
    return {rule.name: rule_in_words(_worded(rule, meaning)) for rule in model.rules}


def exclusions(model: Model, facts: Mapping[str, FieldType]) -> dict[str, str]:
    """The condition of each exclusion, by its name."""
    read = Meaning(model, facts).exclusions
    return {each.name: in_words(expr) for each, expr in zip(model.exclusions, read, strict=True)}


def in_words(expr: Expr) -> str:
    """What has to hold."""
    match expr:
        case Logic():
            return _logic(expr)
        case Not():
            return _not(expr.operand)
        case Compare(op=op, left=left, right=right):
            return f"{in_words(left)} {_COMPARED[op]} {in_words(right)}"
        case Is(operand=operand, value=None):
            return f"{in_words(operand)} is unknown"
        case Is(operand=operand, value=value):
            return f"{in_words(operand)} is {'yes' if value else 'no'}"
        case InList(operand=operand, items=items):
            return f"{in_words(operand)} is {_listed([in_words(each) for each in items])}"
        case Like():
            return f"{in_words(expr.operand)} {_like(expr)}"
        case Matches(operand=operand, pattern=pattern):
            return f"{in_words(operand)} matches {_quoted(pattern)}"
        case Contains(operand=operand, part=part):
            return f"{in_words(operand)} contains {_quoted(part)}"
        case InWords(operand=operand, entries=entries):
            return f"{in_words(operand)} has the words {_listed([*map(_quoted, entries)])}"
        case _:
            return _value(expr)


def _worded(rule: Rule, meaning: Meaning) -> Rule:
    """The rule with its condition in words instead of SQL."""
    if rule.when is None:
        return rule
    read = meaning.about_person if rule.activity is None else meaning.about_activity
    return rule.model_copy(update={"when": in_words(read(rule.when))})


def _value(expr: Expr) -> str:
    match expr:
        case Field(name=name):
            return named(name)
        case Literal(value=value):
            return _literal(value)
        case Days(operand=operand, until=until):
            return f"days {'until' if until else 'since'} {in_words(operand)}"
        case Years(operand=operand):
            return f"full years since {in_words(operand)}"
        case Property(key=key):
            return f"property {_quoted(key)}"
        case Arithmetic(op=op, left=left, right=right):
            return f"({in_words(left)} {op} {in_words(right)})"
        case Text(function=function, operand=operand):
            return f"{_FUNCTIONS[function]} {in_words(operand)}"
        case Coalesce(operands=operands):
            return f"({', or else '.join(map(in_words, operands))})"
        case _:
            raise TypeError(f"{type(expr).__name__} is no part of a condition")


_FUNCTIONS = {
    "LOWER": "small",
    "UPPER": "capital",
    "TRIM": "trimmed",
    "LENGTH": "length of",
}


def _logic(expr: Logic) -> str:
    span = _span(expr)
    if span is not None:
        return span
    word = f" {expr.op.lower()} "
    parts = [
        f"({in_words(each)})" if isinstance(each, Logic) and _span(each) is None else in_words(each)
        for each in expr.operands
    ]
    return word.join(parts)


def _span(expr: Logic) -> str | None:
    """ "x is between 1 and 5", where that is all it says."""
    match expr:
        case Logic(
            op="AND",
            operands=(
                Compare(op=">=", left=one, right=low),
                Compare(op="<=", left=other, right=high),
            ),
        ) if one == other:
            return f"{in_words(one)} is between {in_words(low)} and {in_words(high)}"
    return None


def _not(operand: Expr) -> str:
    match operand:
        case Is(operand=inside, value=None):
            return f"{in_words(inside)} is known"
        case Field() | Property():
            return f"not {in_words(operand)}"
        case _:
            return f"not ({in_words(operand)})"


def _like(expr: Like) -> str:
    """Of a pattern with wildcards at its ends alone what they mean; of another the pattern."""
    inner = expr.pattern.strip("%")
    starts, ends = expr.pattern.startswith("%"), expr.pattern.endswith("%")
    if not inner or _WILD.search(inner):
        return f"looks like {_quoted(expr.pattern)}"
    said = {
        (True, True): "contains",
        (False, True): "begins with",
        (True, False): "ends with",
        (False, False): "is",
    }
    return f"{said[starts, ends]} {_quoted(inner)}"


def _literal(value: str | Decimal | bool | date | datetime | None) -> str:
    match value:
        case None:
            return "unknown"
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value.normalize():,f}"
        case str():
            return _quoted(value)
        case _:
            return value.isoformat()


def _quoted(text: str) -> str:
    return f"“{text}”"


def _listed(entries: list[str]) -> str:
    """ "one of a, b or c"; of a long list the first and how many more."""
    if len(entries) == 1:
        return entries[0]
    if len(entries) > _SHOWN:
        return f"one of {', '.join(entries[:_SHOWN])} or {len(entries) - _SHOWN:,} more"
    return f"one of {', '.join(entries[:-1])} or {entries[-1]}"
