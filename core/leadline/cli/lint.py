"""How the remarks of `model check` look: one paragraph each, like a compiler's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from leadline.cli.paper import minute, print_json, say

if TYPE_CHECKING:
    from leadline.lint.remarks import Reported
    from leadline.lint.run import Report

_COLOURS = {"error": "bold red", "warning": "yellow", "note": "cyan"}


def show_remarks(report: Report, as_json: bool) -> None:
    """Every remark with its place, then the counts and what could not be checked."""
    if as_json:
        return print_json(report.as_json())
    for each in report.remarks:
        say(_paragraph(each))
    for model in report.models:
        say(f"model {model.name} {model.version}: {model.file}")
    if report.people is None:
        say(
            f"not checked for want of data: {', '.join(report.waiting)}; run leadline sync, then "
            "this again"
        )
    else:
        day = minute(report.as_of)
        say(f"checked on {report.people:,} people as of {day} UTC")
        if report.waiting:
            say(f"not checked, as so few people tell nothing: {', '.join(report.waiting)}")
    say(_sum(report))
    return None


def _paragraph(each: Reported) -> Text:
    problem = each.problem
    place = f"{problem.file}:{problem.line}" if problem.line else str(problem.file)
    return Text.assemble(
        f"{place}: ",
        (each.severity.value, _COLOURS[each.severity.value]),
        f": {problem.message}",
        (f" [{each.check}]", "dim"),
    )


def _sum(report: Report) -> str:
    counts = report.as_json()
    parts = [
        f"{counts[name]} {name if counts[name] != 1 else name.removesuffix('s')}"
        for name in ("errors", "warnings", "notes")
        if counts[name]
    ]
    return ", ".join(parts) or "nothing to remark"
