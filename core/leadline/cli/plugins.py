"""How plugins look: what is installed, what each connector can do, and what was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from rich.text import Text

from leadline.batches import Capabilities, Support
from leadline.cli.paper import make_table, print_json, say, show

if TYPE_CHECKING:
    from leadline.plugins import Listed
    from leadline.scaffold import Project

_STYLES = {"enabled": "green", "failed": "bold red", "refused": "bold red", "installed": "dim"}


def show_plugins(found: Sequence[Listed], as_json: bool) -> None:
    """Where each plugin is from and whether it runs; then its connectors, and every reason."""
    if as_json:
        return print_json([each.as_json() for each in found])
    table = make_table("plugin", "from", "contract", "state", "answers", whole=("plugin", "state"))
    for each in found:
        answers = [hook for hook in each.hooks if not hook.startswith("register_")]
        brings = [f"connector {name}" for name in each.connectors]
        brings += [f"fact {name}" for name in each.facts]
        table.add_row(
            Text(each.name),
            Text(f"{each.distribution} {each.version}".strip()),
            Text(each.contract or "none"),
            Text(each.state, _STYLES.get(each.state, "")),
            Text(", ".join([*brings, *answers])),
        )
    show(table)
    _connectors(found)
    for each in found:
        if each.reason:
            say(f"{each.state}: {each.name}: {each.reason}")
    if any(each.state == "installed" for each in found):
        say("installed: not named in the config, so not run; see plugins.enable in docs/config.md")
    return None


def show_project(made: Project) -> None:
    """What was written, and what to do next."""
    for path in made.files:
        say(f"wrote {path}")
    say(f"next: cd {made.folder}, pip install --editable '.[dev]', pytest; README.md says the rest")


def _connectors(found: Sequence[Listed]) -> None:
    """What each connector can do, what its source cannot, and what is not done yet."""
    table = make_table("connector", "can", "its source cannot", "not yet", whole=("connector",))
    for plugin in found:
        for name, can in plugin.capabilities.items():
            table.add_row(
                Text(name), *(", ".join(_declared(can, support)) or "-" for support in Support)
            )
    if table.row_count:
        say("")
        show(table)


def _declared(can: Capabilities, support: Support) -> Iterator[str]:
    """The capabilities that a connector declares so; a write with its size."""
    for each in fields(can):
        value = getattr(can, each.name)
        if isinstance(value, Support) and value is support:
            yield each.name
    if support is Support.FULL and can.write is Support.FULL:
        yield "any number at once" if can.batch_size is None else f"{can.batch_size} at once"
