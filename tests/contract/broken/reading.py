"""Connectors that lose, invent or spoil what they fetch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import (
    Batch,
    Checkpoint,
)
from leadline.hookspecs import hookimpl
from tests.contract.jsonl_connector import JsonLines

from .vendor import Broken, Vendor


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
