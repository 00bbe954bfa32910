"""Scores into contacts: by id, only leadline's own properties, and one result for each contact.

Nothing is ever created: an update of an id that is gone is refused, where an upsert would bring the
contact back. What HubSpot does not say plainly is looked up before it counts as written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import count
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import pyarrow as pa

from leadline.batches import Outcome, Source, WriteResult
from leadline.errors import LeadlineError
from leadline_hubspot.activities import note_stages
from leadline_hubspot.changes import Change, changes_of
from leadline_hubspot.present import Values, read, same
from leadline_hubspot.sending import send
from leadline_hubspot.stages import LIFECYCLE, Screened, clear, restore, screen

if TYPE_CHECKING:
    from leadline_hubspot.api import Api

# The first batch is read back, and then one in so many: what is answered is checked each time.
_READ_BACK_EVERY = 25

_batches: WeakKeyDictionary[Api, Iterator[int]] = WeakKeyDictionary()


def write(source: Source, api: Api, changes: pa.Table) -> Iterator[WriteResult]:
    """Write at most 100 changes; exactly one result for each row.

    `RetryLater` when HubSpot takes no more calls: what was not answered for by then is in doubt,
    and may be sent again.
    """
    wanted = changes_of(source, changes)
    if any(each.stage is not None for each in wanted):
        yield from _with_stages(source, api, wanted)
        return
    results = send(api, wanted)
    if next(_batches.setdefault(api, count())) % _READ_BACK_EVERY:
        yield from results
    else:
        yield from _read_back(api, wanted, list(results))


def _with_stages(source: Source, api: Api, wanted: Sequence[Change]) -> Iterator[WriteResult]:
    """Refuse what may not be written any more, write the rest, and see what HubSpot took."""
    screened = screen(source, api, wanted)
    yield from screened.gone.values()
    try:
        screened = clear(api, screened)
        results = list(send(api, screened.going))
        results = _read_back(api, screened.going, results, screened)
    except LeadlineError:
        restore(api, screened, screened.backward)
        raise
    taken = {each.contact_id for each in results if each.outcome is Outcome.WRITTEN}
    restore(api, screened, screened.backward - taken)
    _remember(source, screened.going, taken)
    yield from screened.settled(results)


def _remember(source: Source, sent: Sequence[Change], taken: Set[str]) -> None:
    """What leadline wrote itself is no activity of the contact."""
    stages = {
        each.contact_id: each.stage.value
        for each in sent
        if each.stage is not None and each.stage.field == LIFECYCLE and each.contact_id in taken
    }
    if stages:
        note_stages(source.state, stages)


def _read_back(
    api: Api,
    sent: Sequence[Change],
    results: Sequence[WriteResult],
    screened: Screened | None = None,
) -> list[WriteResult]:
    """The results, less those that HubSpot does not hold after all."""
    written = {each.contact_id for each in results if each.outcome is Outcome.WRITTEN}
    checked = {each.contact_id: each for each in sent if each.contact_id in written}
    if not checked:
        return list(results)
    names = sorted({name for each in checked.values() for name in each.sent})
    found = read(api, checked.keys(), names).found
    return [
        _held_to(checked[each.contact_id], found.get(each.contact_id), screened)
        if each.contact_id in checked
        else each
        for each in results
    ]


def _held_to(change: Change, held: Values | None, screened: Screened | None) -> WriteResult:
    """Whether a contact has what was sent to it; a stage that stays as it was is refused."""
    contact_id, stage = change.contact_id, change.stage
    if held is None:
        reason = "it was written, and could not be found when it was read back"
        return WriteResult(contact_id, Outcome.RETRY, reason)
    other = [name for name, value in change.sent.items() if not same(value, held[name])]
    if not other:
        return WriteResult(contact_id, Outcome.WRITTEN)
    if stage is not None and screened is not None and other == [stage.field]:
        before = screened.before[contact_id][stage.field]
        emptied = contact_id in screened.backward and not held[stage.field]
        if emptied or held[stage.field] == before:
            reason = screened.not_taken(change)
            return WriteResult(contact_id, Outcome.REJECTED, reason, "stage")
    reason = f"{other[0]} was written, and HubSpot holds '{held[other[0]]}' instead"
    return WriteResult(contact_id, Outcome.RETRY, reason)
