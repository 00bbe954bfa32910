"""`leadline check`: files, plugins, connections, fields, and whom each rule matches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.compute as pc

from leadline.batches import Finding, Support
from leadline.config import facts
from leadline.errors import LeadlineError
from leadline.model import Model
from leadline.scoring.feeds import off_in_all, said_off
from leadline.scoring.withheld import withheld_counts
from leadline.silence import silent_rules
from leadline.vocabulary import EVERY_TYPE
from leadline.workspace import Workspace, open_workspace


def check(
    config_path: Path, may_fix: Callable[[Sequence[Finding]], bool] | None = None
) -> list[Finding]:
    """All that was tried, in order; ConfigError if the files themselves are wrong.

    may_fix: is given the findings that the connectors can mend; on its yes they are asked to, and
    all is tried again: what was made stands first.
    """
    with open_workspace(config_path) as workspace:
        found = list(_findings(workspace))
        mendable = [each for each in found if each.fix]
        if may_fix is None or not mendable or not may_fix(mendable):
            return found
        return [*_mended(workspace), *_findings(workspace)]


def _mended(workspace: Workspace) -> Iterator[Finding]:
    for name, source in workspace.sources.items():
        try:
            yield from (_of(name, each) for each in workspace.host.fix(name))
        except LeadlineError as error:
            yield Finding(f"{name}: {source.connector}", False, str(error))


def _findings(workspace: Workspace) -> Iterator[Finding]:
    yield Finding("config", True, str(workspace.config.path))
    for model in workspace.models:
        what = f"{len(model.rules)} rules, version {model.version}"
        yield Finding(f"model {model.name}", True, what)
    for refusal in workspace.host.refused:
        yield Finding(f"plugin {refusal.name}", False, refusal.reason)
    yield from _of_plugins(workspace)
    for name, why in workspace.absent.items():
        yield Finding(name, False, why)
    off = _off_by_last_pull(workspace)
    for name, source in workspace.sources.items():
        try:
            found = workspace.host.check(name)
        except LeadlineError as error:
            yield Finding(f"{name}: {source.connector}", False, str(error))
            continue
        yield from (_of(name, each) for each in found)
        # What the connector sees now is newer than what the last pull saw.
        said = [each.feeds_off for each in found if each.feeds_off is not None]
        if said:
            off[name] = frozenset().union(*said)
    silent = off_in_all(off, workspace.sources)
    for model in workspace.models:
        yield from silent_rules(model, facts(workspace.config), silent)
    yield from _counts(workspace)


def _of_plugins(workspace: Workspace) -> Iterator[Finding]:
    """What the plugins say of how they were set up."""
    for plugin in workspace.host.answering("check_plugin"):
        try:
            yield from (_of(plugin, each) for each in workspace.host.check_plugin(plugin))
        except LeadlineError as error:
            yield Finding(f"plugin {plugin}", False, str(error))


def _of(source: str, finding: Finding) -> Finding:
    return replace(finding, subject=f"{source}: {finding.subject}")


def _off_by_last_pull(workspace: Workspace) -> dict[str, frozenset[str]]:
    """The activity types that each source could not deliver when it was last read."""
    off = {
        name: frozenset({EVERY_TYPE})
        for name, source in workspace.sources.items()
        if workspace.host.connectors[source.connector].capabilities.activities is not Support.FULL
    }
    with workspace.lake.session(workspace.config.memory_limit) as con:
        return {**said_off(con, workspace.lake, None), **off}


def _counts(workspace: Workspace) -> Iterator[Finding]:
    """How many of the contacts in the lake each rule of each model pays for."""
    if workspace.lake.clock() is None:
        yield Finding("rules", True, "not counted: nothing has been pulled yet")
        return
    for model in workspace.models:
        yield from _matches(workspace, model)
    with workspace.lake.session(workspace.config.memory_limit) as con:
        workspace.lake.relation(con, "activities")
        held = withheld_counts(con)
    for by, count in held.items():
        yield Finding(f"withheld by {by}", True, f"{count:,} activities")


def _matches(workspace: Workspace, model: Model) -> Iterator[Finding]:
    """How many of the contacts that a model is for each of its rules pays for."""
    wide = workspace.engine.score(model, datetime.now(UTC))
    whose = f"{model.name}: " if len(workspace.models) > 1 else ""
    for i, rule in enumerate(model.rules):
        paid = pc.sum(pc.not_equal(wide[f"r{i}"], 0)).as_py() or 0
        yield Finding(f"{whose}rule {rule.name}", True, f"{paid:,} of {wide.num_rows:,} contacts")
    for i, exclusion in enumerate(model.exclusions):
        out = pc.sum(pc.equal(wide["exclusion"], i)).as_py() or 0
        what = f"{out:,} of {wide.num_rows:,} contacts"
        yield Finding(f"{whose}exclusion {exclusion.name}", True, what)
