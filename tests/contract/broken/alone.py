"""One more for each promise that others break among several: these break it alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import (
    Batch,
    Checkpoint,
    Outcome,
    WriteResult,
)
from leadline.hookspecs import hookimpl
from tests.contract.jsonl_connector import JsonLines

from .vendor import Broken, Vendor


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
