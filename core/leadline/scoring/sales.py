"""Sales' voice over the model's: a score or a label that is pinned, leads that start anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from leadline.config.writing import Sales
from leadline.lake.sql import instant, name, text
from leadline.model import Model
from leadline.vocabulary import FieldType, column_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PINNED = "Pinned by sales"
NO_SALES = Sales()


def start_anew(
    con: DuckDBPyConnection,
    sales: Sales,
    facts: Mapping[str, FieldType],
    as_of: datetime,
    zone: ZoneInfo,
) -> None:
    """Leave out the activities from before a contact's `reset_at`; a reset to come does nothing."""
    if sales.reset_at is None:
        return
    column = name(column_of(sales.reset_at))
    by_day = facts[sales.reset_at] is FieldType.DATE
    begun = f"{column} <= {_day(as_of, zone) if by_day else instant(as_of)}"
    con.execute(
        f"CREATE TEMP TABLE resets AS SELECT source, contact_id, {column} AS reset_at "
        f"FROM contacts WHERE {begun}"
    )
    if not con.execute("SELECT 1 FROM resets LIMIT 1").fetchall():
        return  # the usual case, which must not pay for the others
    since = "a.day >= r.reset_at - DATE '1970-01-01'" if by_day else "a.occurred_at >= r.reset_at"
    con.execute("ALTER VIEW activities RENAME TO activities_before_resets")
    con.execute(
        "CREATE TEMP VIEW activities AS SELECT a.* FROM activities_before_resets a "
        "LEFT JOIN resets r ON r.source = a.source AND r.contact_id = a.contact_id "
        f"WHERE r.contact_id IS NULL OR {since}"
    )


def pin(
    con: DuckDBPyConnection,
    query: str,
    model: Model,
    sales: Sales,
    facts: Mapping[str, FieldType],
    as_of: datetime,
    zone: ZoneInfo,
) -> str:
    """The query of a model's rows with what sales pinned in place of score and label.

    Where there is a pin the rows also have `pin` and `pin_until`, and `own_score` and
    `own_temperature`, which are the model's. An exclusion is stronger than a pin.
    """
    if sales.pin is None:
        return query
    con.execute(f"CREATE TEMP TABLE pins AS {_pins(model, sales, facts, as_of, zone)}")
    if not con.execute("SELECT 1 FROM pins LIMIT 1").fetchall():
        return query
    return (
        "SELECT w.* REPLACE ("
        "CASE WHEN w.score IS NULL THEN NULL ELSE coalesce(p.points, w.score) END AS score, "
        "CASE WHEN w.score IS NULL THEN w.temperature ELSE "
        "coalesce(p.label, w.temperature) END AS temperature), "
        "w.score AS own_score, w.temperature AS own_temperature, "
        "CASE WHEN w.score IS NOT NULL THEN p.pin END AS pin, p.pin_until "
        f"FROM ({query}) w LEFT JOIN pins p "
        "ON p.source = w.source AND p.contact_id = w.contact_id"
    )


def pinned_row(wide: Mapping[str, object]) -> tuple[int, str] | None:
    """What a pin adds to a score and why; None where nothing is pinned."""
    if wide.get("pin") is None:
        return None
    until = "" if wide.get("pin_until") is None else f" until {wide['pin_until']}"
    own = wide["own_score"]
    label = f", {wide['own_temperature']}" if wide["own_temperature"] is not None else ""
    detail = f"{wide['pin']}{until}; the model says {own}{label}"
    return _whole(wide["score"]) - _whole(own), detail


def _pins(
    model: Model, sales: Sales, facts: Mapping[str, FieldType], as_of: datetime, zone: ZoneInfo
) -> str:
    """The pins that can be read and have not run out, one row per contact."""
    assert sales.pin is not None
    until, running = "NULL::DATE", "true"
    if sales.pin_until is not None:
        until = name(column_of(sales.pin_until))
        by_day = facts[sales.pin_until] is FieldType.DATE
        running = f"{until} >= {_day(as_of, zone) if by_day else instant(as_of)}"
    word = f"trim(CAST({name(column_of(sales.pin))} AS VARCHAR))"
    named = " ".join(f"WHEN lower({text(each)}) THEN {text(each)}" for each in model.labels)
    label = f"CASE lower(pin) {named} END" if named else "NULL::VARCHAR"
    # A pinned score has the label of its points: what else a label asks for is overruled.
    steps = " ".join(f"WHEN points >= {each.from_} THEN {text(each.name)}" for each in model.ranked)
    coldest = "NULL" if model.coldest is None else text(model.coldest)
    of_points = f"CASE WHEN points IS NULL THEN NULL {steps} ELSE {coldest} END"
    number = "TRY_CAST(pin AS DOUBLE)"
    points = f"CAST(least(greatest(round({number}), 0), {model.max}) AS INTEGER)"
    return (
        f"SELECT source, contact_id, pin, pin_until, points, coalesce(label, {of_points}) AS label "
        f"FROM (SELECT *, {label} AS label, CASE WHEN isfinite({number}) THEN {points} END "
        f"AS points FROM (SELECT source, contact_id, {word} AS pin, {until} AS pin_until "
        f"FROM contacts WHERE {until} IS NULL OR {running})) "
        "WHERE label IS NOT NULL OR points IS NOT NULL"
    )


def _day(as_of: datetime, zone: ZoneInfo) -> str:
    day: date = as_of.astimezone(zone).date()
    return f"DATE '{day.isoformat()}'"


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
