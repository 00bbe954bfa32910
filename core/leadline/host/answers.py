"""What a hook answers, made safe: checked item by item, every failure named, always closed."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterator, Mapping
from contextvars import ContextVar
from typing import Generic, TypeVar

import pyarrow as pa

from leadline.batches import Batch, Finding, Outcome, WriteResult
from leadline.errors import LeadlineError
from leadline.host.faults import Fault, Naming

T = TypeVar("T")

_STANDSTILL = 100  # batches in a row that bring nothing new

_log = logging.getLogger("leadline.host")

# The connector's own answers to the call under way: whoever ends the call closes them as well.
inner_answers: ContextVar[list[Answers[object]] | None] = ContextVar("inner_answers", default=None)


class Items(Generic[T]):
    """What the items of an answer must be."""

    kind: type
    what = "items"

    def problem(self, item: object) -> str:
        """Why this item cannot be taken; "" when it can."""
        return (
            ""
            if isinstance(item, self.kind)
            else f"answered {_a(item)} where a {self.what} belongs"
        )

    def rest(self) -> Iterator[T]:
        """The items that the host adds after the last one."""
        return iter(())


class Findings(Items[Finding]):
    """The lines of a check."""

    kind = Finding
    what = "Finding"


class Batches(Items[Batch]):
    """Batches with a table each, and a checkpoint that JSON can hold."""

    kind = Batch
    what = "Batch"

    def __init__(self) -> None:
        self._last: Batch | None = None
        self._same = 0

    def problem(self, item: object) -> str:
        if not isinstance(item, Batch):
            return super().problem(item)
        if not isinstance(item.rows, pa.Table):
            return f"answered a Batch whose rows are {_a(item.rows)}, not a pyarrow.Table"
        if not isinstance(item.checkpoint, Mapping):
            return f"answered a Batch whose checkpoint is {_a(item.checkpoint)}, not a mapping"
        if item.feeds_off is not None and not isinstance(item.feeds_off, frozenset):
            return f"answered a Batch whose feeds_off is {_a(item.feeds_off)}, not a frozenset"
        try:
            json.dumps(dict(item.checkpoint), allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            return f"answered a checkpoint that JSON cannot hold: {error}"
        return self._standstill(item)

    def _standstill(self, batch: Batch) -> str:
        """Why a fetch will never end: the same rows come again and again."""
        last, self._last = self._last, batch
        new = last is None or not batch.rows.equals(last.rows)
        moved = last is None or batch.checkpoint != last.checkpoint
        self._same = 0 if new or (moved and not batch.rows.num_rows) else self._same + 1
        if self._same < _STANDSTILL:
            return ""
        return f"answered the same batch {_STANDSTILL + 1} times over, and would never end"


class Results(Items[WriteResult]):
    """Exactly one result for each contact that was given."""

    kind = WriteResult
    what = "WriteResult"

    def __init__(self, contact_ids: Collection[str]) -> None:
        self._given = frozenset(contact_ids)
        self._left = dict.fromkeys(contact_ids)

    def problem(self, item: object) -> str:
        if not isinstance(item, WriteResult):
            return super().problem(item)
        if item.contact_id in self._left:
            del self._left[item.contact_id]
            return ""
        if item.contact_id in self._given:
            return f"answered twice for contact '{item.contact_id}'"
        return f"answered for contact '{item.contact_id}', which it was not given"

    def rest(self) -> Iterator[WriteResult]:
        for contact_id in self._left:
            yield WriteResult(
                contact_id, Outcome.RETRY, "the connector gave no result for this contact"
            )


class Answers(Iterator[T]):
    """An iterator over a hook's answer that names failures and closes what it reads from.

    It closes at the end, at a failure, at `close()`, at the end of a `with` block, and when it is
    dropped half-read.
    """

    def __init__(
        self, answer: object, items: Items[T], fault: Fault, inner: list[Answers[object]]
    ) -> None:
        self._naming = Naming(fault.of)
        self._items, self._fault, self._inner = items, fault, inner
        self._rest: Iterator[T] | None = None
        self.closed = False
        self._answer = answer
        if not isinstance(answer, Iterator):
            raise self._failed(fault.broken(_no_iterator(answer, items.what)))

    def __next__(self) -> T:
        if self.closed:
            raise StopIteration
        if self._rest is None:
            item = self._read()
            if item is not _END:
                if problem := self._items.problem(item):
                    raise self._failed(self._fault.broken(problem))
                return item  # type: ignore[return-value]  # problem() has just checked its type
            self._rest = self._items.rest()
        for added in self._rest:
            return added
        self.close()
        raise StopIteration

    def close(self) -> None:
        """Let go of what the answer holds open: the wrappers' iterators, then the connector's."""
        if self.closed:
            return
        self.closed = True
        try:
            close = getattr(self._answer, "close", None)
            if isinstance(self._answer, Iterator) and callable(close):
                with self._naming:
                    close()
        finally:
            for inner in self._inner:
                inner.close()

    def __enter__(self) -> Answers[T]:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __del__(self) -> None:
        try:
            self.close()
        except LeadlineError as error:  # nobody is left to catch it
            _log.warning("while closing: %s", error)

    def _read(self) -> object:
        try:
            with self._naming:
                return next(self._answer, _END)  # type: ignore[call-overload]  # an Iterator, see __init__
        except LeadlineError as error:
            raise self._failed(error) from error.__cause__

    def _failed(self, error: LeadlineError) -> LeadlineError:
        try:
            self.close()
        except LeadlineError as second:
            error.add_note(f"and while closing: {second}")
        return error


_END = object()


def _no_iterator(answer: object, what: str) -> str:
    if answer is None:
        return f"answered None; it must return an iterator, and yield one {what} after the other"
    return f"answered {_a(answer)}, which is no iterator: yield each {what}, or return iter(...)"


def _a(thing: object) -> str:
    name = type(thing).__name__
    if thing is None:
        return name
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"
