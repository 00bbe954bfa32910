"""A plan file gives back what was put into it, or says what is wrong with it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadline.batches import output_schema
from leadline.errors import UsageError
from leadline.sync.plan import Plan
from leadline.sync.planfile import Kept, Scorer, can_keep, opened, read_sealed, write_plan

AT = datetime(2026, 5, 1, 12, 30, 0, 123456, tzinfo=UTC)


def changes(*scores: int | None) -> pa.Table:
    schema = output_schema(["fit"])
    rows = [
        {"contact_id": f"č{place}", "score": score, "grade": "A1", "scored_at": AT}
        for place, score in enumerate(scores)
    ]
    return pa.Table.from_pylist(rows, schema=schema)


def kept(*scores: int | None) -> Kept:
    plan = Plan("crm", changes(*scores), changes(*(None for _ in scores)), unchanged=7)
    return Kept(
        run_id="20260501T123000-00ff",
        as_of=AT,
        models=(Scorer("small", "0123456789ab", '{"name": "small"}'),),
        scores=pa.table({"contact_id": ["a", "b"], "score": pa.array([1, None], pa.int32())}),
        plans={"crm": plan, "my crm/2": plan},
        ground={"scores small": "ff"},
    )


@given(st.lists(st.none() | st.integers(-(2**31), 2**31 - 1)))
def test_what_is_read_is_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, scores: list[int | None]
) -> None:
    path = tmp_path_factory.mktemp("plan") / "p.plan"
    before = kept(*scores)
    digest = write_plan(path, before)
    sealed = read_sealed(path)
    assert (sealed.run_id, sealed.digest) == (before.run_id, digest)
    assert opened(sealed) == before


WHOLE = 20_000


@given(st.integers(0, WHOLE), st.integers(1, 255))
@example(16, 128)
def test_a_byte_that_changed_anywhere_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, place: int, change: int
) -> None:
    path = tmp_path_factory.mktemp("plan") / "p.plan"
    digest = write_plan(path, kept(1, None, 3))
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= change
    path.write_bytes(bytes(content))
    with suppress(UsageError):
        sealed = read_sealed(path)
        # Only the run's id is not under the seal; the ledger has no plan of such a run.
        assert sealed.digest == digest
        assert sealed.run_id != kept().run_id


@given(st.integers(0, WHOLE))
def test_a_plan_that_is_cut_anywhere_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, length: int
) -> None:
    path = tmp_path_factory.mktemp("plan") / "p.plan"
    write_plan(path, kept(1, None, 3))
    content = path.read_bytes()
    path.write_bytes(content[: length % len(content)])
    with pytest.raises(UsageError):
        read_sealed(path)


def test_a_plan_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "p.plan"
    write_plan(path, kept(1))
    can_keep(path)
    write_plan(path, kept(2))
    assert opened(read_sealed(path)).plans["crm"].changes["score"].to_pylist() == [2]
    assert [each.name for each in tmp_path.iterdir()] == ["p.plan"]


def test_a_folder_and_a_file_of_something_else_are_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", "utf-8")
    for path in (tmp_path, tmp_path / "thesis.txt", tmp_path / "none" / "p.plan"):
        with pytest.raises(UsageError, match="--out"):
            can_keep(path)
