"""Local CRM simulators: a seeded CRM behind an API like the real one, no account needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.hookspecs import hookimpl

if TYPE_CHECKING:
    import typer


@hookimpl
def register_commands(app: typer.Typer) -> None:
    """Bring `leadline sandbox`."""
    from leadline_sandbox.commands import sandbox

    app.add_typer(sandbox, name="sandbox")
