"""A run about some contacts alone: their persons are scored and written, nobody else is touched.

Whoever is not among them stays as the last whole run left them, so that what stops a whole run
(`max_changes`) finds it all still to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from leadline.queries import fetch
from leadline.scoring.people import keys, show_people
from leadline.sync.pull import Pulled
from leadline.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Part:
    """Some persons of a workspace.

    workspace: with the models as they were published, so that all are scored by one. records: all
    that these persons have (source, contact_id). others: source → how many more have a score.
    """

    workspace: Workspace
    records: pa.Table
    others: Mapping[str, int]

    def of(self, source: str) -> list[str]:
        """The ids of the records in one source."""
        mine = self.records.filter(pc.equal(self.records["source"], source))
        ids: list[str] = mine["contact_id"].to_pylist()
        return ids


def part_of(workspace: Workspace, pulled: Mapping[str, Pulled]) -> Part | None:
    """The persons of whom a record was read.

    None where all must be scored: nobody was yet, or a published model cannot be read any more.
    """
    asked = keys((name, each) for name, pull in pulled.items() for each in sorted(pull.touched))
    with workspace.lake.session(workspace.config.memory_limit) as con:
        workspace.lake.relation(con, "scores")
        versions = dict(
            con.execute("SELECT model, any_value(model_version) FROM scores GROUP BY 1").fetchall()
        )
        show_people(con, workspace.lake, None, {}, workspace.identity, asked)
        records = fetch(con, "FROM mine")
        others = con.execute(
            "SELECT source, count(DISTINCT contact_id) FROM scores "
            "ANTI JOIN mine USING (source, contact_id) GROUP BY 1"
        ).fetchall()
    known = _as_published(workspace, versions) if versions else None
    return None if known is None else Part(known, records, dict(others))


def _as_published(workspace: Workspace, versions: Mapping[str, str]) -> Workspace | None:
    """The workspace with its models as they were published; None where one cannot be read."""
    for model in workspace.models:
        version = versions.get(model.name, model.version)
        if version == model.version:
            continue
        published = workspace.recalled(version)
        if published is None:
            return None
        workspace = workspace.under(published)
    return workspace
