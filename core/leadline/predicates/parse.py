"""Text → admitted tree: SQLGlot parses, and each node is rebuilt only if it is known and exact."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NoReturn, TypeVar

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from leadline.predicates import tree
from leadline.predicates.admit import check_pattern, comparable, literal_as
from leadline.predicates.bounds import PredicateError, check_depth, check_tokens, check_whole
from leadline.vocabulary import FieldType

NOTHING: Mapping[str, Any] = MappingProxyType({})
_T = TypeVar("_T")
_COMPARE: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_MATH: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
}
_TEXT: dict[type[exp.Expr], str] = {
    exp.Lower: "LOWER",
    exp.Upper: "UPPER",
    exp.Trim: "TRIM",
    exp.Length: "LENGTH",
}
_NUMERIC = (FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY)
# Arguments that SQLGlot sets by itself and that change nothing in what is admitted.
_NOISE = {"typed", "safe", "binary"}

PROPERTY = re.compile(r"[A-Za-z0-9_ .:-]{1,100}")
ADMITTED = (
    "comparisons, AND/OR/NOT, IN (…), BETWEEN, LIKE/ILIKE, IS [NOT] NULL/TRUE/FALSE, "
    "REGEXP_MATCHES, CONTAINS, COALESCE, LOWER, UPPER, TRIM, LENGTH, + - * /, IN_LIST, IN_SEGMENT, "
    "DAYS_SINCE, DAYS_UNTIL, AGE_YEARS and properties['…']"
)


def parse(
    text: str,
    facts: Mapping[str, FieldType],
    *,
    elsewhere: str = "",
    lists: Mapping[str, Sequence[str]] = NOTHING,
    segments: Mapping[str, tree.Expr] = NOTHING,
) -> tree.Expr:
    """The typed tree of a boolean predicate over `facts`; raises PredicateError.

    elsewhere: a hint for names that exist in another place, appended to "unknown field".
    lists, segments: what `in_list` and `in_segment` may name. `properties['…']` can be asked for
    where `properties` is a fact.
    """
    check_tokens(text)
    try:
        # As a condition, not as a statement: a field may be called "comment" or "show".
        parsed = sqlglot.parse_one(text, into=exp.Condition, dialect="duckdb")
    except SqlglotError as error:
        details = getattr(error, "errors", None) or [{}]
        start = _offset(text, details[0].get("line"), details[0].get("col"))
        if start is not None:  # SQLGlot tells where the word at fault ends
            start = max(start - max(len(details[0].get("highlight") or "") - 1, 0), 0)
        what = details[0].get("description") or ""
        if not what or "<class" in what:  # SQLGlot's own words for "something is missing here"
            what = "something is missing or too much"
        raise PredicateError(f"not a SQL condition: {what}", text, start) from None
    except RecursionError:
        raise PredicateError("nested too deeply", text) from None
    check_depth(text, parsed)
    expr = _Builder(text, facts, elsewhere, lists, segments).build(parsed)
    if expr.type is not FieldType.BOOLEAN:
        raise PredicateError(f"a condition must be true or false, this is {expr.type}", text)
    check_whole(text, expr)
    return expr


def _offset(text: str, line: int | None, col: int | None) -> int | None:
    if line is None or col is None:
        return None
    lines = text.split("\n")
    return min(sum(len(row) + 1 for row in lines[: line - 1]) + max(col - 1, 0), len(text) - 1)


@dataclass(frozen=True, slots=True)
class _Builder:
    """Rebuilds SQLGlot's tree as ours; anything not named here is refused."""

    text: str
    facts: Mapping[str, FieldType]
    elsewhere: str
    lists: Mapping[str, Sequence[str]]
    segments: Mapping[str, tree.Expr]

    def build(self, node: exp.Expr) -> tree.Expr:
        kind = type(node)
        if kind is exp.Paren:
            return self._sub(node, "this")
        if kind in (exp.And, exp.Or):
            return self._logic(node)
        if kind in _COMPARE:
            return self._compare(_COMPARE[kind], node)
        if kind in _MATH:
            return self._math(node)
        if kind in _TEXT:
            return self._text(node)
        method = getattr(self, f"_{kind.__name__.lower()}", None)
        if method is None:
            self._refuse(node)
        return method(node)  # type: ignore[no-any-return]  # found by name, each returns Expr

    # -- leaves

    def _column(self, node: exp.Column) -> tree.Expr:
        self._exact(node, "this", "table")
        name = ".".join(part.name for part in node.parts)
        start = self._start(node)
        if name == "properties" and name in self.facts:
            self._fail("ask for one property: properties['name']", start)
        if name not in self.facts:
            near = difflib.get_close_matches(name, self.facts, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            self._fail(f"unknown field '{name}'{hint or self.elsewhere}", start)
        return tree.Field(name, self.facts[name])

    def _literal(self, node: exp.Literal) -> tree.Literal:
        if node.is_string:
            if not node.this:
                self._fail("'' is a missing value here: write IS NULL", None)
            return tree.Literal(node.this, FieldType.TEXT)
        if not node.this.replace(".", "", 1).isdigit() or len(node.this) > 18:
            self._fail(f"write the number {node.this} plainly, in at most 18 digits", None)
        return tree.Literal(Decimal(node.this), FieldType.NUMBER)

    def _boolean(self, node: exp.Boolean) -> tree.Literal:
        return tree.Literal(bool(node.this), FieldType.BOOLEAN)

    def _neg(self, node: exp.Neg) -> tree.Expr:
        operand = self._sub(node, "this")
        if isinstance(operand, tree.Literal) and isinstance(operand.value, Decimal):
            return tree.Literal(-operand.value, FieldType.NUMBER)
        self._numeric(operand, "-")
        return tree.Arithmetic("-", tree.Literal(Decimal(0), FieldType.NUMBER), operand)

    # -- logic

    def _logic(self, node: exp.Expr) -> tree.Expr:
        operands: list[tree.Expr] = []
        pending: list[exp.Expr] = [node]
        while pending:  # a chain of a thousand ORs is deep in SQLGlot's tree, not in ours
            current = pending.pop()
            if type(current) is type(node):
                self._exact(current, "this", "expression")
                pending += [current.args["expression"], current.args["this"]]
            else:
                operands.append(self._truth(self.build(current)))
        return tree.Logic("AND" if type(node) is exp.And else "OR", tuple(operands))

    def _not(self, node: exp.Not) -> tree.Expr:
        return tree.Not(self._truth(self._sub(node, "this")))

    def _is(self, node: exp.Is) -> tree.Expr:
        self._exact(node, "this", "expression")
        operand, value = self.build(node.this), node.expression
        if type(value) is exp.Null:
            return tree.Is(operand, None)
        if type(value) is exp.Boolean:
            return tree.Is(self._truth(operand), bool(value.this))
        return self._refuse(value)

    # -- comparisons

    def _compare(self, op: str, node: exp.Expr) -> tree.Expr:
        self._exact(node, "this", "expression")
        if exp.Null in (type(node.this), type(node.expression)):
            self._fail("comparing with NULL is never true: write IS NULL", None)
        left, right = self._pair(self.build(node.this), self.build(node.expression))
        if left.type is FieldType.BOOLEAN and op not in ("=", "<>"):
            self._fail("true and false have no order: use =, <> or IS", None)
        return tree.Compare(op, left, right)  # type: ignore[arg-type]  # op is one of _COMPARE

    def _between(self, node: exp.Between) -> tree.Expr:
        self._exact(node, "this", "low", "high")
        operand = self.build(node.this)
        low_left, low = self._pair(operand, self.build(node.args["low"]))
        high_left, high = self._pair(operand, self.build(node.args["high"]))
        return tree.Logic(
            "AND", (tree.Compare(">=", low_left, low), tree.Compare("<=", high_left, high))
        )

    def _in(self, node: exp.In) -> tree.Expr:
        self._exact(node, "this", "expressions")
        operand = self.build(node.this)
        if not node.expressions:
            self._fail("IN needs at least one value", None)
        items = []
        for item in node.expressions:
            _, value = self._pair(operand, self.build(item))
            if not isinstance(value, tree.Literal):
                self._fail("IN takes constants only", None)
            items.append(value)
        return tree.InList(operand, tuple(items))

    def _like(self, node: exp.Expr, *, fold: bool = False) -> tree.Expr:
        self._exact(node, "this", "expression", "negate")
        like = tree.Like(self._texts(node, "LIKE"), self._constant(node, "LIKE"), fold)
        return tree.Not(like) if node.args.get("negate") else like

    def _ilike(self, node: exp.Expr) -> tree.Expr:
        return self._like(node, fold=True)

    def _regexplike(self, node: exp.Expr) -> tree.Expr:
        self._exact(node, "this", "expression")
        pattern = self._constant(node, "REGEXP_MATCHES")
        if complaint := check_pattern(pattern):
            self._fail(complaint, None)
        return tree.Matches(self._texts(node, "REGEXP_MATCHES"), pattern)

    def _contains(self, node: exp.Expr) -> tree.Expr:
        self._exact(node, "this", "expression")
        operand = self.build(node.this)
        if operand.type not in (FieldType.SET, FieldType.TEXT):
            self._fail(f"CONTAINS looks into a set or a text, not {operand.type}", None)
        return tree.Contains(operand, self._constant(node, "CONTAINS"))

    # -- values

    def _math(self, node: exp.Expr) -> tree.Expr:
        self._exact(node, "this", "expression")
        op = _MATH[type(node)]
        left, right = self.build(node.this), self.build(node.expression)
        self._numeric(left, op)
        self._numeric(right, op)
        return tree.Arithmetic(op, left, right)  # type: ignore[arg-type]  # op is one of _MATH

    def _text(self, node: exp.Expr) -> tree.Expr:
        self._exact(node, "this")
        name = _TEXT[type(node)]
        kind = FieldType.INTEGER if name == "LENGTH" else FieldType.TEXT
        operand = self._texts(node, name)
        return tree.Text(name, operand, kind)  # type: ignore[arg-type]  # name is one of _TEXT

    def _coalesce(self, node: exp.Coalesce) -> tree.Expr:
        self._exact(node, "this", "expressions")
        operands = [self.build(item) for item in (node.this, *node.expressions)]
        # What is not a constant says how the constants are read, wherever it stands.
        model = next((each for each in operands if not isinstance(each, tree.Literal)), operands[0])
        same = tuple(each if each is model else self._pair(model, each)[1] for each in operands)
        kinds = {each.type for each in same}
        return tree.Coalesce(same, kinds.pop() if len(kinds) == 1 else FieldType.NUMBER)

    # -- leadline's own functions

    def _anonymous(self, node: exp.Anonymous) -> tree.Expr:
        name, arguments = str(node.this).lower(), node.expressions
        if name == "in_list":
            return self._in_list(node, arguments)
        if name == "in_segment":
            (segment,) = self._names(name, arguments, 1)
            return self._named("segment", segment, self.segments)
        if name in ("days_since", "days_until", "age_years"):
            return self._counted(name, arguments)
        return self._refuse(node)

    def _in_list(self, node: exp.Anonymous, arguments: list[exp.Expr]) -> tree.Expr:
        if len(arguments) != 2:
            self._fail("write in_list(field, 'name of the list')", self._start(node))
        operand = self.build(arguments[0])
        if operand.type is not FieldType.TEXT:
            self._fail(f"in_list looks into a text, this is {operand.type}", self._start(node))
        (name,) = self._names("in_list", arguments[1:], 1)
        return tree.InWords(operand, tuple(self._named("list", name, self.lists)))

    def _counted(self, name: str, arguments: list[exp.Expr]) -> tree.Expr:
        if len(arguments) != 1:
            self._fail(f"write {name}(field)", None)
        operand = self.build(arguments[0])
        if operand.type not in (FieldType.DATE, FieldType.INSTANT):
            self._fail(f"{name} counts from a date or an instant, this is {operand.type}", None)
        if name == "age_years":
            return tree.Years(operand)
        return tree.Days(operand, until=name == "days_until")

    def _bracket(self, node: exp.Bracket) -> tree.Expr:
        self._exact(node, "this", "expressions", "offset")
        of = node.this.name if type(node.this) is exp.Column else ""
        if of != "properties" or "properties" not in self.facts:
            self._refuse(node)
        (key,) = self._names("properties", node.expressions, 1)
        if not PROPERTY.fullmatch(key):
            self._fail(f"'{key}' cannot be the name of a property", self._start(node))
        return tree.Property(key)

    def _names(self, what: str, arguments: list[exp.Expr], count: int) -> list[str]:
        texts = [item.this for item in arguments if type(item) is exp.Literal and item.is_string]
        if len(texts) != count or len(arguments) != count:
            self._fail(f"{what} takes the name in quotes", None)
        return texts

    def _named(self, what: str, name: str, there: Mapping[str, _T]) -> _T:
        if name not in there:
            near = difflib.get_close_matches(name, there, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            place = self.text.find(f"'{name}'")  # a quote inside is written twice: not found then
            self._fail(f"there is no {what} '{name}'{hint}", place if place >= 0 else None)
        return there[name]

    # -- checks

    def _sub(self, node: exp.Expr, arg: str) -> tree.Expr:
        if type(node) in (exp.Paren, exp.Not, exp.Neg):
            self._exact(node, arg)
        return self.build(node.args[arg])

    def _pair(self, left: tree.Expr, right: tree.Expr) -> tuple[tree.Expr, tree.Expr]:
        """Both sides made comparable: a text constant beside a date is read as a date."""
        try:
            if isinstance(right, tree.Literal):
                right = literal_as(right, left.type)
            elif isinstance(left, tree.Literal):
                left = literal_as(left, right.type)
        except ValueError as error:
            self._fail(str(error), None)
        if not comparable(left.type, right.type):
            self._fail(f"cannot compare {left.type} with {right.type}", None)
        return left, right

    def _truth(self, expr: tree.Expr) -> tree.Expr:
        if expr.type is not FieldType.BOOLEAN:
            self._fail(f"AND, OR and NOT join conditions, this is {expr.type}", None)
        return expr

    def _numeric(self, expr: tree.Expr, op: str) -> None:
        if expr.type not in _NUMERIC:
            self._fail(f"'{op}' needs numbers, this is {expr.type}", None)

    def _texts(self, node: exp.Expr, what: str) -> tree.Expr:
        operand = self.build(node.this)
        if operand.type is not FieldType.TEXT:
            self._fail(f"{what} needs a text, this is {operand.type}", None)
        return operand

    def _constant(self, node: exp.Expr, what: str) -> str:
        value = node.args["expression"]
        if type(value) is not exp.Literal or not value.is_string or not value.this:
            self._fail(f"{what} takes a constant text", None)
        return str(value.this)

    def _exact(self, node: exp.Expr, *known: str) -> None:
        extra = [
            name
            for name, value in node.args.items()
            if name not in known and name not in _NOISE and value not in (None, False, [])
        ]
        if extra:
            self._refuse(node)

    def _start(self, node: exp.Expr) -> int | None:
        starts = [part.meta.get("start") for part in node.find_all(exp.Identifier)]
        known = [start for start in starts if start is not None]
        return min(known) if known else None

    def _refuse(self, node: exp.Expr) -> NoReturn:
        name = node.name if isinstance(node, exp.Anonymous) else node.key.replace("_", " ")
        hint = ": ages are counted from the day of scoring" if name.lower() == "now" else ""
        self._fail(
            f"'{name.upper()}' is not allowed in a condition{hint}; allowed are {ADMITTED}",
            self._start(node),
        )

    def _fail(self, message: str, start: int | None) -> NoReturn:
        raise PredicateError(message, self.text, start)
