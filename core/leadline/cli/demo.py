"""`leadline demo`: generate, sync, show the leads on top, explain the best."""

from __future__ import annotations

from pathlib import Path

import typer

from leadline.cli.printing import progress, show_answer, show_leads, show_report
from leadline.demo import generate, write_workspace
from leadline.errors import UsageError
from leadline.leads import explained, ranked
from leadline.sync.run import sync
from leadline.workspace import open_workspace

TOP = 10


def run(folder: Path, contacts: int, seed: int) -> None:
    """Make the demo in `folder` and show it; refuses a folder that holds something else."""
    config = folder / "config.toml"
    if folder.exists() and any(folder.iterdir()) and not (folder / "outcomes.csv").exists():
        raise UsageError(f"{folder} holds other files: name a new folder for the demo")
    typer.echo(f"making a CRM of {contacts:,} contacts in {folder}")
    generate(folder, contacts, seed)
    write_workspace(folder)
    with open_workspace(config) as workspace:
        with progress(False) as tick:
            report = sync(workspace, on_progress=tick)
        show_report(report, False)
        best = ranked(workspace, TOP)
        typer.echo("\nthe leads on top")
        show_leads(best, False)
        if best:
            typer.echo(f"\nwhy {best[0].contact_id} is on top")
            show_answer(explained(workspace, f"{best[0].source}:{best[0].contact_id}"), False)
    typer.echo(f"\nscores are in {folder / 'scores.csv'}; try: leadline explain ID -c {config}")
