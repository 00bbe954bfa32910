"""What programs are told of plans and comparisons, by the command line and by the API alike."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadline.model import Model
    from leadline.sync.compare import Comparison
    from leadline.sync.effects import Effects, Labels, Mover, Share
    from leadline.sync.run import Report


def excesses_document(report: Report) -> dict[str, object]:
    """The limits of `max_changes` that a sync would pass; source null: of all sources together."""
    found = [{"source": each.source or None, "message": each.message} for each in report.excesses]
    return {"excesses": found}


def comparison_document(found: Comparison, file: Path) -> dict[str, object]:
    """What `plan --model --json` prints."""
    head: dict[str, object] = {
        "same": found.same,
        "old": {**_version(found.base.model), "which": found.base.which},
        "new": {**_version(found.new), "file": str(file)},
        "edits": [edit.as_json() for edit in found.edits],
    }
    if found.report is not None:
        plans = {
            name: {"changes": plan.changes.num_rows, "unchanged": plan.unchanged}
            for name, plan in found.report.plans.items()
        }
        head = {**found.report.as_json(), **excesses_document(found.report), **head, "plan": plans}
    return head if found.effects is None else {**head, **_effects_document(found, found.effects)}


def _effects_document(found: Comparison, effects: Effects) -> dict[str, object]:
    return {
        "contacts": effects.contacts,
        "changed": effects.changed,
        "gained": effects.gained,
        "lost": effects.lost,
        "points": effects.points,
        "distribution": [
            {"least": band.least, "most": band.most, "contacts": band.contacts}
            for band in effects.bands
        ],
        "temperature": pairs(effects.labels("temperature")),
        "grade": pairs(effects.labels("grade")),
        "sales": None if found.sales is None else found.sales.as_json(),
        "rules": [_share_document(share, found.rule_changes) for share in effects.shares],
        "top": [_mover_document(mover) for mover in effects.top],
    }


def _share_document(share: Share, changes: Mapping[str, str]) -> dict[str, object]:
    return {
        "rule": share.rule,
        "dimension": share.dimension,
        "change": changes.get(share.rule),
        "points": share.points,
        "contacts": share.contacts,
        "old": {"points": share.old, "contacts": share.old_contacts},
        "new": {"points": share.new, "contacts": share.new_contacts},
    }


def _mover_document(mover: Mover) -> dict[str, object]:
    return {
        "source": mover.source,
        "contact_id": mover.contact_id,
        "points": mover.points,
        "before": mover.before,
        "after": mover.after,
        "rows": [{"rule": rule, "points": points} for rule, points in mover.reasons],
    }


def _version(model: Model) -> dict[str, str]:
    return {"name": model.name, "version": model.version}


def pairs(counted: Labels) -> list[dict[str, object]]:
    """How many go from which label to which, most first."""
    return [{"from": was, "to": now, "contacts": n} for (was, now), n in counted.most_common()]
