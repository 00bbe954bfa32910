"""`leadline model sql`: the compiled query in a dialect, printed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import typer

from leadline.config import facts
from leadline.scoring.compiler import CompiledModel
from leadline.scoring.dialect import Dialect
from leadline.scoring.engine import day_number
from leadline.scoring.readable import model_sql
from leadline.workspace import configured


def show_model_sql(
    config_path: Path, dialect: Dialect, name: str | None, as_of: datetime | None, as_json: bool
) -> None:
    """Print the query of a model for the day of an instant: the first one's, today's."""
    config, _ = configured(config_path)
    at = as_of or datetime.now(UTC)
    if at.tzinfo is None:
        at = at.replace(tzinfo=config.time_zone)
    model = config.models[config.place_of(name)]
    compiled = CompiledModel(model, facts(config))
    zone = config.time_zone
    query = model_sql(compiled, day_number(at, zone), dialect, time_zone=zone.key)
    if as_json:
        said = {"name": model.name, "version": model.version}
        answer = {"model": said, "dialect": dialect.value, "as_of": at.isoformat(), "sql": query}
        typer.echo(json.dumps(answer, indent=2))
    else:
        typer.echo(query, nl=False)
