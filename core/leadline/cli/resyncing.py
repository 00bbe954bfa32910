"""`leadline resync`: run here, or followed while a server runs it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from leadline.cli.paper import make_table, print_json, progress, say, show
from leadline.cli.printing import show_report
from leadline.ledger import Request, Run
from leadline.sync.resync import ask, follow
from leadline.sync.run import Report
from leadline.sync.stopping import Cancelled
from leadline.workspace import Workspace, open_workspace

_LEFT_RUNNING = 130  # as every program that Ctrl-C ends
_COLUMNS = ("contacts", "activities", "scored", "written", "unchanged", "rejected")


def run_resync(
    config: Path, source: str, contacts: Sequence[str], since: datetime | None, as_json: bool
) -> int:
    """Ask, follow, and show how it ended; the exit status. Ctrl-C leaves a server's run alone."""
    with open_workspace(config) as workspace:
        asked = ask(workspace, source, contacts, since)
        try:
            with progress(as_json) as tick:
                done = follow(workspace, asked, tick)
        except Cancelled:
            say(f"request {asked} was cancelled")
            return 1
        except KeyboardInterrupt:
            request = workspace.ledger.requests.get(asked)
            if request is None or request.finished_at is not None:
                raise
            say(f"request {asked} goes on in the server; leadline runs shows how it ends")
            return _LEFT_RUNNING
        if isinstance(done, Report):
            show_report(done, as_json)
            return 0 if done.status == "succeeded" else 1
        return _show_handed(workspace, done, as_json)


def _show_handed(workspace: Workspace, done: Request, as_json: bool) -> int:
    """What became of a request that another process ran."""
    run = workspace.ledger.runs.get(str(done.detail.get("run_id", "")))
    if as_json:
        nothing = {"run_id": None, "status": done.status, "errors": _errors(done, None)}
        print_json(nothing if run is None else run.summary)
    else:
        say(f"request {done.request_id}, done by the server: {done.status}")
        if run is not None:
            _show_counts(run)
        for error in _errors(done, run):
            say(error)
    return 0 if done.status == "succeeded" else 1


def _show_counts(run: Run) -> None:
    table = make_table("source", *_COLUMNS, right=_COLUMNS)
    for name, counts in run.summary.get("sources", {}).items():
        table.add_row(name, *(f"{counts.get(column, 0):,}" for column in _COLUMNS))
    show(table)


def _errors(done: Request, run: Run | None) -> list[str]:
    found = [] if run is None else run.summary.get("errors", [])
    return [*found, *([done.detail["error"]] if "error" in done.detail else [])]
