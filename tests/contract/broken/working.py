"""Connectors that write what they should not, or behave badly."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, ClassVar

import pyarrow as pa
from pydantic import ConfigDict, model_validator

from leadline.batches import (
    Batch,
    Checkpoint,
    Finding,
    Support,
    WriteResult,
)
from leadline.hookspecs import hookimpl
from tests.contract.jsonl_connector import CAPABILITIES, JsonLines, Settings

from .vendor import Broken, Vendor


class StumblesInTheMiddle(JsonLines):
    """Lets its own exception out when the file breaks."""

    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        for batch in super().fetch_contacts(since):
            yield batch
            if not self.contacts.read_bytes():
                raise KeyError("next page")


class TestStumblesInTheMiddle(Broken):
    __test__ = True
    plugin = Vendor(StumblesInTheMiddle)
    breaks: ClassVar[set[str]] = {"test_an_error_in_mid_iteration_is_named"}


class KeepsFilesOpen(JsonLines):
    kept: ClassVar[list[Any]] = []

    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        self.kept.append(self.contacts.open("rb"))
        return super().fetch_contacts(since)


class TestKeepsFilesOpen(Broken):
    __test__ = True
    plugin = Vendor(KeepsFilesOpen)
    breaks: ClassVar[set[str]] = {
        "test_stopping_early_lets_go_of_files",
        "test_an_error_in_mid_iteration_is_named",
    }


class FindsNothing(JsonLines):
    @hookimpl
    def check(self) -> Iterable[Finding]:
        return []


class TestFindsNothing(Broken):
    __test__ = True
    plugin = Vendor(FindsNothing)
    breaks: ClassVar[set[str]] = {
        "test_check_finds_a_working_source_in_order",
        "test_a_refused_sign_in_is_said",
    }


class Mute(Settings):
    """One key without a description."""

    model_config = ConfigDict(extra="forbid")

    region: str = "eu"


class TestMute(Broken):
    __test__ = True
    plugin = Vendor(JsonLines, Mute)
    breaks: ClassVar[set[str]] = {"test_every_setting_is_described"}


class Swallowing(Settings):
    """Drops the keys that it does not know before anybody can object."""

    @model_validator(mode="before")
    @classmethod
    def _drop(cls, given: dict[str, object]) -> dict[str, object]:
        return {key: value for key, value in given.items() if key in cls.model_fields}


class TestSwallowing(Broken):
    __test__ = True
    plugin = Vendor(JsonLines, Swallowing)
    breaks: ClassVar[set[str]] = {"test_an_unknown_setting_is_refused"}


class AddsUp(JsonLines):
    """Adds each score to the one that is there."""

    @hookimpl
    def write_scores(self, changes: pa.Table) -> Iterator[WriteResult]:
        before = json.loads(self.output.read_text()) if self.output.exists() else {}
        rows = changes.to_pylist()
        for row in rows:
            old = before.get(row["contact_id"], {}).get("score", 0)
            row["score"] = None if row["score"] is None else row["score"] + int(old)
        return super().write_scores(pa.Table.from_pylist(rows, schema=changes.schema))


class TestAddsUp(Broken):
    __test__ = True
    plugin = Vendor(AddsUp)
    breaks: ClassVar[set[str]] = {
        "test_the_same_changes_twice_are_the_same_state",
        "test_what_is_written_is_there",
        "test_a_write_that_broke_off_is_not_believed",
    }


class StartsAfresh(JsonLines):
    """Each write forgets what was written before."""

    @hookimpl
    def write_scores(self, changes: pa.Table) -> Iterator[WriteResult]:
        self.output.unlink(missing_ok=True)
        return super().write_scores(changes)


class TestStartsAfresh(Broken):
    __test__ = True
    plugin = Vendor(StartsAfresh)
    breaks: ClassVar[set[str]] = {"test_what_is_written_is_there"}


class CreatesContacts(JsonLines):
    @hookimpl
    def write_scores(self, changes: pa.Table) -> Iterator[WriteResult]:
        known = {key for _, key, _ in self._index(self.contacts, "contact_id")[0]}
        with self.contacts.open("a", encoding="utf-8") as file:
            for contact_id in changes["contact_id"].to_pylist():
                if contact_id not in known:
                    row = {"contact_id": contact_id, "updated_at": "2026-01-05T10:00:00+00:00"}
                    file.write(json.dumps(row) + "\n")
        return super().write_scores(changes)


class TestCreatesContacts(Broken):
    __test__ = True
    plugin = Vendor(CreatesContacts)
    breaks: ClassVar[set[str]] = {"test_a_write_creates_no_contact"}


class StampsContacts(JsonLines):
    """Touches the contacts that it scores."""

    @hookimpl
    def write_scores(self, changes: pa.Table) -> Iterator[WriteResult]:
        text = self.contacts.read_text(encoding="utf-8")
        self.contacts.write_text(text.replace("Head of Sales", "Hot lead"), encoding="utf-8")
        return super().write_scores(changes)


class TestStampsContacts(Broken):
    __test__ = True
    plugin = Vendor(StampsContacts)
    breaks: ClassVar[set[str]] = {
        "test_a_write_touches_nothing_else",
        "test_a_write_creates_no_contact",
    }


class AnswersForSome(JsonLines):
    @hookimpl
    def write_scores(self, changes: pa.Table) -> Iterator[WriteResult]:
        return iter(list(super().write_scores(changes))[:1])


class TestAnswersForSome(Broken):
    __test__ = True
    plugin = Vendor(AnswersForSome)
    breaks: ClassVar[set[str]] = {
        "test_there_is_one_result_per_contact",
        "test_the_same_changes_twice_are_the_same_state",
        "test_a_write_that_broke_off_is_not_believed",
        "test_one_refused_contact_stops_no_other",
    }


class WritesWhenChecking(JsonLines):
    @hookimpl
    def check(self) -> Iterable[Finding]:
        with self.contacts.open("a", encoding="utf-8") as file:
            file.write("\n")
        return super().check()


class TestWritesWhenChecking(Broken):
    __test__ = True
    plugin = Vendor(WritesWhenChecking)
    breaks: ClassVar[set[str]] = {"test_check_finds_a_working_source_in_order"}


class EmptiesStages(JsonLines):
    """Writes a null into the CRM's own field."""

    @hookimpl
    def write_scores(self, changes: pa.Table) -> Iterator[WriteResult]:
        yield from super().write_scores(changes)
        if "stage_field" in changes.column_names:
            stages = json.loads(self.stages.read_text())
            for row in changes.to_pylist():
                if row["stage"] is None:
                    stages.pop(row["contact_id"], None)
            self.stages.write_text(json.dumps(stages))


class TestEmptiesStages(Broken):
    __test__ = True
    plugin = Vendor(EmptiesStages)
    breaks: ClassVar[set[str]] = {"test_a_stage_is_written_into_its_field_and_null_leaves_it"}


class KeepsItsStage(JsonLines):
    """Leaves leadline's own stage where it should be emptied."""

    @hookimpl
    def write_scores(self, changes: pa.Table) -> Iterator[WriteResult]:
        before = json.loads(self.output.read_text()) if self.output.exists() else {}
        rows = changes.to_pylist()
        for row in rows:
            if "stage" in row:
                row["stage"] = row["stage"] or before.get(row["contact_id"], {}).get("stage")
        return super().write_scores(pa.Table.from_pylist(rows, schema=changes.schema))


class TestKeepsItsStage(Broken):
    __test__ = True
    plugin = Vendor(KeepsItsStage, can=replace(CAPABILITIES, stages=Support.UNSUPPORTED))
    breaks: ClassVar[set[str]] = {"test_a_stage_of_its_own_is_written_and_null_empties_it"}
