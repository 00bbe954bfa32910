"""How results look: rich tables for people, one JSON document for machines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from leadline.batches import Finding
    from leadline.leads import Answer, Lead
    from leadline.ledger import Run
    from leadline.plugins import Listed
    from leadline.scoring.explain import Row
    from leadline.status import Status
    from leadline.sync.run import Report

_WARMTH = {"hot": "bold red", "warm": "yellow", "cold": "cyan", "dead": "dim"}
_REJECTED_SHOWN = 20


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str, int], None]]:
    """A callback (what, rows) that moves a line of progress on standard error."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(pulse_style="cyan"),
        TextColumn("{task.completed:,}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as bar:
        tasks: dict[str, object] = {}

        def tick(what: str, rows: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=None)
            bar.advance(tasks[what], rows)  # type: ignore[arg-type]  # add_task's own ids

        yield tick


def show_report(report: Report, as_json: bool) -> None:
    """What a sync did, source by source."""
    document = report.as_json()
    if as_json:
        return _json(document)
    console = _console()
    name, version = report.models[0]
    console.print(
        f"[bold]sync {report.status}[/]  run {report.run_id}, model {name} {version}, "
        f"as of {_when(report.as_of)}"
    )
    columns = (
        "contacts",
        "activities",
        "quarantined",
        "scored",
        "written",
        "unchanged",
        "rejected",
    )
    table = _table("source", *columns, right=columns)
    for source in report.pulled:
        row = report._source(source)
        table.add_row(source, *(f"{row[column]:,}" for column in columns))
    console.print(table)
    for source, done in report.pushed.items():
        for result in done.rejected[:_REJECTED_SHOWN]:
            console.print(
                f"rejected by {source}: {result.contact_id}: {result.reason}", markup=False
            )
    _errors(report)
    return None


def show_plan(report: Report, top: int, as_json: bool) -> None:
    """What a sync would write: shifts of labels, the largest movers, and counts."""
    if as_json:
        shown = report.as_json()
        shown["plan"] = {
            name: {
                "changes": made.changes.num_rows,
                "unchanged": made.unchanged,
                "temperature": _shifts(made.shifts("temperature")),
                "grade": _shifts(made.shifts("grade")),
                "top": [
                    {"contact_id": move.contact_id, "before": move.before, "after": move.after}
                    for move in made.moves(top)
                ],
            }
            for name, made in report.plans.items()
        }
        return _json(shown)
    console = _console()
    for name, made in report.plans.items():
        console.print(
            f"[bold]{name}[/]: would write {made.changes.num_rows:,} contacts, "
            f"{made.unchanged:,} stay as they are"
        )
        shifts = made.shifts("temperature").most_common()
        if shifts:
            table = _table("temperature now", "would be", "contacts", right=("contacts",))
            for (was, now), count in shifts:
                table.add_row(_label(was or "not written yet"), _label(now), f"{count:,}")
            console.print(table)
        moves = made.moves(top)
        if moves:
            table = _table("contact", "score", "", "because", right=("score",))
            for move in moves:
                was, now = move.before.get("score"), move.after.get("score")
                label = _label(_str(move.after.get("temperature")))
                table.add_row(
                    Text(move.contact_id),
                    f"{_points(was)} → {_points(now)}",
                    label,
                    Text(str(move.after.get("reasons") or "")),
                )
            console.print(table)
    console.print("nothing was written")
    _errors(report)
    return None


def show_leads(found: Sequence[Lead], as_json: bool) -> None:
    """The ranked list."""
    if as_json:
        return _json([lead.as_json() for lead in found])
    if not found:
        _console().print("no lead fits; run leadline sync if nothing has been scored yet")
        return None
    table = _table(
        "#", "contact", "email", "score", "grade", "temperature", "because", right=("#", "score")
    )
    for place, lead in enumerate(found, 1):
        table.add_row(
            str(place),
            Text(lead.contact_id),
            Text(lead.email or ""),
            _points(lead.score),
            lead.grade or "",
            _label(lead.temperature),
            Text(lead.reasons or ""),
        )
    _console().print(table)
    return None


def show_answer(answer: Answer, as_json: bool) -> None:
    """One score, row by row, and what changed."""
    if as_json:
        return _json(answer.as_json())
    console, lead = _console(), answer.lead
    head = Text.assemble(
        (f"{lead.contact_id} ", "bold"),
        lead.email or "",
        "  ",
        (_points(lead.score), "bold"),
        " ",
        lead.grade or "",
        " ",
        _label(lead.temperature),
    )
    console.print(head)
    where = ", ".join(f"{name} {points}" for name, points in lead.dimensions.items())
    console.print(f"{where or 'no score'}; as of {_when(lead.as_of)}, model {lead.model_version}")
    console.print(_rows(answer.rows, lead.score))
    if answer.since is not None:
        if answer.changes:
            console.print(f"what changed since {_when(answer.since)}")
            console.print(_rows(answer.changes, None))
        else:
            console.print(f"nothing changed since {_when(answer.since)}")
    return None


def show_runs(found: Sequence[Run], as_json: bool) -> None:
    """The latest runs, newest first."""
    if as_json:
        return _json(
            [
                {
                    "run_id": run.run_id,
                    "kind": run.kind,
                    "status": run.status,
                    "started_at": run.started_at.isoformat(),
                    "finished_at": run.finished_at and run.finished_at.isoformat(),
                    "detail": run.detail,
                    "summary": run.summary,
                }
                for run in found
            ]
        )
    table = _table("run", "kind", "status", "started", "took", "sources", "trouble")
    for run in found:
        took = (
            ""
            if run.finished_at is None
            else f"{(run.finished_at - run.started_at).total_seconds():.1f} s"
        )
        trouble = "; ".join(str(error) for error in run.summary.get("errors") or ())
        table.add_row(
            run.run_id,
            run.kind,
            run.status,
            _when(run.started_at),
            took,
            ", ".join(run.detail.get("sources") or ()),
            Text(trouble),
        )
    _console().print(table if found else "nothing has run yet")
    return None


def show_status(found: Status, as_json: bool) -> None:
    """The workspace at a glance."""
    if as_json:
        return _json(found.as_json())
    console = _console()
    scored = "never" if found.scored_at is None else _when(found.scored_at)
    console.print(f"model {found.model} {found.model_version}, last scored {scored}")
    columns = ("contacts", "activities", "quarantined", "rejected")
    table = _table("source", "connector", *columns, "last new data", right=columns)
    for each in found.sources:
        table.add_row(
            each.name,
            each.connector,
            f"{each.contacts:,}",
            f"{each.activities:,}",
            f"{each.quarantined:,}",
            f"{each.rejected:,}",
            "never" if each.pulled_at is None else _when(each.pulled_at),
        )
    console.print(table)
    labels = [
        Text.assemble(_label(name), f" {count:,}") for name, count in found.temperatures.items()
    ]
    if labels:
        console.print(Text("  ").join(labels))
    if found.running:
        console.print(f"running: {', '.join(found.running)}")
    if found.last_run is not None:
        console.print(
            f"last run {found.last_run.run_id}: {found.last_run.kind} {found.last_run.status}"
        )
    return None


def show_plugins(found: Sequence[Listed], as_json: bool) -> None:
    """Installed, enabled and refused plugins."""
    if as_json:
        return _json([each.as_json() for each in found])
    table = _table("plugin", "distribution", "version", "contract", "state", "brings", "reason")
    for each in found:
        brings = ", ".join((*(f"connector {name}" for name in each.connectors),))
        table.add_row(
            each.name,
            each.distribution,
            each.version,
            each.contract,
            each.state,
            brings,
            Text(each.reason),
        )
    _console().print(table)
    return None


def show_findings(found: Sequence[Finding], as_json: bool) -> None:
    """What was checked, and what is wrong."""
    if as_json:
        return _json(
            [{"subject": each.subject, "ok": each.ok, "detail": each.detail} for each in found]
        )
    table = _table("", "checked", "")
    for each in found:
        mark = Text("ok", "green") if each.ok else Text("wrong", "bold red")
        table.add_row(mark, Text(each.subject), Text(each.detail))
    _console().print(table)
    return None


def _rows(rows: Sequence[Row], score: int | None) -> Table:
    table = _table("points", "rule", "dimension", "because", right=("points",))
    for row in rows:
        table.add_row(
            f"{row.points:+d}" if row.points else "0",
            Text(row.rule),
            row.dimension,
            Text(row.detail),
        )
    table.add_section()
    table.add_row(
        f"[bold]{sum(row.points for row in rows)}[/]",
        "[bold]score[/]" if score is not None else "",
        "",
        "",
    )
    return table


def _table(*columns: str, right: Sequence[str] = ()) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def _errors(report: Report) -> None:
    for error in report.errors:
        typer.echo(f"leadline: {error}", err=True)


def _shifts(counted: object) -> list[dict[str, object]]:
    pairs = counted.most_common()  # type: ignore[attr-defined]  # a Counter of pairs
    return [{"from": was, "to": now, "contacts": count} for (was, now), count in pairs]


def _label(name: str | None) -> Text:
    return Text(name or "", _WARMTH.get(name or "", ""))


def _points(value: object) -> str:
    return "-" if value is None else str(value)


def _str(value: object) -> str | None:
    return None if value is None else str(value)


def _when(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M %Z").strip()


def _json(document: object) -> None:
    typer.echo(json.dumps(document, indent=2, default=_plain, ensure_ascii=False))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a JSON document")


def _console() -> Console:
    return Console(highlight=False)
