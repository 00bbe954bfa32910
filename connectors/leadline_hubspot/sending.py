"""One batch of updates: what is refused is taken apart until only the bad record is left.

A batch with one bad value is refused as a whole; a contact that was merged away is left out of the
answer without a word, or answered under the id of the one that is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from leadline.batches import Outcome, WriteResult
from leadline.errors import SourceError
from leadline_hubspot import paths
from leadline_hubspot.answers import Forbidden, Json, Refused, named_ids
from leadline_hubspot.changes import Change
from leadline_hubspot.mapping import CONTACTS
from leadline_hubspot.present import Read, read, same
from leadline_hubspot.undoing import take_back

if TYPE_CHECKING:
    from leadline_hubspot.api import Api

# What HubSpot says of one record for good; anything else may pass the next time.
_FOR_GOOD = {"VALIDATION_ERROR", "CONFLICT", "OBJECT_ALREADY_EXISTS", "INVALID_INPUT"}
_NOT_FOUND = "OBJECT_NOT_FOUND"
_NO_PROPERTY = "PROPERTY_DOESNT_EXIST"
_GONE = "it is deleted in HubSpot; the next sync takes it out"


def send(api: Api, changes: Sequence[Change]) -> Iterator[WriteResult]:
    """Update at most 100 contacts that are each named once; one result for each.

    Raises SourceError for what would go wrong with every contact.
    """
    if not changes:
        return
    body = {"inputs": [each.input for each in changes]}
    try:
        answer = api.post(paths.BATCH_UPDATE, body, kind=CONTACTS)
    except Forbidden:
        raise
    except Refused as refusal:
        _stop_if_for_all(f"{refusal.message} {refusal.errors}", changes)
        if len(changes) == 1:
            reason = _GONE if refusal.status == 404 else _said(refusal.message)
            yield WriteResult(changes[0].contact_id, Outcome.REJECTED, reason)
            return
        middle = len(changes) // 2
        for half in (changes[:middle], changes[middle:]):
            yield from send(api, half)
        return
    yield from _settled(api, changes, answer.body)


def gone(found: Read) -> dict[str, WriteResult]:
    """The results for those of the ids read that are no contacts of their own any more."""
    merged = {
        each: f"it was merged into contact {now} in HubSpot; the next sync goes on with that one"
        for each, now in found.merged.items()
    }
    reasons = {**dict.fromkeys(found.missing, _GONE), **merged}
    return {each: WriteResult(each, Outcome.REJECTED, why) for each, why in reasons.items()}


def _settled(api: Api, changes: Sequence[Change], body: Json) -> Iterator[WriteResult]:
    """Each contact's result; those of whom the answer does not say enough are read again."""
    asked = {each.contact_id: each for each in changes}
    _stop_if_for_all(str(body.get("errors") or ""), changes)
    results = {each.contact_id: each for each in _refused(body, asked)}
    for record in body.get("results") or ():
        contact_id, held = str(record.get("id")), record.get("properties") or {}
        traced = str(record.get("objectWriteTraceId") or contact_id)
        if contact_id in asked and traced == contact_id and _holds(asked[contact_id], held):
            results.setdefault(contact_id, WriteResult(contact_id, Outcome.WRITTEN))
    _take_back_strays(api, asked, body)
    doubtful = [each for each in changes if each.contact_id not in results]
    if not doubtful:
        yield from results.values()
        return
    looked_up, survivors = _looked_up(api, doubtful)
    results |= looked_up
    # Whoever is left of a merge within the batch may have got the values of the other one.
    again = [each for each in changes if each.contact_id in survivors]
    for each in again:
        results.pop(each.contact_id, None)
    yield from results.values()
    yield from send(api, again)


def _take_back_strays(api: Api, asked: Mapping[str, Change], body: Json) -> None:
    """Whoever was written to without being asked for keeps what it had."""
    strays: dict[str, Mapping[str, str]] = {}
    for record in body.get("results") or ():
        contact_id, traced = str(record.get("id")), str(record.get("objectWriteTraceId"))
        if contact_id not in asked and traced in asked:
            strays[contact_id] = asked[traced].sent
    if strays:
        take_back(api, strays, str(body.get("startedAt") or ""))


def _refused(body: Json, asked: Mapping[str, Change]) -> Iterator[WriteResult]:
    for error in body.get("errors") or ():
        category, message = str(error.get("category")), _said(str(error.get("message")))
        for each in dict.fromkeys(named_ids(error)):
            if each not in asked:
                continue
            if category == _NOT_FOUND:
                yield WriteResult(each, Outcome.REJECTED, _GONE)
            elif category in _FOR_GOOD:
                yield WriteResult(each, Outcome.REJECTED, message)
            else:
                yield WriteResult(each, Outcome.RETRY, message)


def _holds(change: Change, held: Mapping[str, str | None]) -> bool:
    """Whether an answer shows the values sent; a property that it leaves out says nothing.

    A stage is for the caller to read again: HubSpot may keep the one it had.
    """
    sent = change.values.items()
    return all(same(value, held[name] or "") for name, value in sent if name in held)


def _looked_up(
    api: Api, changes: Sequence[Change]
) -> tuple[dict[str, WriteResult], frozenset[str]]:
    """What became of contacts that an answer left open, and the ids that some were merged into."""
    names = sorted({name for each in changes for name in each.values})
    found = read(api, [each.contact_id for each in changes], names)
    results = gone(found)
    for each in changes:
        held = found.found.get(each.contact_id)
        if held is None:
            continue
        differ = [name for name, value in each.values.items() if not same(value, held[name])]
        if not differ:
            results[each.contact_id] = WriteResult(each.contact_id, Outcome.WRITTEN)
            continue
        reason = f"HubSpot does not say that it took {differ[0]}, and holds another value"
        results[each.contact_id] = WriteResult(each.contact_id, Outcome.RETRY, reason)
    return results, frozenset(found.merged.values())


def _stop_if_for_all(text: str, changes: Sequence[Change]) -> None:
    """Raise where HubSpot's words are about what no single contact can help."""
    if _NO_PROPERTY not in text:
        return
    sent = {name for each in changes for name in each.sent}
    named = [name for name in re.findall(r"[a-z]\w*", text) if name in sent]
    raise SourceError(
        f"HubSpot has no contact property '{named[0] if named else min(sent)}': run leadline check "
        "--fix, which makes leadline's own, or correct the name in the config"
    )


def _said(message: str) -> str:
    """HubSpot's reason in plain words: it hides JSON in the sentence."""
    values = re.findall(r'"message"\s*:\s*"((?:[^"\\]|\\.)*)"', message)
    names = re.findall(r'"name"\s*:\s*"((?:[^"\\]|\\.)*)"', message)
    if not values:
        return f"HubSpot says: {message}"
    words = values[0].replace('\\"', '"')
    return f"HubSpot refuses {names[0]}: {words}" if names else f"HubSpot says: {words}"
