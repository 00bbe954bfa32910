"""HubSpot's own stage fields: what may still be written, and whether HubSpot took it.

Sales and HubSpot itself move stages all day, so each is read again right before it is written. A
backward move of the lifecycle stage is answered with a success and dropped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from leadline.batches import Outcome, Source, WriteResult
from leadline.connecting.moves import not_allowed
from leadline.errors import LeadlineError, SourceError
from leadline_hubspot import paths
from leadline_hubspot.answers import Refused
from leadline_hubspot.changes import Change, Stage
from leadline_hubspot.mapping import CONTACTS
from leadline_hubspot.present import Values, read
from leadline_hubspot.sending import gone, send
from leadline_hubspot.settings import HubSpotSettings

if TYPE_CHECKING:
    from leadline_hubspot.api import Api

LIFECYCLE = "lifecyclestage"


@dataclass(frozen=True, slots=True)
class StageField:
    """A stage field's values in HubSpot's order, with their labels; none where any text goes."""

    name: str
    labels: Mapping[str, str]

    def problem(self, value: str) -> str:
        """Why a value cannot be written; "" when it can."""
        if not self.labels or value in self.labels:
            return ""
        named = [each for each, label in self.labels.items() if label.lower() == value.lower()]
        if named:
            return f"'{value}' is a label of {self.name}: write its internal value, '{named[0]}'"
        there = ", ".join(f"'{each}' ({label})" for each, label in self.labels.items())
        return f"'{value}' is no value of {self.name}; there are {there}"

    def is_backward(self, now: str, value: str) -> bool:
        """Whether HubSpot drops this move unless the field is emptied first."""
        order = list(self.labels)
        if self.name != LIFECYCLE or now not in order or value not in order:
            return False
        return order.index(value) < order.index(now)


def stage_field(api: Api, name: str) -> StageField | None:
    """A stage field as the account has it; None where it has no such property."""
    try:
        found = api.get(paths.PROPERTY, kind=CONTACTS, name=name)
    except Refused as refusal:
        if refusal.status != 404:
            raise
        return None
    options = sorted(found.get("options") or (), key=lambda each: each.get("displayOrder") or 0)
    return StageField(name, {str(each["value"]): str(each["label"]) for each in options})


@dataclass(frozen=True, slots=True)
class Screened:
    """Changes with stages, held against what HubSpot has now.

    going: what is to be sent; a stage that stays as it is was taken out. gone: contacts that are
    no more. refused: results for contacts whose score is written and whose stage is not.
    before: the stage fields' present values. backward: contacts whose stage must be emptied first.
    """

    going: Sequence[Change]
    gone: Mapping[str, WriteResult]
    refused: Mapping[str, WriteResult]
    before: Mapping[str, Values]
    backward: frozenset[str]
    fields: Mapping[str, StageField | None]

    def settled(self, results: Iterable[WriteResult]) -> list[WriteResult]:
        """The results of what was sent, with those of the stages that were not."""
        return [
            self.refused.get(each.contact_id, each) if each.outcome is Outcome.WRITTEN else each
            for each in results
        ]

    def not_taken(self, change: Change) -> str:
        """Why HubSpot may have kept the stage that it had."""
        assert change.stage is not None
        field, value = change.stage.field, change.stage.value
        now, known = self.before[change.contact_id][field], self.fields[field]
        reason = f"HubSpot keeps {field} at '{now}' and does not take '{value}'"
        if known is not None and known.is_backward(now, value):
            return f"{reason}: it moves forward only, unless backward_stages = true"
        return reason


def screen(source: Source, api: Api, wanted: Sequence[Change]) -> Screened:
    """Read the contacts and say which stages may be written; one read for all of them."""
    settings = source.settings_as(HubSpotSettings)
    staged = [each for each in wanted if each.stage is not None]
    names = sorted({each.stage.field for each in staged if each.stage is not None})
    fields = {name: stage_field(api, name) for name in names}
    there = [name for name, field in fields.items() if field is not None]
    found = read(api, [each.contact_id for each in wanted], there)
    ended = gone(found)
    going: list[Change] = []
    refused: dict[str, WriteResult] = {}
    backward: set[str] = set()
    for each in wanted:
        contact_id, stage = each.contact_id, each.stage
        if contact_id in ended:
            continue
        if stage is None:
            going.append(each)
            continue
        field = fields[stage.field]
        now = found.found[contact_id].get(stage.field, "")
        if result := _refusal(source, contact_id, stage, now, field):
            refused[contact_id] = result
        if result or now == stage.value:
            going.append(replace(each, stage=None))
            continue
        going.append(each)
        if settings.backward_stages and field is not None and field.is_backward(now, stage.value):
            backward.add(contact_id)
    return Screened(going, ended, refused, found.found, frozenset(backward), fields)


def clear(api: Api, screened: Screened) -> Screened:
    """Empty the stages that have to move backward, in a request of its own.

    A contact for which that fails keeps its stage, and is answered with "try again".
    """
    wanted = [
        _only_stage(each, "") for each in screened.going if each.contact_id in screened.backward
    ]
    failed = {
        each.contact_id: replace(each, outcome=Outcome.RETRY, reason=f"its stage: {each.reason}")
        for each in send(api, wanted)
        if each.outcome is not Outcome.WRITTEN
    }
    going = [
        replace(each, stage=None) if each.contact_id in failed else each for each in screened.going
    ]
    return replace(
        screened,
        going=going,
        refused={**screened.refused, **failed},
        backward=screened.backward - failed.keys(),
    )


def restore(api: Api, screened: Screened, contacts: Collection[str]) -> None:
    """Put back the stages that were emptied in vain; SourceError names those left without one."""
    wanted = [
        _only_stage(each, screened.before[each.contact_id][each.stage.field])
        for each in screened.going
        if each.contact_id in contacts and each.stage is not None
    ]
    left = {each.contact_id for each in wanted}
    try:
        results = list(send(api, wanted))
        left -= {each.contact_id for each in results if each.outcome is Outcome.WRITTEN}
    except LeadlineError as error:
        raise _left_empty(left) from error
    if left:
        raise _left_empty(left)


def _refusal(
    source: Source, contact_id: str, stage: Stage, now: str, field: StageField | None
) -> WriteResult | None:
    """Why a stage stays as it is; None where it may be written."""
    if field is None:
        reason = f"HubSpot has no contact property '{stage.field}': correct it in the config"
        return WriteResult(contact_id, Outcome.REJECTED, reason, "stage")
    if problem := field.problem(stage.value):
        return WriteResult(contact_id, Outcome.REJECTED, problem, "stage")
    if now == stage.value:
        return None
    return not_allowed(source, contact_id, stage.field, stage.value, now)


def _only_stage(change: Change, value: str) -> Change:
    assert change.stage is not None
    return Change(change.contact_id, {change.stage.field: value})


def _left_empty(contacts: Collection[str]) -> SourceError:
    return SourceError(
        "HubSpot took the old stage of these contacts away and did not take the new one, nor the "
        f"old one back: {', '.join(sorted(contacts))}; set their stage in HubSpot"
    )
