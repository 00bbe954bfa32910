"""What is behind a lead's score, out of the lake: reasons, what is unknown, the past, the CRMs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from leadline.leads import Answer, explained
from leadline.workspace import Workspace
from leadline_serve.api.happenings import Happening, Scored, happened, history
from leadline_serve.pages.views import Fall, Record, Unknown, falls_of, unknowns_of

_SCORES, _ACTIVITIES = 400, 100


@dataclass(frozen=True, slots=True)
class Story:
    """Everything about one lead. more: there are older activities than those shown."""

    answer: Answer
    reasons: tuple[Fall, ...]
    unknowns: tuple[Unknown, ...]
    changes: tuple[Fall, ...]
    history: tuple[Scored, ...]
    happenings: tuple[Happening, ...]
    more: bool
    records: tuple[Record, ...]
    facts: tuple[tuple[str, str], ...]


def story_of(workspace: Workspace, source: str, contact_id: str) -> Story:
    """The story of a lead by the workspace's model; UsageError where it is no longer scored."""
    answer = explained(workspace, f"{source}:{contact_id}")
    person = workspace.engine.person((source, contact_id), datetime.now(UTC))
    keys = ((source, contact_id),) if person is None else person.records
    facts = {} if person is None else person.facts
    happenings = happened(workspace, source, contact_id, None, _ACTIVITIES + 1)
    known = ((name, str(value)) for name, value in sorted(facts.items()) if value is not None)
    return Story(
        answer=answer,
        reasons=falls_of(answer.rows),
        unknowns=unknowns_of(answer.rows),
        changes=falls_of(answer.changes),
        history=tuple(history(workspace, source, contact_id)[-_SCORES:]),
        happenings=tuple(happenings[:_ACTIVITIES]),
        more=len(happenings) > _ACTIVITIES,
        records=tuple(_record(workspace, *key) for key in keys),
        facts=tuple(known),
    )


def _record(workspace: Workspace, source: str, contact_id: str) -> Record:
    table = workspace.config.sources.get(source)
    if table is None:  # its records stay when a source leaves the config
        return Record(source, contact_id, "", None)
    return Record(source, contact_id, table.connector, table.page_of(contact_id))
