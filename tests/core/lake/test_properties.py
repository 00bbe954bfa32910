"""What holds for any facts, in any order and in any split."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.lake import Lake

from .world import activities, after, commit, contacts, read

# Each example makes a lake on disk, so few of them, and no deadline for each.
few = settings(max_examples=15, deadline=None)

_versions = st.lists(
    st.fixed_dictionaries(
        {
            "contact_id": st.sampled_from("123"),
            "updated_at": st.integers(0, 8).map(after),
            "email": st.sampled_from([None, "a@x.com", "b@y.com"]),
            "product_interest": st.lists(st.sampled_from("ab,"), max_size=2),
            "deleted": st.booleans(),
        }
    ),
    min_size=1,
    max_size=10,
    unique_by=lambda row: (row["contact_id"], row["updated_at"]),
)
_events = st.lists(
    st.fixed_dictionaries(
        {
            "activity_id": st.sampled_from("abcdef"),
            "contact_id": st.sampled_from(["1", "2", None]),
            "occurred_at": st.integers(-5, 5).map(after),
            "name": st.sampled_from([None, "", "x", "1:x"]),
            "value": st.sampled_from([None, 0.1, -1e300]),
            "deleted": st.booleans(),
        }
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda row: row["activity_id"],
)


@contextmanager
def new_lake() -> Iterator[Lake]:
    """A lake that lives as long as one example."""
    with tempfile.TemporaryDirectory() as folder:
        yield Lake.open(Path(folder), ZoneInfo("Europe/Paris"))


def current(lake: Lake, table: str) -> list[dict[str, object]]:
    """The current rows, but for when they were learned."""
    return sorted(({**row, "learned_at": None} for row in read(lake, table)), key=repr)


def fill(lake: Lake, rows: list[dict[str, object]], cuts: list[int], table: pa.Table) -> None:
    """Commit the rows of a table in pieces, one a day."""
    edges = sorted({0, table.num_rows, *(cut % (len(rows) + 1) for cut in cuts)})
    for day, (start, stop) in enumerate(pairwise(edges)):
        commit(lake, table.slice(start, stop - start), day=day)


@few
@given(_versions, st.randoms(use_true_random=False), st.lists(st.integers(0, 20), max_size=3))
def test_any_order_and_split_of_contacts_gives_the_same_current_rows(
    rows: list[dict[str, object]], chance: Random, cuts: list[int]
) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    with new_lake() as one, new_lake() as other:
        commit(one, contacts(*rows))
        fill(other, shuffled, cuts, contacts(*shuffled))
        assert current(one, "contacts") == current(other, "contacts")


@few
@given(_events, st.permutations(range(6)), st.lists(st.integers(0, 20), max_size=3))
def test_any_order_and_split_of_activities_gives_the_same_current_rows(
    rows: list[dict[str, object]], order: list[int], cuts: list[int]
) -> None:
    shuffled = [rows[i] for i in order if i < len(rows)]
    with new_lake() as one, new_lake() as other:
        commit(one, activities(*rows))
        fill(other, shuffled, cuts, activities(*shuffled))
        assert current(one, "activities") == current(other, "activities")


@few
@given(_versions, _events)
def test_committing_twice_changes_nothing(
    people: list[dict[str, object]], events: list[dict[str, object]]
) -> None:
    with new_lake() as lake:
        for table in (contacts(*people), activities(*events)):
            commit(lake, table)
            before = read(lake, "contacts"), read(lake, "activities")
            again = commit(lake, table, day=1)
            assert (again.new, again.changed, again.deleted) == (0, 0, 0)
            assert again.unchanged == table.num_rows
            assert (read(lake, "contacts"), read(lake, "activities")) == before


@few
@given(_events, _events, _versions, _versions, st.booleans())
def test_late_and_edited_facts_do_not_move_an_earlier_answer(
    events: list[dict[str, object]],
    later_events: list[dict[str, object]],
    people: list[dict[str, object]],
    later_people: list[dict[str, object]],
    compacted: bool,
) -> None:
    def then(lake: Lake) -> list[dict[str, object]]:
        rows = read(lake, "activities", after(1)) + read(lake, "contacts", after(1))
        # That a version ended later is the one thing that may be learned of it.
        return sorted(({**row, "superseded_at": None} for row in rows), key=repr)

    with new_lake() as lake:
        commit(lake, activities(*events))
        commit(lake, contacts(*people))
        before = then(lake)
        commit(lake, activities(*later_events), day=2)
        commit(lake, contacts(*later_people), day=3)
        if compacted:
            lake.compact(force=True)
        assert then(lake) == before
