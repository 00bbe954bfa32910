"""What each dialect can say: a table of constructs, and how a dialect says one its own way.

SQLGlot turns one tree into many dialects, but a function of the same name may mean something else
there. Each cell of the table rewrites such a node before SQLGlot prints it. A dialect without a
cell cannot say the construct, a function without a row has been tried nowhere: both are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlglot import exp

from leadline.errors import UsageError
from leadline.scoring import letters, patterns
from leadline.scoring.dialect import Dialect

Rewrite = Callable[[exp.Expr], exp.Expr]


@dataclass(frozen=True, slots=True)
class Construct:
    """One row of the table; `called` is what the model file calls it, if it has a name there."""

    called: str
    cells: Mapping[Dialect, Rewrite]
    needs: str = ""
    where: Callable[[exp.Expr], bool] = lambda node: True


def _same(node: exp.Expr) -> exp.Expr:
    return node


def _everywhere(called: str, **own: Rewrite) -> Construct:
    """Said by all; `own` are the dialects that say it their own way."""
    return Construct(called, {dialect: own.get(dialect.value, _same) for dialect in Dialect})


def _escaped(node: exp.Expr) -> exp.Expr:
    """LIKE where a backslash escapes: an ordinary one is written twice."""
    node.set("expression", exp.Literal.string(node.expression.name.replace("\\", "\\\\")))
    return node


def _folded(node: exp.Expr) -> exp.Expr:
    """ILIKE as LIKE of both sides in small letters."""
    pattern = node.expression.name.replace("\\", "\\\\")
    small = exp.Literal.string("".join(letter.lower()[0] for letter in pattern))
    return exp.Like(this=letters.lower_in_spark(exp.Lower(this=node.this)), expression=small)


def _folded_simply(node: exp.Expr) -> exp.Expr:
    pattern = exp.Literal.string(node.expression.name.replace("\\", "\\\\"))
    return exp.Like(this=exp.Lower(this=node.this), expression=exp.Lower(this=pattern))


def _pattern(rewrite: Callable[[str], str]) -> Rewrite:
    def rewritten(node: exp.Expr) -> exp.Expr:
        node.set("expression", exp.Literal.string(rewrite(node.expression.name)))
        return node

    return rewritten


def _found_in_snowflake(node: exp.Expr) -> exp.Expr:
    """REGEXP_LIKE asks for the whole text there: the place of the first match does not."""
    pattern = exp.Literal.string(patterns.for_snowflake(node.expression.name))
    place = exp.func("REGEXP_INSTR", node.this, pattern)
    return exp.GT(this=place, expression=exp.Literal.number(0))


def _place_of_part(node: exp.Expr) -> exp.Expr:
    place = exp.func("STRPOS", node.this, node.expression, dialect="postgres")
    return exp.GT(this=place, expression=exp.Literal.number(0))


def _whole_sign(node: exp.Expr) -> exp.Expr:
    """SIGN gives a float there."""
    return exp.cast(node.copy(), "INT")


def _whole_division(node: exp.Expr) -> exp.Expr:
    """`/` of integers cuts off, and DIV gives a numeric."""
    return exp.Div(this=node.this, expression=node.expression, typed=True, safe=False)


def _known_extreme(node: exp.Expr) -> exp.Expr:
    """LEAST and GREATEST that leave nulls out, where one null makes all null."""
    first, *others = [node.this, *node.expressions]
    node.set("ignore_nulls", None)
    if len(others) == 1 and isinstance(others[0], exp.Literal | exp.Neg):
        node.set("this", exp.Coalesce(this=first.copy(), expressions=[others[0].copy()]))
        return node
    rest = [each.copy() for each in (first, *others)]
    return exp.Coalesce(this=node.copy(), expressions=rest)


def _has_member(node: exp.Expr) -> exp.Expr:
    """A set that is unknown has no answer; SQLGlot's wording there has one: no."""
    unknown = exp.Is(this=node.this.copy(), expression=exp.null())
    return exp.Case().when(unknown, exp.null()).else_(node.copy())


def _days_between(node: exp.Expr) -> exp.Expr:
    return exp.paren(exp.Sub(this=node.this, expression=node.expression), copy=False)


def _all_blanks(node: exp.Expr) -> exp.Expr:
    """TRIM of every blank of Unicode, where the plain one takes U+0020 alone."""
    node.set("expression", exp.Literal.string(letters.BLANKS))
    return node


def _of_json(node: exp.Expr) -> exp.Expr:
    node.set("this", exp.cast(node.this, "JSON"))
    return node


def _first_of_sorted(node: exp.Expr) -> exp.Expr:
    """ARG_MAX or ARG_MIN as the first of a sorted array of the rows where both are known."""
    value, key = node.this, node.expression
    down = exp.Ordered(this=key.copy(), desc=isinstance(node, exp.ArgMax), nulls_first=False)
    sorted_ = exp.ArrayAgg(this=exp.Order(this=value.copy(), expressions=[down]))
    known = [exp.Not(this=exp.Is(this=each.copy(), expression=exp.null())) for each in (value, key)]
    some = exp.Filter(this=sorted_, expression=exp.Where(this=exp.and_(*known)))
    return exp.Bracket(this=exp.paren(some), expressions=[exp.Literal.number(1)], offset=1)


def _is_true(node: exp.Expr) -> exp.Expr:
    """IS TRUE and IS FALSE, which SQLGlot drops there."""
    value = node.expression
    if not isinstance(value, exp.Boolean):
        return node
    known = exp.Coalesce(this=node.this, expressions=[exp.Boolean(this=not value.this)])
    return known if value.this else exp.Not(this=known)


def _asks_unicode(node: exp.Expr) -> bool:
    return patterns.has_unicode_class(node.expression.name)


# Construct → rows; of several, the first whose `where` holds.
CONSTRUCTS: Mapping[type[exp.Expr], tuple[Construct, ...]] = {
    exp.Like: (_everywhere("LIKE", spark=_escaped, bigquery=_escaped, postgres=_escaped),),
    exp.ILike: (_everywhere("ILIKE", spark=_folded, bigquery=_folded_simply, postgres=_escaped),),
    exp.RegexpLike: (
        Construct(
            "IN_LIST",
            {
                Dialect.DUCKDB: _same,
                Dialect.SPARK: _pattern(patterns.for_java),
                Dialect.BIGQUERY: _same,
            },
            needs="regular expressions that know the letters of every script",
            where=_asks_unicode,
        ),
        _everywhere(
            "REGEXP_MATCHES",
            spark=_pattern(patterns.for_java),
            snowflake=_found_in_snowflake,
            postgres=_pattern(patterns.for_postgres),
        ),
    ),
    exp.Contains: (_everywhere("CONTAINS", bigquery=_place_of_part, postgres=_place_of_part),),
    exp.ArrayContains: (_everywhere("CONTAINS", bigquery=_has_member, postgres=_has_member),),
    exp.Lower: (_everywhere("LOWER", spark=letters.lower_in_spark),),
    exp.Upper: (_everywhere("UPPER", spark=letters.upper_in_spark),),
    exp.Trim: (
        _everywhere(
            "TRIM",
            **dict.fromkeys(("spark", "snowflake", "bigquery", "postgres"), _all_blanks),
        ),
    ),
    exp.Length: (_everywhere("LENGTH"),),
    exp.Translate: (_everywhere(""),),
    exp.Sign: (_everywhere("", spark=_whole_sign, postgres=_whole_sign),),
    exp.IntDiv: (_everywhere("", postgres=_whole_division),),
    exp.Least: (_everywhere("", bigquery=_known_extreme),),
    exp.Greatest: (_everywhere("", bigquery=_known_extreme),),
    exp.Is: (_everywhere("IS", snowflake=_is_true),),
    exp.DateDiff: (_everywhere("DAYS_SINCE", postgres=_days_between),),
    exp.AtTimeZone: (_everywhere("DAYS_SINCE"),),
    exp.Year: (_everywhere("AGE_YEARS"),),
    exp.Month: (_everywhere("AGE_YEARS"),),
    exp.Day: (_everywhere("AGE_YEARS"),),
    exp.JSONExtractScalar: (_everywhere("properties['…']", postgres=_of_json),),
    exp.ArgMax: (_everywhere("", postgres=_first_of_sorted),),
    exp.ArgMin: (_everywhere("", postgres=_first_of_sorted),),
    **{
        plain: (_everywhere(""),)
        for plain in (
            *(exp.And, exp.Or, exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Cast, exp.Abs),
            *(exp.Sum, exp.Max, exp.Min, exp.Count, exp.Filter, exp.LogicalOr, exp.LogicalAnd),
            *(exp.Exists, exp.Round, exp.RowNumber),
        )
    },
}


def said(
    query: exp.Query, dialect: Dialect, names: Mapping[str, str] = MappingProxyType({})
) -> exp.Query:
    """A copy of the tree that SQLGlot prints with the same meaning in this dialect.

    Raises UsageError with every construct that the dialect cannot say. names: column → what it is
    about, for that message.
    """
    whole, query = query, query.copy()
    refused: dict[str, None] = {}
    # Deepest first: a rewritten node takes its rewritten children along.
    for node in reversed(list(query.bfs())):
        row = _row(node)
        if row is None:
            continue
        cell = row.cells.get(dialect)
        if cell is None:
            refused[_refusal(row, node, names)] = None
        elif (fresh := cell(node)) is not node:
            node.replace(_alone(fresh, node))
    if refused:
        others = [each for each in Dialect if each is not dialect and not _refuses(whole, each)]
        hint = f"; print it for {' or '.join(others)}" if others else ""
        raise UsageError(f"{dialect} cannot say this model: {'; '.join(sorted(refused))}{hint}")
    return query


def _row(node: exp.Expr) -> Construct | None:
    """The construct of a node; None for the plain parts of a query."""
    rows = CONSTRUCTS.get(type(node))
    if rows is not None:
        return next(row for row in rows if row.where(node))
    return Construct(_name(node), {Dialect.DUCKDB: _same}) if isinstance(node, exp.Func) else None


def _name(node: exp.Expr) -> str:
    return node.name.upper() if isinstance(node, exp.Anonymous) else type(node).__name__.upper()


def _refuses(query: exp.Query, dialect: Dialect) -> bool:
    rows = (_row(node) for node in query.walk())
    return any(row is not None and dialect not in row.cells for row in rows)


def _refusal(row: Construct, node: exp.Expr, names: Mapping[str, str]) -> str:
    column = node.find_ancestor(exp.Alias)
    about = names.get(column.alias, column.alias) if column is not None else ""
    place = f" ({about})" if about else ""
    needs = f" needs {row.needs}" if row.needs else " has not been tried there"
    return f"{row.called}{place}{needs}"


def _alone(fresh: exp.Expr, old: exp.Expr) -> exp.Expr:
    """Parentheses around what became an operator under an operator."""
    inside = isinstance(old.parent, exp.Binary | exp.Unary) and not isinstance(
        old.parent, exp.Paren
    )
    loose = isinstance(fresh, exp.Binary | exp.Not)
    return exp.paren(fresh, copy=False) if inside and loose else fresh
