"""`leadline plan` in its forms: what a sync would write, kept as a file, or under another model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import typer
from rich.text import Text

from leadline.cli.paper import label, make_table, number, print_json, progress, say, show, text_of
from leadline.cli.printing import show_kept, show_plan
from leadline.model import Model
from leadline.sync.compare import Comparison, Sales, compare
from leadline.sync.documents import comparison_document
from leadline.sync.edits import Edit
from leadline.sync.effects import Band, Effects, Labels, Mover, Share
from leadline.sync.replay import STEP
from leadline.sync.review import review
from leadline.sync.run import sync
from leadline.workspace import open_workspace

_GRADES_SHOWN = 10
_KEYS_SHOWN = 5
_LONGEST = 80
_NONE = "none"


def run_plan(
    config: Path,
    sources: Sequence[str],
    model: Path | None,
    out: Path | None,
    as_of: datetime | None,
    top: int,
    as_json: bool,
) -> int:
    """Plan, show it, and answer the exit status."""
    with open_workspace(config, model) as workspace, progress(as_json) as tick:
        if model is not None:
            found = compare(workspace, sources, as_of=as_of, top=top, out=out, on_progress=tick)
            report = found.report
        elif out is not None:
            report = review(workspace, out, sources, as_of=as_of, on_progress=tick)
        else:
            report = sync(workspace, sources, as_of=as_of, write=False, on_progress=tick)
    kept = out if report is not None and report.plans else None
    if model is not None:
        show_comparison(found, model, as_json, kept)
    elif report is not None:
        show_plan(report, top, as_json, kept)
    return 0 if report is None or report.status == "succeeded" else 1


def show_comparison(found: Comparison, file: Path, as_json: bool, kept: Path | None) -> None:
    """Two models side by side: what differs in the files, and what that does to the base."""
    if as_json:
        path = {} if kept is None else {"file": str(kept)}
        return print_json({**comparison_document(found, file), **path})
    old, new = found.base.model, found.new
    if found.same or found.report is None:
        return say(
            f"nothing differs: {file} is the {found.base.which} model, version {new.version}"
        )
    say(f"{file} ({_title(new)}) against the {found.base.which} model ({_title(old)})")
    for edit in found.edits:
        say(f"  {_edit_line(edit)}")
    if found.effects is not None:
        _show_effects(found, found.effects)
    for name, plan in found.report.plans.items():
        rows = plan.changes.num_rows
        say(f"{name}: a sync with it would write {rows:,} contacts, {plan.unchanged:,} would stay")
    show_kept(found.report, kept)
    for error in found.report.errors:
        typer.echo(f"leadline: {error}", err=True)
    return None


def _show_effects(found: Comparison, effects: Effects) -> None:
    say(
        f"\n{effects.changed:,} of {effects.contacts:,} contacts change score, "
        f"{effects.points:+,} points in all"
    )
    _bands_table(effects)
    if found.sales is not None:
        _say_sales(found.sales)
    _matrix("temperature", effects.labels("temperature"), _order(found))
    _grades(effects.labels("grade"))
    _shares_table(effects.shares, found.rule_changes)
    _movers_table(effects.top)


def _bands_table(effects: Effects) -> None:
    table = make_table("points", "contacts", right=("points", "contacts"))
    for band in effects.bands:
        if band.contacts:
            table.add_row(_range(band), f"{band.contacts:,}")
    for what, count in (("get a score", effects.gained), ("lose their score", effects.lost)):
        if count:
            table.add_row(what, f"{count:,}")
    if effects.changed:
        show(table)


def _range(band: Band) -> str:
    if band.least is None:
        return f"{band.most:+d} or less"
    if band.most is None:
        return f"{band.least:+d} or more"
    return f"{band.least:+d}" if band.least == band.most else f"{band.least:+d} … {band.most:+d}"


def _say_sales(sales: Sales) -> None:
    a_day = [count / sales.days for count in (sales.old_arrivals, sales.new_arrivals)]
    say(
        f"\nsales would have {sales.new:,} leads ({sales.new_label}) instead of {sales.old:,} "
        f"({sales.old_label}): {sales.entering:,} come in, {sales.leaving:,} drop out"
    )
    say(
        f"in the last {sales.days} days {a_day[0]:,.1f} leads a day reached sales by the old "
        f"model, {a_day[1]:,.1f} would have by the new one"
    )
    say(
        f"  (both run again for every {STEP}th day on what was known then, each lead counted once; "
        "one that came and went in between is not seen)"
    )


def _matrix(field: str, pairs: Labels, order: Sequence[str | None]) -> None:
    """Rows: the label now; columns: the label it would be."""
    if all(was == now for was, now in pairs):
        return say(f"no {field} changes")
    used = [name for name in order if any(name in pair for pair in pairs)]
    heads = [name or _NONE for name in used]
    first = f"{field} now"
    table = make_table(first, *(f"to {head}" for head in heads), right=[f"to {h}" for h in heads])
    for was in used:
        cells = [f"{pairs[was, now]:,}" if pairs[was, now] else "·" for now in used]
        table.add_row(label(was) if was else Text(_NONE), *cells)
    say("")
    show(table)
    return None


def _grades(pairs: Labels) -> None:
    """The commonest moves; a whole matrix of grades is wider than a page."""
    moves = [(pair, count) for pair, count in pairs.most_common() if pair[0] != pair[1]]
    if not moves:
        return
    table = make_table("grade now", "would be", "contacts", right=("contacts",))
    for (was, now), count in moves[:_GRADES_SHOWN]:
        table.add_row(was or _NONE, now or _NONE, f"{count:,}")
    say("")
    show(table)
    if len(moves) > _GRADES_SHOWN:
        say(f"… and {len(moves) - _GRADES_SHOWN:,} other moves of grade")


def _shares_table(shares: Iterable[Share], changes: Mapping[str, str]) -> None:
    """Every rule and limit that gives anybody more or less than before."""
    table = make_table(
        "points", "contacts", "rule or limit", "dimension", "", right=("points", "contacts")
    )
    for share in shares:
        if share.contacts:
            table.add_row(
                f"{share.points:+,}",
                f"{share.contacts:,}",
                Text(share.rule),
                share.dimension,
                changes.get(share.rule, ""),
            )
    if table.row_count:
        say("")
        show(table)


def _movers_table(movers: Sequence[Mover]) -> None:
    if not movers:
        return
    table = make_table("contact", "score", "", "because", right=("score",), whole=("contact", ""))
    for mover in movers:
        reasons = ", ".join(f"{rule} {points:+d}" for rule, points in mover.reasons)
        table.add_row(
            Text(mover.contact_id),
            f"{number(mover.before['score'])} → {number(mover.after['score'])}",
            label(text_of(mover.after["temperature"])),
            Text(reasons),
        )
    say("")
    show(table)


def _title(model: Model) -> str:
    return f"{model.name} {model.version}"


def _edit_line(edit: Edit) -> str:
    head = f"{edit.change} {edit.part.replace('_', ' ')} {edit.name}".rstrip()
    shown = list(edit.fields.items())[:_KEYS_SHOWN]
    parts = [f"{key} {_value(was)} → {_value(now)}".strip() for key, (was, now) in shown]
    if len(edit.fields) > len(shown):
        parts.append(f"{len(edit.fields) - len(shown):,} more")
    said = "; ".join(parts)
    return f"{head}: {said}" if said else head


def _value(value: object) -> str:
    text = "not given" if value is None else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _order(found: Comparison) -> list[str | None]:
    """Labels from hottest to coldest, those of the new model first."""
    names: list[str | None] = []
    for model in (found.new, found.base.model):
        names += [each.name for each in model.ranked] + [model.coldest]
    return list(dict.fromkeys([name for name in names if name != "dead"] + ["dead", None]))
