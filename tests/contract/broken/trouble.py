"""Connectors that a bad day is too much for."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, ClassVar

import pyarrow as pa

from leadline.batches import (
    Batch,
    Checkpoint,
    Outcome,
    WriteResult,
)
from leadline.errors import RetryLater, SignInError, SourceError
from leadline.hookspecs import hookimpl
from tests.contract.jsonl_connector import Door, JsonLines

from .vendor import Broken, Vendor


class Impatient(Door):
    patience = 1


class GivesUpAtOnce(JsonLines):
    doors = Impatient


class TestGivesUpAtOnce(Broken):
    __test__ = True
    plugin = Vendor(GivesUpAtOnce)
    breaks: ClassVar[set[str]] = {"test_too_many_calls_are_waited_out"}


class TakesALimitForTheEnd(JsonLines):
    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        with suppress(RetryLater):
            yield from super().fetch_contacts(since)


class TestTakesALimitForTheEnd(Broken):
    __test__ = True
    plugin = Vendor(TakesALimitForTheEnd)
    breaks: ClassVar[set[str]] = {"test_a_limit_that_stays_is_left_for_later"}


class TakesANewSessionForTheEnd(JsonLines):
    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        first = None
        for batch in super().fetch_contacts(since):
            first = first or self.door.session
            if self.door.session != first:
                return
            yield batch


class TestTakesANewSessionForTheEnd(Broken):
    __test__ = True
    plugin = Vendor(TakesANewSessionForTheEnd)
    breaks: ClassVar[set[str]] = {"test_a_session_that_ended_is_renewed"}


class SaysOnlyThatItFailed(JsonLines):
    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        try:
            yield from super().fetch_contacts(since)
        except SignInError:
            raise SourceError("it did not work") from None


class TestSaysOnlyThatItFailed(Broken):
    __test__ = True
    plugin = Vendor(SaysOnlyThatItFailed)
    breaks: ClassVar[set[str]] = {"test_a_refused_sign_in_is_said"}


class BelievesItself(JsonLines):
    """What was sent counts as written."""

    @hookimpl
    def write_scores(self, changes: pa.Table) -> Iterator[WriteResult]:
        for result in super().write_scores(changes):
            sent = result.outcome is Outcome.RETRY
            yield WriteResult(result.contact_id, Outcome.WRITTEN) if sent else result


class TestBelievesItself(Broken):
    __test__ = True
    plugin = Vendor(BelievesItself)
    breaks: ClassVar[set[str]] = {"test_a_write_that_broke_off_is_not_believed"}


class StopsAtARefusal(JsonLines):
    """Writes one by one, and leaves the rest for later when one is refused."""

    @hookimpl
    def write_scores(self, changes: pa.Table) -> Iterator[WriteResult]:
        refused = ""
        for row in range(changes.num_rows):
            one = changes.slice(row, 1)
            if refused:
                yield WriteResult(one["contact_id"][0].as_py(), Outcome.RETRY, refused)
                continue
            for result in super().write_scores(one):
                if result.reason == "a rule forbids it":
                    refused = "another one was refused"
                yield result


class TestStopsAtARefusal(Broken):
    __test__ = True
    plugin = Vendor(StopsAtARefusal)
    breaks: ClassVar[set[str]] = {"test_one_refused_contact_stops_no_other"}


class Talkative(Door):
    def enter(self) -> dict[str, Any]:
        logging.getLogger("door").info("opening with %s", self.key.get_secret_value())
        return super().enter()


class TellsTheKey(JsonLines):
    doors = Talkative


class TestTellsTheKey(Broken):
    __test__ = True
    plugin = Vendor(TellsTheKey)
    breaks: ClassVar[set[str]] = {"test_no_secret_is_told"}
