"""Every command: its arguments, one call of the core, and what it prints."""

from __future__ import annotations

import sys
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Literal

import typer

from leadline import __version__
from leadline.cli.extending import extend
from leadline.cli.options import instant
from leadline.errors import LeadlineError
from leadline.scoring.dialect import Dialect

app = typer.Typer(
    name="leadline",
    help="Lead scoring as code: pull, score, explain every point, write back.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
plugins_app = typer.Typer(help="What is installed, enabled and refused.", no_args_is_help=True)
app.add_typer(plugins_app, name="plugins")
model_app = typer.Typer(help="Look at the model itself.", no_args_is_help=True)
app.add_typer(model_app, name="model")

ConfigOption = Annotated[
    Path, typer.Option("-c", "--config", help="The config file.", show_default=True)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        parser=instant,
        metavar="INSTANT",
        help="The instant to score for: 2026-05-01, or 2026-05-01T09:30:00Z.",
    ),
]
ModelOption = Annotated[
    str | None, typer.Option("--model", metavar="NAME", help="Which model; the first if left out.")
]
CONFIG = Path("config.toml")


def main() -> None:
    """Run the command line; a LeadlineError is one message on standard error, and a status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without "→" gets "?", no failure
    try:
        extend(app, sys.argv[1:], CONFIG)
        app(standalone_mode=True)
    except LeadlineError as error:
        typer.echo(f"leadline: {error}", err=True)
        sys.exit(error.exit_status)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"leadline {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Lead scoring as code: pull, score, explain every point, write back."""


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="The folder to make.")] = Path("demo"),
    contacts: Annotated[int, typer.Option(min=10, max=10_000_000, help="How many.")] = 5_000,
    seed: Annotated[int, typer.Option(help="Another seed, another CRM.")] = 7,
) -> None:
    """Make a workspace with a generated CRM, sync it, and explain the best lead."""
    from leadline.cli.demo import run

    run(folder, contacts, seed)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The folder to write to.")] = Path(),
    preset: Annotated[str, typer.Option(help="Which model to start from.")] = "b2b",
) -> None:
    """Write a config and a model to start from; never overwrites a file."""
    from leadline.presets import write_preset

    for path in write_preset(preset, folder):
        typer.echo(f"wrote {path}")
    typer.echo("next: put the columns of your file into config.toml, then run leadline check")


@app.command()
def check(
    fix: Annotated[
        bool, typer.Option("--fix", help="Make in the CRM what writing back needs, after a yes.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --fix: do not ask.")] = False,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Try files, plugins, connections and fields; count whom each rule matches."""
    from leadline.checking import check as run
    from leadline.cli.asking import may_fix
    from leadline.cli.printing import show_findings

    findings = run(config, may_fix(yes) if fix else None)
    show_findings(findings, as_json)
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


@app.command()
def sync(
    sources: Annotated[list[str] | None, typer.Argument(help="Sources; all if none.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything again.")] = False,
    allow_changes: Annotated[
        bool, typer.Option("--allow-changes", help="Write more than max_changes allows.")
    ] = False,
    as_of: AsOfOption = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Pull, score, and write back what changed."""
    from leadline.cli.asking import confirming
    from leadline.cli.printing import progress, show_report
    from leadline.sync.run import sync as run
    from leadline.workspace import open_workspace

    with open_workspace(config) as workspace, progress(as_json) as tick:
        report = run(
            workspace,
            sources or (),
            full=full,
            as_of=as_of,
            on_progress=tick,
            allow_changes=allow_changes,
            confirm=None if as_json else confirming(),
        )
    show_report(report, as_json)
    raise typer.Exit(0 if report.status == "succeeded" else 1)


@app.command()
def plan(
    sources: Annotated[list[str] | None, typer.Argument(help="Sources; all if none.")] = None,
    model: Annotated[
        Path | None, typer.Option(help="Another model file, to hold against the published one.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Keep the plan in this file, for leadline apply.")
    ] = None,
    as_of: AsOfOption = None,
    top: Annotated[int, typer.Option(min=0, help="How many movers to show.")] = 10,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Pull and score, and show what a sync would write; nothing is written to a CRM."""
    from leadline.cli.plans import run_plan

    raise typer.Exit(run_plan(config, sources or (), model, out, as_of, top, as_json))


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(help="What leadline plan --out wrote.")],
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write exactly what a plan says; refuses once what it stands on has moved."""
    from leadline.cli.printing import progress, show_report
    from leadline.sync.review import apply as run
    from leadline.workspace import open_workspace

    with open_workspace(config) as workspace, progress(as_json) as tick:
        report = run(workspace, file, on_progress=tick)
    show_report(report, as_json, "apply")
    raise typer.Exit(0 if report.status == "succeeded" else 1)


@app.command()
def resync(
    source: Annotated[str, typer.Argument(help="The source to read again.")],
    contact: Annotated[list[str] | None, typer.Option(help="Only this contact; repeat.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(parser=instant, metavar="INSTANT", help="Only what changed since."),
    ] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Read a source afresh (all of it, or a part), score, and write back what changed."""
    from leadline.cli.resyncing import run_resync

    raise typer.Exit(run_resync(config, source, contact or (), since, as_json))


@app.command()
def explain(
    contact: Annotated[str, typer.Argument(help="An id, SOURCE:ID or an email address.")],
    as_of: AsOfOption = None,
    model: ModelOption = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show every row of a score, and what changed since the one before."""
    from leadline.cli.printing import show_answer
    from leadline.leads import explained
    from leadline.workspace import open_workspace

    with open_workspace(config) as workspace:
        show_answer(explained(workspace.about(model), contact, as_of), as_json)


@app.command()
def leads(
    top: Annotated[int, typer.Option(min=1, help="How many.")] = 10,
    where: Annotated[
        str | None, typer.Option(help="A SQL condition over facts, score and labels.")
    ] = None,
    model: ModelOption = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """The ranked list, best first."""
    from leadline.cli.printing import show_leads
    from leadline.leads import ranked
    from leadline.workspace import open_workspace

    with open_workspace(config) as workspace:
        show_leads(ranked(workspace.about(model), top, where), as_json)


@app.command()
def runs(
    last: Annotated[int, typer.Option(min=1, help="How many.")] = 10,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """What ran, what is running, what failed."""
    from leadline.cli.printing import show_runs
    from leadline.workspace import open_workspace

    with open_workspace(config) as workspace:
        show_runs(workspace.ledger.runs.recent(last), as_json)


@app.command()
def status(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Each source's state, the labels given, and what needs a person."""
    from leadline.cli.printing import show_status
    from leadline.status import status as run
    from leadline.workspace import open_workspace

    with open_workspace(config) as workspace:
        show_status(run(workspace), as_json)


@plugins_app.command("list")
def plugins_list(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """What is installed, what the config enables, and what was refused and why."""
    from leadline.cli.plugins import show_plugins
    from leadline.plugins import listing

    show_plugins(listing(config), as_json)


@plugins_app.command("check")
def plugins_check(
    name: Annotated[str, typer.Argument(help="The plugin, as plugins list names it.")],
    source: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="Only this source; else all of its own.")
    ] = None,
    batches: Annotated[int, typer.Option(min=2, help="How many batches to read at most.")] = 5,
    write: Annotated[
        bool, typer.Option("--write", help="Write what one contact holds once more, after a yes.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --write: do not ask.")] = False,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Hold a plugin to its contract, against the sources of the config as they are now."""
    from leadline.cli.asking import may_write
    from leadline.cli.printing import show_findings
    from leadline.probing import probe

    found = probe(config, name, source, batches, may_write(yes) if write else None)
    show_findings(found, as_json)
    raise typer.Exit(0 if all(finding.ok for finding in found) else 1)


@plugins_app.command("new")
def plugins_new(
    name: Annotated[str, typer.Argument(help="Small letters, digits and hyphens.")],
    into: Annotated[Path, typer.Option(metavar="FOLDER", help="Where to make it.")] = Path(),
) -> None:
    """Make a project for a connector of your own, with tests, that works as it is."""
    from leadline.cli.plugins import show_project
    from leadline.scaffold import new_project

    show_project(new_project(name, into))


@model_app.command("check")
def model_check(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Model files; those of the config if none.")
    ] = None,
    as_of: AsOfOption = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Look for slips in the model, try it on the data at hand, and run its expectations."""
    from leadline.cli.lint import show_remarks
    from leadline.lint.run import check as run
    from leadline.workspace import open_workspace

    with open_workspace(config) as workspace:
        report = run(workspace, files or (), as_of)
    show_remarks(report, as_json)
    raise typer.Exit(0 if report.ok else 1)


@model_app.command("sql")
def model_sql(
    dialect: Annotated[
        Dialect, typer.Option(help="duckdb, spark, snowflake, bigquery or postgres.")
    ] = Dialect.DUCKDB,
    model: ModelOption = None,
    as_of: AsOfOption = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Print the model as one query, to read or to run elsewhere."""
    from leadline.cli.model_sql import show_model_sql

    show_model_sql(config, dialect, model, as_of, as_json)


@app.command()
def schema(
    what: Annotated[Literal["config", "model"], typer.Argument(help="Of which file.")],
) -> None:
    """The JSON Schema of the config or the model file, for editors."""
    import json

    from leadline.config import schema as schema_of

    typer.echo(json.dumps(schema_of(what), indent=2))
