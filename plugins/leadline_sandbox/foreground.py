"""A simulated CRM for a person: served until Ctrl-C, with a word at the start and at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from starlette.types import ASGIApp

from leadline_sandbox.crm import Crm
from leadline_sandbox.server import address, listen, serve

C = TypeVar("C", bound=Crm)


@dataclass(frozen=True, slots=True)
class Scene(Generic[C]):
    """One kind of CRM. facts: what there is, by line; config: the lines that connect to it."""

    make: Callable[..., C]
    build: Callable[[C], ASGIApp]
    facts: Callable[[C], Sequence[str]]
    config: Callable[[C], str]


def attend(
    scene: Scene[C],
    port: int,
    contacts: int,
    seed: int,
    faults: Sequence[str],
    say: Callable[[str], None],
    **options: Any,
) -> None:
    """Serve a CRM with this trouble until Ctrl-C; ends with the calls that there were."""
    opened = listen(port)
    crm = scene.make(contacts, seed, **options)
    for fault in faults:
        crm.faults.parse(fault)
    crm.url = address(opened)
    app = scene.build(crm)
    lines = [
        *scene.facts(crm),
        *(f"  trouble: {fault}" for fault in faults),
        "",
        "Put this into config.toml, and run leadline check:",
        scene.config(crm),
        "Ctrl-C ends it.",
    ]
    serve(app, opened, lambda: say("\n".join(lines)))
    say(f"\nstopped after {crm.journal.count():,} calls")
    for label, number in crm.journal.summary().items():
        say(f"  {label}: {number:,}")
