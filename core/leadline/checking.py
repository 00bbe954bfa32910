"""`leadline check`: files, plugins, connections, fields, and whom each rule matches."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.compute as pc

from leadline.batches import Finding
from leadline.errors import LeadlineError
from leadline.model import Model
from leadline.workspace import Workspace, open_workspace


def check(config_path: Path) -> list[Finding]:
    """All that was tried, in order; ConfigError if the files themselves are wrong."""
    with open_workspace(config_path) as workspace:
        return list(_findings(workspace))


def _findings(workspace: Workspace) -> Iterator[Finding]:
    yield Finding("config", True, str(workspace.config.path))
    for model in workspace.models:
        what = f"{len(model.rules)} rules, version {model.version}"
        yield Finding(f"model {model.name}", True, what)
    for refusal in workspace.host.refused:
        yield Finding(f"plugin {refusal.name}", False, refusal.reason)
    for name, source in workspace.sources.items():
        try:
            for finding in workspace.host.check(name):
                yield Finding(f"{name}: {finding.subject}", finding.ok, finding.detail)
        except LeadlineError as error:
            yield Finding(f"{name}: {source.connector}", False, str(error))
    if workspace.lake.clock() is None:
        yield Finding("rules", True, "not counted: nothing has been pulled yet")
        return
    for model in workspace.models:
        yield from _matches(workspace, model)


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
