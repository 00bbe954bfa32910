"""Commands that plugins bring: leadline's own always, a stranger's when the config names it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
import typer
from typer.testing import CliRunner

from leadline.cli.extending import add, extend
from leadline.errors import PluginError
from leadline.host import Host
from leadline.host.commands import own_commands

from .distributions import Site

_GREETING = """
    from __future__ import annotations

    from leadline.hookspecs import hookimpl


    @hookimpl
    def register_commands(app):
        @app.command("{name}")
        def greet() -> None:
            \"\"\"Say hello.\"\"\"
            print("hello from {name}")
"""


_MODEL = """
name = "m"
[dimensions.fit]
max = 10
[[rules]]
name = "Named"
dimension = "fit"
when = "email IS NOT NULL"
points = 1
"""


def _app() -> typer.Typer:
    app = typer.Typer()

    @app.command()
    def sync() -> None:
        """Do the main job."""

    @app.command("check")
    def other() -> None:
        """Look."""

    return app


def _run(app: typer.Typer, *arguments: str) -> str:
    return CliRunner().invoke(app, list(arguments)).output


def test_hook_register_commands(site: Site) -> None:
    site.install("leadline-greeting", "greeting", _GREETING.format(name="greet"))
    host = Host.load({"greeting": None})
    assert host.refused == []
    app = _app()
    add(app, host.commands())
    assert "hello from greet" in _run(app, "greet")


def test_a_name_that_is_taken_is_refused(site: Site) -> None:
    for taken in ("sync", "check"):
        site.install(f"leadline-{taken}", taken, _GREETING.format(name=taken))
        brought = Host.load({taken: None}).commands()
        with pytest.raises(PluginError, match=f"plugin '{taken}'.*'{taken}', which there is"):
            add(_app(), brought)


def test_a_plugin_that_fails_is_named(site: Site) -> None:
    source = """
        from leadline.hookspecs import hookimpl


        @hookimpl
        def register_commands(app):
            raise RuntimeError("no luck")
    """
    site.install("leadline-bad", "bad", source)
    with pytest.raises(PluginError, match=r"plugin 'bad', hook register_commands: .*no luck"):
        Host.load({"bad": None}).commands()


def test_leadlines_own_commands_need_no_config() -> None:
    assert "sandbox" in own_commands()
    app = _app()
    extend(app, ["sandbox"], Path("there-is-none.toml"))
    extend(app, ["--help"], Path("there-is-none.toml"))
    brought = [group.name for group in app.registered_groups]
    assert brought == sorted(set(brought), key=brought.index), "each is brought once"
    assert "sandbox" in brought
    assert "hubspot" in _run(app, "sandbox", "--help")


def test_a_line_that_calls_leadlines_own_command_asks_no_plugin() -> None:
    for arguments in (["sync"], ["check", "--json"], ["--version"]):
        app = _app()
        extend(app, arguments, Path("there-is-none.toml"))
        assert app.registered_groups == []


def test_a_strangers_commands_come_with_the_config_that_names_it(
    site: Site, tmp_path: Path
) -> None:
    imported = site.install("leadline-greeting", "greeting", _GREETING.format(name="greet"))
    (tmp_path / "model.toml").write_text(_MODEL)
    config = tmp_path / "config.toml"
    config.write_text(
        dedent("""
            workspace = "var"
            models = ["model.toml"]

            [plugins.enable]
            greeting = "leadline-greeting"

            [sources.crm]
            connector = "csv"
            contacts = "contacts.csv"
            output = "scores.csv"

            [sources.crm.fields]
            contact_id = "Id"
        """)
    )
    extend(_app(), ["--help"], config)
    assert not imported.exists(), "help imported a stranger's plugin"
    app = _app()
    extend(app, ["greet"], config)
    assert "hello from greet" in _run(app, "greet")
