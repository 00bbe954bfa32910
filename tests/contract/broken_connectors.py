"""Connectors with one fault each, and the promises that each must be caught breaking.

`test_kit.py` runs this file; it is no part of the suite, as all of it fails on purpose.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, ClassVar
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, model_validator

from leadline.batches import (
    Batch,
    Capabilities,
    Checkpoint,
    Finding,
    Outcome,
    Support,
    WriteResult,
)
from leadline.errors import RetryLater, SignInError, SourceError
from leadline.hookspecs import Connector, hookimpl
from leadline.testing import ConnectorContract, Crm

from .jsonl_connector import CAPABILITIES, Door, JsonLines, Settings
from .jsonl_crm import JsonLinesCrm


class Vendor:
    """A plugin that brings one broken source as its connector."""

    def __init__(
        self,
        source: type[JsonLines],
        settings: type[BaseModel] = Settings,
        can: Capabilities = CAPABILITIES,
    ) -> None:
        self.connector = Connector("jsonl", settings, can, source)

    @hookimpl
    def register_connectors(self) -> list[Connector]:
        return [self.connector]


class Broken(ConnectorContract):
    """Says which promises its connector breaks; all others it must keep."""

    __test__ = False
    breaks: ClassVar[set[str]]

    def make_crm(self, folder: Path) -> Crm:
        return JsonLinesCrm(folder)


class ForgetsTheLast(JsonLines):
    """Never yields its last batch."""

    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        for batch, _ in pairwise(super().fetch_contacts(since)):
            yield batch


class TestForgetsTheLast(Broken):
    __test__ = True
    plugin = Vendor(ForgetsTheLast)
    breaks: ClassVar[set[str]] = {
        "test_every_contact_is_fetched",
        "test_hostile_values_survive",
        "test_resuming_at_every_batch_boundary_loses_and_invents_nothing[contacts]",
        "test_a_contact_that_ties_with_the_checkpoint_is_found",
        "test_a_deleted_contact_arrives_as_a_deleted_row",
        "test_types_and_time_zones_are_kept",
        "test_a_merged_contact_says_where_it_went",
    }


class ForgetsAnActivity(JsonLines):
    @hookimpl
    def fetch_activities(self, since: Checkpoint | None) -> Iterator[Batch]:
        for batch in super().fetch_activities(since):
            yield batch.with_table(
                batch.rows.filter(pc.not_equal(batch.rows["activity_id"], "a0004"))
            )


class TestForgetsAnActivity(Broken):
    __test__ = True
    plugin = Vendor(ForgetsAnActivity)
    breaks: ClassVar[set[str]] = {"test_every_activity_is_fetched"}


class ForgetsACompany(JsonLines):
    @hookimpl
    def fetch_companies(self, since: Checkpoint | None) -> Iterator[Batch]:
        for batch in super().fetch_companies(since):
            yield batch.with_table(
                batch.rows.filter(pc.not_equal(batch.rows["company_id"], "c0004"))
            )


class TestForgetsACompany(Broken):
    __test__ = True
    plugin = Vendor(ForgetsACompany)
    breaks: ClassVar[set[str]] = {"test_every_company_is_fetched"}


class ResumesAfter(JsonLines):
    """`>` where `>=` belongs."""

    def _pages(self, path: Path, key: str, since: Checkpoint | None) -> Iterator[Batch]:
        after = {"updated_at": str(since["updated_at"]) + "!"} if since else None
        return super()._pages(path, key, after)


class TestResumesAfter(Broken):
    __test__ = True
    plugin = Vendor(ResumesAfter)
    breaks: ClassVar[set[str]] = {
        "test_resuming_at_every_batch_boundary_loses_and_invents_nothing[contacts]",
        "test_resuming_at_every_batch_boundary_loses_and_invents_nothing[activities]",
        "test_resuming_at_every_batch_boundary_loses_and_invents_nothing[companies]",
        "test_a_company_that_ties_with_the_checkpoint_is_found",
        "test_a_contact_that_ties_with_the_checkpoint_is_found",
        "test_an_activity_that_ties_with_the_checkpoint_is_found",
    }


class RunsAhead(JsonLines):
    """Every page of contacts carries the checkpoint of the last one."""

    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        batches = list(super().fetch_contacts(since))
        return (replace(batch, checkpoint=batches[-1].checkpoint) for batch in batches)


class TestRunsAhead(Broken):
    __test__ = True
    plugin = Vendor(RunsAhead)
    breaks: ClassVar[set[str]] = {
        "test_resuming_at_every_batch_boundary_loses_and_invents_nothing[contacts]",
        "test_an_error_in_mid_iteration_is_named",
        "test_memory_does_not_grow_with_the_crm",
    }


class InventsWhenResuming(JsonLines):
    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        yield from super().fetch_contacts(since)
        if since:
            yield Batch(pa.table({"contact_id": ["ghost"]}), since)


class TestInventsWhenResuming(Broken):
    __test__ = True
    plugin = Vendor(InventsWhenResuming)
    breaks: ClassVar[set[str]] = {
        "test_resuming_at_every_batch_boundary_loses_and_invents_nothing[contacts]",
        "test_overlapping_and_repeated_pages_give_the_same_set[contacts]",
    }


class FollowsTheEvent(JsonLines):
    """Activities by when they happened, not by when they were learned."""

    @hookimpl
    def fetch_activities(self, since: Checkpoint | None) -> Iterator[Batch]:
        start = str(since["occurred_at"]) if since else ""
        for batch in super().fetch_activities(None):
            due = pc.greater_equal(batch.rows["occurred_at"], start)
            newest = max([start, *batch.rows["occurred_at"].to_pylist()])
            yield replace(batch, rows=batch.rows.filter(due), checkpoint={"occurred_at": newest})


class TestFollowsTheEvent(Broken):
    __test__ = True
    plugin = Vendor(FollowsTheEvent)
    breaks: ClassVar[set[str]] = {
        "test_an_activity_of_long_ago_that_comes_late_is_found",
        "test_an_activity_that_ties_with_the_checkpoint_is_found",
    }


class NewIdsEachTime(JsonLines):
    @hookimpl
    def fetch_activities(self, since: Checkpoint | None) -> Iterator[Batch]:
        for batch in super().fetch_activities(since):
            ids = pa.array([uuid4().hex for _ in range(batch.rows.num_rows)])
            at = batch.rows.schema.get_field_index("activity_id")
            yield batch.with_table(batch.rows.set_column(at, "activity_id", ids))


class TestNewIdsEachTime(Broken):
    __test__ = True
    plugin = Vendor(NewIdsEachTime)
    breaks: ClassVar[set[str]] = {
        "test_resuming_at_every_batch_boundary_loses_and_invents_nothing[activities]",
        "test_overlapping_and_repeated_pages_give_the_same_set[activities]",
    }


class HidesDeletes(JsonLines):
    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        for batch in super().fetch_contacts(since):
            rows = batch.rows
            if "deleted" in rows.column_names:
                rows = rows.filter(pc.is_null(rows["deleted"]))
            yield batch.with_table(rows)


class TestHidesDeletes(Broken):
    __test__ = True
    plugin = Vendor(HidesDeletes)
    breaks: ClassVar[set[str]] = {"test_a_deleted_contact_arrives_as_a_deleted_row"}


class TidiesValues(JsonLines):
    """Puts every text on one line."""

    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        for batch in super().fetch_contacts(since):
            rows = [
                {name: " ".join(text.split()) if text else text for name, text in row.items()}
                for row in batch.rows.to_pylist()
            ]
            yield batch.with_table(pa.Table.from_pylist(rows, schema=batch.rows.schema))


class TestTidiesValues(Broken):
    __test__ = True
    plugin = Vendor(TidiesValues)
    breaks: ClassVar[set[str]] = {"test_hostile_values_survive"}


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


class SaysTheirWord(JsonLines):
    """Names what is off as the CRM calls it."""

    @hookimpl
    def fetch_activities(self, since: Checkpoint | None) -> Iterator[Batch]:
        for batch in super().fetch_activities(since):
            off = frozenset("Page views" for _ in batch.feeds_off or ())
            yield replace(batch, feeds_off=off)


class TestSaysTheirWord(Broken):
    __test__ = True
    plugin = Vendor(SaysTheirWord)
    breaks: ClassVar[set[str]] = {"test_what_is_off_is_said_by_its_type"}


class TakesItsWordBack(JsonLines):
    """Asks what is off at a full fetch only, and says at each other one that nothing is."""

    @hookimpl
    def fetch_activities(self, since: Checkpoint | None) -> Iterator[Batch]:
        for batch in super().fetch_activities(since):
            yield replace(batch, feeds_off=batch.feeds_off if since is None else frozenset())


class TestTakesItsWordBack(Broken):
    __test__ = True
    plugin = Vendor(TakesItsWordBack)
    breaks: ClassVar[set[str]] = {"test_what_is_off_stays_off_until_it_comes_again"}


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


class ForgetsTheMerge(JsonLines):
    """A merged contact comes as one that merely changed."""

    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        for batch in super().fetch_contacts(since):
            there = "merged_into" in batch.rows.column_names
            yield batch.with_table(batch.rows.drop(["merged_into"])) if there else batch


class TestForgetsTheMerge(Broken):
    __test__ = True
    plugin = Vendor(ForgetsTheMerge)
    breaks: ClassVar[set[str]] = {"test_a_merged_contact_says_where_it_went"}


class CutsTheOffset(JsonLines):
    """Reads the clock on the wall, wherever the wall is."""

    @hookimpl
    def fetch_activities(self, since: Checkpoint | None) -> Iterator[Batch]:
        for batch in super().fetch_activities(since):
            place = batch.rows.schema.get_field_index("occurred_at")
            walls = pc.utf8_slice_codeunits(batch.rows["occurred_at"], 0, 19)
            yield batch.with_table(batch.rows.set_column(place, "occurred_at", walls))


class TestCutsTheOffset(Broken):
    __test__ = True
    plugin = Vendor(CutsTheOffset)
    breaks: ClassVar[set[str]] = {"test_types_and_time_zones_are_kept"}


class KeepsEveryBatch(JsonLines):
    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        kept = []
        for batch in super().fetch_contacts(since):
            kept.append(batch)
            yield batch


class TestKeepsEveryBatch(Broken):
    __test__ = True
    plugin = Vendor(KeepsEveryBatch)
    breaks: ClassVar[set[str]] = {"test_memory_does_not_grow_with_the_crm"}


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


# One more for each promise that those above break among others: these break it alone.


class LosesAFact(JsonLines):
    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        for batch in super().fetch_contacts(since):
            there = "job_title" in batch.rows.column_names
            yield batch.with_table(batch.rows.drop(["job_title"])) if there else batch


class TestLosesAFact(Broken):
    __test__ = True
    plugin = Vendor(LosesAFact)
    breaks: ClassVar[set[str]] = {"test_every_contact_is_fetched"}


class SkipsWhatItSaw(JsonLines):
    """What it saw before, it passes over at the checkpoint's instant."""

    key: ClassVar[str]

    def _pages(self, path: Path, key: str, since: Checkpoint | None) -> Iterator[Batch]:
        if key != self.key:
            yield from super()._pages(path, key, since)
            return
        seen = set(map(str, (since or {}).get("seen", ())))  # type: ignore[call-overload]  # a list
        last = (since or {}).get("updated_at")
        for batch in super()._pages(path, key, since):
            at = pc.equal(batch.rows["updated_at"], pa.scalar(last, pa.string()))
            known = pc.is_in(batch.rows[key], pa.array(sorted(seen), pa.string()))
            fresh = batch.with_table(batch.rows.filter(pc.invert(pc.and_kleene(at, known))))
            seen, end = seen | set(batch.rows[key].to_pylist()), batch.checkpoint["updated_at"]
            yield replace(fresh, checkpoint={"updated_at": end, "seen": sorted(seen)})


class SkipsContactsItSaw(SkipsWhatItSaw):
    key = "contact_id"


class TestSkipsContactsItSaw(Broken):
    __test__ = True
    plugin = Vendor(SkipsContactsItSaw)
    breaks: ClassVar[set[str]] = {"test_a_contact_that_ties_with_the_checkpoint_is_found"}


class SkipsCompaniesItSaw(SkipsWhatItSaw):
    key = "company_id"


class TestSkipsCompaniesItSaw(Broken):
    __test__ = True
    plugin = Vendor(SkipsCompaniesItSaw)
    breaks: ClassVar[set[str]] = {"test_a_company_that_ties_with_the_checkpoint_is_found"}


class GoesOnAfterTheId(JsonLines):
    """Resumes after the last id of the checkpoint's instant, as if ids came in order."""

    @hookimpl
    def fetch_activities(self, since: Checkpoint | None) -> Iterator[Batch]:
        for batch in super().fetch_activities(since):
            rows = batch.rows
            if since and rows.num_rows:
                at = pc.equal(rows["updated_at"], str(since["updated_at"]))
                before = pc.less_equal(rows["activity_id"], str(since["id"]))
                rows = rows.filter(pc.invert(pc.and_(at, before)))
            last = {"id": batch.rows["activity_id"][-1].as_py()} if batch.rows.num_rows else {}
            yield replace(batch, rows=rows, checkpoint={**batch.checkpoint, **last})


class TestGoesOnAfterTheId(Broken):
    __test__ = True
    plugin = Vendor(GoesOnAfterTheId)
    breaks: ClassVar[set[str]] = {"test_an_activity_that_ties_with_the_checkpoint_is_found"}


class CaresForNewsAlone(JsonLines):
    """What happened long ago is no news, whenever it was learned."""

    @hookimpl
    def fetch_activities(self, since: Checkpoint | None) -> Iterator[Batch]:
        for batch in super().fetch_activities(since):
            if since and batch.rows.num_rows:
                recent = pc.greater(batch.rows["occurred_at"], "2026")
                batch = batch.with_table(batch.rows.filter(recent))
            yield batch


class TestCaresForNewsAlone(Broken):
    __test__ = True
    plugin = Vendor(CaresForNewsAlone)
    breaks: ClassVar[set[str]] = {"test_an_activity_of_long_ago_that_comes_late_is_found"}


class TiresOfTheSame(JsonLines):
    """A second full fetch of activities leaves out the first one."""

    @hookimpl
    def fetch_activities(self, since: Checkpoint | None) -> Iterator[Batch]:
        tired = since is None and self.been.exists()
        self.been.touch()
        for batch in super().fetch_activities(since):
            yield batch.with_table(batch.rows.slice(1)) if tired else batch
            tired = False


class TestTiresOfTheSame(Broken):
    __test__ = True
    plugin = Vendor(TiresOfTheSame)
    breaks: ClassVar[set[str]] = {
        "test_overlapping_and_repeated_pages_give_the_same_set[activities]"
    }


class PromisesTooMuch(JsonLines):
    """The checkpoint of a page of activities is that of the page after it."""

    @hookimpl
    def fetch_activities(self, since: Checkpoint | None) -> Iterator[Batch]:
        batches = list(super().fetch_activities(since))
        for batch, following in zip(batches, [*batches[1:], *batches[-1:]], strict=True):
            yield replace(batch, checkpoint=following.checkpoint)


class TestPromisesTooMuch(Broken):
    __test__ = True
    plugin = Vendor(PromisesTooMuch)
    breaks: ClassVar[set[str]] = {
        "test_resuming_at_every_batch_boundary_loses_and_invents_nothing[activities]"
    }


class ClosesAtTheEndAlone(JsonLines):
    """Lets go of its file when all was read or something broke, and not when it is stopped."""

    left: ClassVar[list[BinaryIO]] = []

    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        file = self.contacts.open("rb")
        self.left.append(file)
        try:
            yield from super().fetch_contacts(since)
        except Exception:
            file.close()
            raise
        file.close()


class TestClosesAtTheEndAlone(Broken):
    __test__ = True
    plugin = Vendor(ClosesAtTheEndAlone)
    breaks: ClassVar[set[str]] = {"test_stopping_early_lets_go_of_files"}


class DoublesWhatIsThere(JsonLines):
    """Scores that are all there already are written twice as high."""

    @hookimpl
    def write_scores(self, changes: pa.Table) -> Iterator[WriteResult]:
        held = json.loads(self.output.read_text()) if self.output.exists() else {}
        given = {row["contact_id"]: row["score"] for row in changes.to_pylist()}
        same = all(held.get(one, {}).get("score", "None") == str(s) for one, s in given.items())
        if same and held:
            place = changes.schema.get_field_index("score")
            changes = changes.set_column(place, "score", pc.multiply(changes["score"], 2))
        yield from super().write_scores(changes)


class TestDoublesWhatIsThere(Broken):
    __test__ = True
    plugin = Vendor(DoublesWhatIsThere)
    breaks: ClassVar[set[str]] = {"test_the_same_changes_twice_are_the_same_state"}


class StampsWhoLosesTheScore(JsonLines):
    @hookimpl
    def write_scores(self, changes: pa.Table) -> Iterator[WriteResult]:
        if changes["score"].null_count:
            with self.stages.open("a", encoding="utf-8") as file:
                file.write("\n")
        yield from super().write_scores(changes)


class TestStampsWhoLosesTheScore(Broken):
    __test__ = True
    plugin = Vendor(StampsWhoLosesTheScore)
    breaks: ClassVar[set[str]] = {"test_a_write_touches_nothing_else"}


class DoubtsTheSeventh(JsonLines):
    """Writes it, and answers that it did not."""

    @hookimpl
    def write_scores(self, changes: pa.Table) -> Iterator[WriteResult]:
        for result in super().write_scores(changes):
            seventh = result.contact_id == "0007"
            yield WriteResult("0007", Outcome.REJECTED, "never seen") if seventh else result


class TestDoubtsTheSeventh(Broken):
    __test__ = True
    plugin = Vendor(DoubtsTheSeventh)
    breaks: ClassVar[set[str]] = {"test_there_is_one_result_per_contact"}
