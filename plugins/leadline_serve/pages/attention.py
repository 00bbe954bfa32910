"""What needs a person: failed and stopped runs, refused writes, quarantine, refused plugins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from leadline.ledger import Run
from leadline_serve.pages.rendering import link, plural
from leadline_serve.pages.views import counts_of
from leadline_serve.server import Server

_LOOKED_AT = 200
_TROUBLE = {
    "failed": "failed",
    "partial": "went through only in part",
    "stopped": "was stopped before it wrote anything",
    "interrupted": "was interrupted",
}


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to look at. grave: nothing goes on before somebody acts."""

    title: str
    detail: str
    href: str
    grave: bool = False


def attention(server: Server) -> tuple[Matter, ...]:
    """Everything that needs a person now, the gravest first."""
    found = [*_runs(server), *_refused_plugins(server)]
    return tuple(sorted(found, key=lambda matter: not matter.grave))


def _runs(server: Server) -> Iterator[Matter]:
    """Trouble in the latest sync of each source; what a later one mended is no matter any more."""
    seen: set[str] = set()
    for run in server.ledger.runs.recent(_LOOKED_AT):
        mine = set(run.detail.get("sources") or ()) - seen
        if run.kind not in ("sync", "apply") or run.status == "running" or not mine:
            continue
        seen |= mine
        if run.status in _TROUBLE:
            yield _trouble(run, mine)
        yield from _records(run, mine)


def _trouble(run: Run, mine: set[str]) -> Matter:
    errors = run.summary.get("errors") or ["open the run to see how far it came"]
    title = f"The {run.kind} of {', '.join(sorted(mine))} {_TROUBLE[run.status]}"
    return Matter(title, str(errors[0]), link("/runs", run.run_id), run.status != "partial")


def _records(run: Run, mine: set[str]) -> Iterator[Matter]:
    for each in counts_of(run):
        if each.source not in mine:
            continue
        if each.rejected:
            title = f"{each.source} refused to take {plural(each.rejected, 'contact')}"
            yield Matter(title, "see the reasons in the run", link("/runs", run.run_id))
        if each.quarantined:
            title = f"{plural(each.quarantined, 'record')} of {each.source} could not be read"
            href = link("/quarantine", source=each.source)
            yield Matter(title, "they are in quarantine, each with its reason", href)


def _refused_plugins(server: Server) -> Iterator[Matter]:
    for each in server.refused:
        yield Matter(f"Plugin {each.name} does not run", each.reason, "/sources", grave=True)
