"""The compiled model as a query to read: commented, formatted, and with its own tables inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import pyarrow as pa
from sqlglot import exp

from leadline.model import Model
from leadline.scoring.compiler import CompiledModel
from leadline.scoring.dialect import Dialect
from leadline.scoring.dialects import said

_STAGES = {
    "kind_flags": "which rules each kind of activity meets",
    "activity_points": "per person, the thousandths that each rule about activities gives",
    "known": "whom to score, and the facts about each",
    "rule_points": "every rule in whole points, rounded half away from zero",
    "limited": "each rule after its own limit",
    "grouped": "the sum of each group",
    "capped": "each group after its limit",
    "summed": "the sum of each dimension",
    "clamped": "each dimension between 0 and its max",
    "scored": "the score; an excluded person has none",
}
_WEIGHTS = "thousandths of a point by age in days; the last row stands for every greater age"
# Column of a rule → what it says of the rule.
_RULE_COLUMNS = {"s": "", "r": "", "l": "limited", "n": "occurrences", "last": "latest day"}


def model_sql(
    compiled: CompiledModel, day: int, dialect: Dialect, *, time_zone: str = "UTC"
) -> str:
    """One formatted query for a day counted from 1970-01-01, with weights and lookups inside.

    It reads contacts, activities, kinds and published. Raises UsageError where the dialect cannot
    say the model.
    """
    model, names = compiled.model, _names(compiled.model)
    query = said(compiled.query(day, time_zone=time_zone), dialect, names)
    for select in (query, *(cte.this for cte in query.ctes)):
        _comment(select, names, day)
    stages = _stage_comments(model)
    for cte in query.ctes:
        if cte.alias in stages:
            cte.this.add_comments([f" {stages[cte.alias]} "], prepend=True)
    body = query.sql(dialect=dialect.value, pretty=True, max_text_width=100)
    tables = {"weights": compiled.weights(), **compiled.lookups()}
    inside = "".join(_inline(name, rows, dialect) for name, rows in tables.items())
    body = body.replace("WITH ", f"WITH {inside}", 1)
    return "\n".join([*_heading(model, day, dialect), f"{body};\n"])


def _heading(model: Model, day: int, dialect: Dialect) -> Iterator[str]:
    name = " ".join(model.name.split())
    yield f"-- Model {name}, version {model.version}, for {_date(day)}, in the dialect {dialect}."
    yield "-- It reads contacts (one row per person), activities (with kind, and day as days since"
    yield "-- 1970-01-01), kinds (kind, type, name, url, campaign, channel), and published (source,"
    yield "-- contact_id, temperature: the last label)."


def _date(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()


def _inline(name: str, rows: pa.Table, dialect: Dialect) -> str:
    """A table as a part of the WITH clause, a line for each row."""
    columns = ", ".join(rows.column_names)
    row_of = "STRUCT" if dialect is Dialect.BIGQUERY else ""
    lines = [
        f"{row_of}({', '.join(_constant(value, dialect) for value in row.values())})"
        for row in rows.to_pylist()
    ]
    listed = ",\n    ".join(lines)
    if dialect is Dialect.BIGQUERY:
        kinds = ", ".join(
            f"{field.name} {'STRING' if pa.types.is_string(field.type) else 'INT64'}"
            for field in rows.schema
        )
        source = f"UNNEST(ARRAY<STRUCT<{kinds}>>[\n    {listed}\n  ])"
    elif dialect is Dialect.SPARK:
        source = f"VALUES\n    {listed}\n  AS inside({columns})"
    else:
        source = f"(VALUES\n    {listed}\n  ) AS inside({columns})"
    said_of = f"  /* {_WEIGHTS} */\n" if name == "weights" else ""
    return f"{name} AS (\n{said_of}  SELECT * FROM {source}\n), "


def _constant(value: object, dialect: Dialect) -> str:
    return str(value) if isinstance(value, int) else exp.Literal.string(value).sql(dialect.value)


def _comment(select: exp.Expr, names: Mapping[str, str], day: int) -> None:
    if not isinstance(select, exp.Select):
        return
    for column in select.expressions:
        if isinstance(column, exp.Alias) and column.alias in names:
            column.add_comments([f" {names[column.alias]} "])
    for node in select.find_all(exp.Sub):
        for side in (node.this, node.expression):
            if isinstance(side, exp.Literal) and side.name == str(day):
                side.comments = [f" {_date(day)} "]


def _stage_comments(model: Model) -> dict[str, str]:
    distinct = {
        f"distinct_{i}": f"{rule.name}: each {(rule.count or '').removeprefix('distinct ')} once"
        for i, rule in enumerate(model.rules)
    }
    picks = {f"pick_{name}": f"signal {name}" for name in model.signals}
    return {**_STAGES, **distinct, **picks}


def _names(model: Model) -> dict[str, str]:
    """What each column of the query is about, in the words of the model file."""
    names = {"exclusion": "position of the first exclusion that holds"}
    for i, rule in enumerate(model.rules):
        for letters, what in _RULE_COLUMNS.items():
            names[f"{letters}{i}"] = rule.name + (f": {what}" if what else "")
        for j in range(len(rule.worths)):
            names[f"f{i}_{j}"] = rule.name
    for signal in model.signals:
        names |= {f"{letter}_{signal}": f"signal {signal}" for letter in "fq"}
    for g, group in enumerate(model.groups):
        names |= {f"g{g}": f"group {group}", f"h{g}": f"group {group}: limited"}
    for d, dimension in enumerate(model.dimensions):
        names |= {f"d{d}": dimension, f"e{d}": f"{dimension}: clamped"}
    return names
