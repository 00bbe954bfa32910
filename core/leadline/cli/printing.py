"""How results look: rich tables for people, one JSON document for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer
from rich.table import Table
from rich.text import Text

from leadline.cli.paper import (
    label,
    make_table,
    minute,
    number,
    print_json,
    progress,
    say,
    show,
    text_of,
    when,
)
from leadline.cli.stages import show_stages, stages_document
from leadline.sync.documents import excesses_document, pairs

if TYPE_CHECKING:
    from pathlib import Path

    from leadline.batches import Finding
    from leadline.leads import Answer, Lead
    from leadline.ledger import Run
    from leadline.scoring.explain import Row
    from leadline.status import Status
    from leadline.sync.plan import Move, Plan
    from leadline.sync.push import Pushed
    from leadline.sync.run import Report

__all__ = [
    "progress",
    "show_answer",
    "show_findings",
    "show_leads",
    "show_plan",
    "show_report",
    "show_runs",
    "show_status",
]

_REJECTED_SHOWN = 20
_WAITING_SHOWN = 3
_ID_WIDTH = 24


def show_report(report: Report, as_json: bool, what: str = "sync") -> None:
    """What a run did, source by source."""
    if as_json:
        return print_json(report.as_json())
    _head(what, report)
    columns = (
        "contacts",
        "activities",
        "quarantined",
        "scored",
        "written",
        "unchanged",
        "rejected",
    )
    table = make_table("source", *columns, right=columns, whole=("source",))
    for source in report.pulled:
        row = report.counts(source)
        table.add_row(source, *(f"{row[column]:,}" for column in columns))
    show(table)
    _unusable(report)
    for source, done in report.pushed.items():
        for result in done.rejected[:_REJECTED_SHOWN]:
            say(f"rejected by {source}: {result.contact_id}: {result.reason}")
        _more(len(done.rejected) - _REJECTED_SHOWN)
        if done.later:
            _waiting(source, done)
    _errors(report)
    return None


def show_plan(report: Report, top: int, as_json: bool, kept: Path | None = None) -> None:
    """What a sync would write: shifts of labels, the largest movers, and counts.

    kept: the file that holds the plan.
    """
    if as_json:
        plans = {name: _plan_document(made, top) for name, made in report.plans.items()}
        file = {} if kept is None else {"file": str(kept)}
        return print_json({**report.as_json(), **excesses_document(report), "plan": plans, **file})
    _head("plan", report)
    for name, made in report.plans.items():
        say(
            f"{name}: would write {made.changes.num_rows:,} contacts, "
            f"{made.unchanged:,} stay as they are"
        )
        _shifts_table(made)
        show_stages(made)
        _moves_table(made, top)
    _unusable(report)
    show_kept(report, kept)
    _errors(report)
    return None


def show_kept(report: Report, kept: Path | None) -> None:
    """That nothing was written, what would hold a sync up, and how to write what was kept."""
    for excess in report.excesses:
        say(f"leadline sync would stop: {excess}")
    say("nothing was written")
    if kept is not None:
        say(f"to write exactly this: leadline apply {kept}")


def show_leads(found: Sequence[Lead], as_json: bool) -> None:
    """The ranked list."""
    if as_json:
        return print_json([lead.as_json() for lead in found])
    if not found:
        return say("no lead fits; run leadline sync if nothing has been scored yet")
    mail = ("email",) if any(lead.email for lead in found) else ()
    columns = ("#", "contact", *mail, "score", "grade", "", "because")
    table = make_table(
        *columns, right=("#", "score"), whole=(*_short(found), "grade", ""), cut=mail
    )
    for place, lead in enumerate(found, 1):
        table.add_row(
            str(place),
            Text(lead.contact_id),
            *([Text(lead.email or "")] if mail else []),
            number(lead.score),
            lead.grade or "",
            label(lead.temperature),
            Text(lead.reasons or ""),
        )
    show(table)
    return None


def show_answer(answer: Answer, as_json: bool) -> None:
    """One score, row by row, and what changed."""
    if as_json:
        return print_json(answer.as_json())
    lead = answer.lead
    known = [Text(part) for part in (lead.email, lead.grade) if part]
    score = Text("no score" if lead.score is None else f"score {lead.score}", "bold")
    parts = [Text(lead.contact_id, "bold"), *known[:1], score, *known[1:], label(lead.temperature)]
    say(Text("  ").join(part for part in parts if part.plain))
    where = ", ".join(f"{name} {points}" for name, points in lead.dimensions.items())
    if lead.excluded is not None:
        where = f"excluded: {lead.excluded}"
    say(f"{where}; as of {when(lead.as_of)}, model {lead.model_version}")
    show(_rows(answer.rows, "score", answer.several))
    if answer.since is not None:
        if answer.changes:
            say(f"\nwhat changed since {when(answer.since)}")
            show(_rows(answer.changes, "difference", answer.several))
        else:
            say(f"nothing changed since {when(answer.since)}")
    return None


def show_runs(found: Sequence[Run], as_json: bool) -> None:
    """The latest runs, newest first."""
    if as_json:
        return print_json([_run_document(run) for run in found])
    if not found:
        return say("nothing has run yet")
    whole = ("run", "kind", "status", "started (UTC)")
    table = make_table(*whole, "took", "sources", "trouble", right=("took",), whole=whole)
    for run in found:
        trouble = "; ".join(str(error) for error in run.summary.get("errors") or ())
        table.add_row(
            run.run_id,
            run.kind,
            run.status,
            minute(run.started_at),
            _took(run),
            ", ".join(run.detail.get("sources") or ()),
            Text(trouble),
        )
    show(table)
    return None


def show_status(found: Status, as_json: bool) -> None:
    """The workspace at a glance."""
    if as_json:
        return print_json(found.as_json())
    for model in found.models:
        scored = "never" if model.scored_at is None else when(model.scored_at)
        say(f"model {model.name} {model.version}, last scored {scored}")
    columns = ("contacts", "activities", "quarantined", "rejected")
    last = "new data (UTC)"
    table = make_table("source", *columns, last, right=columns, whole=(last,))
    for each in found.sources:
        table.add_row(
            f"{each.name} ({each.connector})",
            *(f"{getattr(each, column):,}" for column in columns),
            "never" if each.pulled_at is None else minute(each.pulled_at),
        )
    show(table)
    for model in found.models:
        labels = [
            Text.assemble(label(name), f" {count:,}") for name, count in model.temperatures.items()
        ]
        whose = [f"{model.name}:"] if len(found.models) > 1 else []
        if labels:
            say(Text("  ").join([*map(Text, whose), *labels]))
    if found.running:
        say(f"running: {', '.join(found.running)}")
    if found.last_run is not None:
        say(f"last run {found.last_run.run_id}: {found.last_run.kind} {found.last_run.status}")
    for late in found.backlog:
        hook, _, plugin = late.topic.partition(":")
        why = f": {late.error}" if late.error else ""
        counts = f"{late.waiting:,} waiting, {late.given_up:,} given up"
        say(f"events for {hook} of plugin {plugin}: {counts}{why}")
    return None


def show_findings(found: Sequence[Finding], as_json: bool) -> None:
    """What was checked, and what is wrong."""
    if as_json:
        return print_json(
            [
                {name: getattr(each, name) for name in ("subject", "ok", "detail", "fix")}
                for each in found
            ]
        )
    table = make_table("", "checked", "found", whole=("",))
    for each in found:
        mark = Text("ok", "green") if each.ok else Text("wrong", "bold red")
        table.add_row(mark, Text(each.subject), Text(each.detail))
    show(table)
    wrong = sum(not each.ok for each in found)
    if wrong:
        say(f"{wrong} of {len(found)} checks went wrong")
        if any(each.fix for each in found):
            say("leadline check --fix makes what is missing in the CRM, after your yes")
    else:
        say("all is well")
    return None


def _head(what: str, report: Report) -> None:
    models = ", ".join(f"{name} {version}" for name, version in report.models)
    say(f"{what} {report.status}: run {report.run_id}, model {models}, as of {when(report.as_of)}")


def _waiting(source: str, done: Pushed) -> None:
    """How many contacts wait for the next sync, and why the first of them do."""
    shown = [
        f"{each.contact_id}: {each.reason}" for each in done.waiting[:_WAITING_SHOWN] if each.reason
    ]
    more = f"; … and {done.later - len(shown):,} more" if shown and done.later > len(shown) else ""
    why = f": {'; '.join(shown)}{more}" if shown else ""
    contacts = "contact" if done.later == 1 else "contacts"
    say(f"{source} did not take {done.later:,} {contacts} now{why}: the next sync tries again")


def _unusable(report: Report) -> None:
    """The first of the records that went to quarantine, and why."""
    for source, pulled in report.pulled.items():
        if pulled.quarantined:
            for reject in pulled.examples:
                say(f"quarantined from {source}: {reject.where}: {reject.reason}")
            _more(pulled.quarantined - len(pulled.examples))


def _more(count: int) -> None:
    if count > 0:
        say(f"… and {count:,} more")


def _shifts_table(made: Plan) -> None:
    shifts = made.shifts("temperature").most_common()
    if shifts:
        table = make_table("temperature now", "would be", "contacts", right=("contacts",))
        for (was, now), count in shifts:
            table.add_row(label(was or "not written yet"), label(now), f"{count:,}")
        show(table)


def _moves_table(made: Plan, top: int) -> None:
    moves = made.moves(top)
    if not moves:
        return
    table = make_table(
        "contact", "score", "", "because", right=("score",), whole=(*_short(moves), "")
    )
    for move in moves:
        table.add_row(
            Text(move.contact_id),
            f"{number(move.was('score'))} → {number(move.now('score'))}",
            label(text_of(move.now("temperature"))),
            Text(str(move.now("reasons") or "")),
        )
    show(table)


def _short(found: Sequence[Lead] | Sequence[Move]) -> tuple[str, ...]:
    """The column of the ids, if they are short enough to stand on one line."""
    return ("contact",) if all(len(each.contact_id) <= _ID_WIDTH for each in found) else ()


def _plan_document(made: Plan, top: int) -> dict[str, object]:
    return {
        "changes": made.changes.num_rows,
        "unchanged": made.unchanged,
        "held": made.held,
        "stages": stages_document(made),
        "temperature": pairs(made.shifts("temperature")),
        "grade": pairs(made.shifts("grade")),
        "top": [
            {"contact_id": move.contact_id, "before": move.before, "after": move.after}
            for move in made.moves(top)
        ],
    }


def _run_document(run: Run) -> dict[str, object]:
    return {
        "run_id": run.run_id,
        "kind": run.kind,
        "status": run.status,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at and run.finished_at.isoformat(),
        "detail": run.detail,
        "summary": run.summary,
    }


def _took(run: Run) -> str:
    if run.finished_at is None:
        return ""
    return f"{(run.finished_at - run.started_at).total_seconds():.1f} s"


def _rows(rows: Sequence[Row], total: str, several: bool) -> Table:
    """several: where each row is from, for a person of several records."""
    told = ("sources",) if several else ()
    table = make_table("points", "rule", "dimension", *told, "because", right=("points",))
    for row in rows:
        points = f"{row.points:+d}" if row.points else "0"
        sources = [", ".join(row.sources)] if several else []
        table.add_row(points, Text(row.rule), row.dimension, *sources, Text(row.detail))
    table.add_section()
    table.add_row(Text(str(sum(row.points for row in rows)), "bold"), Text(total, "bold"))
    return table


def _errors(report: Report) -> None:
    for error in report.errors:
        typer.echo(f"leadline: {error}", err=True)
