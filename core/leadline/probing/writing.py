"""What a write keeps: the values that one contact has, written once more, stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from leadline.batches import Checkpoint, Finding, Outcome, Stream, WriteResult
from leadline.errors import LeadlineError
from leadline.probing.opened import Opened

_SUBJECT = "write"
_KEY = Stream.CONTACTS.key


@dataclass(frozen=True, slots=True)
class Present:
    """What leadline's own fields of one contact hold, as a change that would write just that.

    since: the checkpoint after which the contact came.
    """

    change: pa.Table
    since: Checkpoint | None

    @property
    def contact_id(self) -> str:
        """Whose they are."""
        return str(self.change[_KEY][0].as_py())

    @property
    def told(self) -> str:
        """What would be written, for the question."""
        row = self.change.to_pylist()[0]
        fields = ", ".join(f"{name} = {'' if v is None else v}" for name, v in row.items())
        return f"what is there already: {fields}"


def present(opened: Opened, most: int) -> Present | Finding:
    """A contact whose values are known, rather one that has some; else why there is none."""
    schema = opened.source.output.insert(0, pa.field(_KEY, pa.string(), nullable=False))
    found: Present | None = None
    since: Checkpoint | None = None
    try:
        taken = opened.reopened("present").take(Stream.CONTACTS, None, most)
    except LeadlineError as error:
        return Finding(_SUBJECT, False, str(error))
    for batch in taken.batches:
        rows = batch.known.rows if batch.known is not None else pa.table({})
        # A column that is not known would be emptied.
        if rows.num_rows and set(schema.names) <= set(rows.column_names):
            for row in rows.select(schema.names).to_pylist():
                filled = any(value is not None for name, value in row.items() if name != _KEY)
                if filled or found is None:
                    found = Present(pa.Table.from_pylist([row], schema=schema), since)
                if filled:
                    return found
        since = batch.checkpoint
    return found or Finding(
        _SUBJECT,
        True,
        "not tried: the connector does not say what leadline's fields hold now (Batch.known), and "
        "nothing else may be written",
    )


def of_write(opened: Opened, now: Present, most: int) -> Iterator[Finding]:
    """Write it twice, each time from a new process, and read it back."""
    try:
        for _ in range(2):
            name = opened.source.name
            results = list(opened.reopened("present").host.write_scores(name, now.change))
            if wrong := _wrong(results, now.contact_id):
                yield Finding(_SUBJECT, False, wrong)
                return
        yield Finding(_SUBJECT, True, f"contact {now.contact_id} was written twice over")
        yield _read_back(opened, now, most)
    except LeadlineError as error:
        yield Finding(_SUBJECT, False, str(error))


def _wrong(results: list[WriteResult], contact_id: str) -> str:
    """What is wrong with the answer to one contact's write; "" for nothing."""
    if len(results) != 1 or results[0].contact_id != contact_id:
        return f"{len(results)} results for one contact, {contact_id}"
    if results[0].outcome is not Outcome.WRITTEN:
        return f"contact {contact_id} was {results[0].outcome}: {results[0].reason}"
    return ""


def _read_back(opened: Opened, now: Present, most: int) -> Finding:
    subject = "reading back"
    again = opened.reopened("present").take(Stream.CONTACTS, now.since, 2 * most)
    rows = [
        row
        for batch in again.batches
        if batch.known is not None
        for row in batch.known.rows.to_pylist()
        if str(row[_KEY]) == now.contact_id
    ]
    if not rows:
        detail = f"contact {now.contact_id} did not come again in {len(again.batches)} batches"
        return Finding(subject, True, f"not tried: {detail}")
    before = now.change.to_pylist()[0]
    moved = sorted(name for name, value in before.items() if rows[-1][name] != value)
    if moved:
        return Finding(subject, False, f"what was written came back as another: {', '.join(moved)}")
    return Finding(subject, True, f"contact {now.contact_id} holds what was written")
