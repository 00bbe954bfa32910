"""Contacts are kept as versions: repeats vanish, lagging pages lose, deletions stay visible."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from leadline.batches import Stream
from leadline.errors import ConfigError, InternalError, WorkspaceError
from leadline.lake import Committed, Lake
from leadline.vocabulary import FieldType

from .world import START, after, commit, contacts, files, read

ADA = {
    "contact_id": "1",
    "email": "Ada@Example.COM",
    "updated_at": START,
    "job_title": "CEO",
    "company.employees": 12,
    "budget": Decimal("10.50"),
    "product_interest": ["b", "a"],
}


def test_a_contact_comes_back_as_it_was_committed(lake: Lake) -> None:
    assert commit(lake, contacts(ADA)) == Committed(new=1)
    [row] = read(lake, "contacts")
    assert row["source"] == "crm"
    assert row["email"] == "Ada@Example.COM"
    assert row["email_domain"] == "example.com"
    assert row["company__employees"] == 12
    assert row["budget"] == Decimal("10.50")
    assert row["product_interest"] == ["b", "a"]
    assert row["deleted"] is False
    assert (row["learned_at"], row["superseded_at"]) == (START, None)


@pytest.mark.parametrize("email", [None, "nobody", "@", "ada@", " "])
def test_an_address_without_a_domain_has_none(lake: Lake, email: str | None) -> None:
    commit(lake, contacts({"contact_id": "1", "email": email}))
    assert read(lake, "contacts")[0]["email_domain"] is None


def test_a_repeated_page_writes_nothing_at_all(lake: Lake) -> None:
    commit(lake, contacts(ADA))
    before = files(lake.root)
    again = {**ADA, "product_interest": ["a", "b"]}
    assert commit(lake, contacts(again), day=1) == Committed(unchanged=1)
    assert files(lake.root) == before


def test_a_change_supersedes_and_both_versions_are_kept(lake: Lake) -> None:
    commit(lake, contacts(ADA, {"contact_id": "2", "updated_at": START}))
    newer = {**ADA, "job_title": "CTO", "updated_at": after(1)}
    assert commit(lake, contacts(newer), day=1) == Committed(changed=1)
    now = {r["contact_id"]: r for r in read(lake, "contacts")}
    then = {r["contact_id"]: r for r in read(lake, "contacts", after(0.5))}
    assert (now["1"]["job_title"], then["1"]["job_title"]) == ("CTO", "CEO")
    assert then["1"]["superseded_at"] == after(1)
    assert now.keys() == then.keys() == {"1", "2"}


def test_an_older_version_from_a_lagging_page_is_dropped(lake: Lake) -> None:
    commit(lake, contacts({**ADA, "updated_at": after(2)}))
    older = {**ADA, "job_title": "intern", "updated_at": after(1)}
    assert commit(lake, contacts(older), day=3) == Committed(unchanged=1)
    assert [r["job_title"] for r in read(lake, "contacts")] == ["CEO"]


def test_inside_a_batch_the_newest_wins_and_then_the_last(lake: Lake) -> None:
    rows = [
        {**ADA, "updated_at": after(2), "job_title": "first of the newest"},
        {**ADA, "updated_at": after(2), "job_title": "last of the newest"},
        {**ADA, "updated_at": after(1), "job_title": "older"},
    ]
    assert commit(lake, contacts(*rows)) == Committed(new=1, unchanged=2)
    assert [r["job_title"] for r in read(lake, "contacts")] == ["last of the newest"]


def test_a_deleted_contact_is_a_version_that_says_so(lake: Lake) -> None:
    commit(lake, contacts(ADA))
    gone = contacts({"contact_id": "1", "deleted": True})
    assert commit(lake, gone, day=1) == Committed(deleted=1)
    assert commit(lake, gone, day=2) == Committed(unchanged=1)
    assert [r["deleted"] for r in read(lake, "contacts")] == [True]
    assert [r["deleted"] for r in read(lake, "contacts", START)] == [False]


def test_a_page_older_than_the_deleted_record_does_not_bring_it_back(lake: Lake) -> None:
    commit(lake, contacts(ADA))
    commit(lake, contacts({"contact_id": "1", "deleted": True}), day=1)
    stale = {**ADA, "updated_at": START - timedelta(days=1)}
    assert commit(lake, contacts(stale), day=2) == Committed(unchanged=1)
    assert commit(lake, contacts({**ADA, "updated_at": after(3)}), day=3) == Committed(changed=1)


def test_a_new_field_adds_a_column_and_old_rows_have_none(lake: Lake) -> None:
    commit(lake, contacts(ADA))
    wanted = {"country": FieldType.TEXT}
    rows = contacts({"contact_id": "2", "country": "FR"}, wanted=wanted)
    assert commit(lake, rows, day=1) == Committed(new=1)
    found = {r["contact_id"]: (r["country"], r["job_title"]) for r in read(lake, "contacts")}
    assert found == {"1": (None, "CEO"), "2": ("FR", None)}


def test_a_new_field_without_values_changes_no_contact(lake: Lake) -> None:
    commit(lake, contacts({"contact_id": "1"}, wanted={}))
    rows = contacts({"contact_id": "1"}, wanted={"country": FieldType.TEXT})
    assert commit(lake, rows, day=1) == Committed(unchanged=1)


def test_a_field_whose_type_changed_is_refused_with_what_to_do(lake: Lake) -> None:
    commit(lake, contacts(ADA))
    rows = contacts({"contact_id": "1"}, wanted={"company.employees": FieldType.TEXT})
    with pytest.raises(WorkspaceError, match=r"'company\.employees'.*int64.*string.*another name"):
        commit(lake, rows, day=1)
    assert [r["company__employees"] for r in read(lake, "contacts")] == [12]


def test_a_field_may_have_any_name(lake: Lake) -> None:
    names = ["file", "place", "id", "gone", "kind", "begins", "before", 'a "b"', "select"]
    wanted = dict.fromkeys(names, FieldType.TEXT)
    first = {"contact_id": "1", "email": "a@b.c"} | dict.fromkeys(names, "x")
    commit(lake, contacts(first, {"contact_id": "2"}, wanted=wanted))
    changed = {**first, "file": "y"}
    assert commit(lake, contacts(changed, wanted=wanted), day=1) == Committed(changed=1)
    lake.compact(force=True)
    found = [[r[n] for n in ("contact_id", *names)] for r in read(lake, "contacts")]
    assert found == [["1", "y", *["x"] * 8], ["2", *[None] * 9]]


def test_two_sources_may_use_the_same_id(lake: Lake) -> None:
    commit(lake, contacts(ADA), source="hubspot")
    assert commit(lake, contacts(ADA), source="o'hara") == Committed(new=1)
    assert {r["source"] for r in read(lake, "contacts")} == {"hubspot", "o'hara"}


def test_a_clock_that_was_set_back_does_not_move_what_was_known(lake: Lake) -> None:
    commit(lake, contacts(ADA), day=5)
    before = read(lake, "contacts", after(6))
    commit(lake, contacts({**ADA, "job_title": "CTO", "updated_at": after(1)}), day=2)
    assert read(lake, "contacts", after(4)) == []
    [row] = read(lake, "contacts")
    assert row["job_title"] == "CTO"
    assert row["learned_at"] == after(5)
    assert before[0]["job_title"] == "CEO"


def test_the_newest_commit_remembers_every_source(lake: Lake) -> None:
    assert lake.last_commit(Stream.CONTACTS, "a") is None
    commit(lake, contacts(ADA), day=1, source="a")
    commit(lake, contacts(ADA), day=2, source="b")
    commit(lake, contacts(ADA), day=3, source="b")  # says nothing new
    lake.compact(force=True)
    commit(lake, contacts({"contact_id": "9"}, wanted={"country": FieldType.TEXT}), 4, "c")
    assert lake.last_commit(Stream.CONTACTS, "a") == (1, {"day": 1})
    assert lake.last_commit(Stream.CONTACTS, "b") == (2, {"day": 2})
    assert lake.last_commit(Stream.CONTACTS, "c") == (4, {"day": 4})
    assert lake.last_commit(Stream.ACTIVITIES, "a") is None


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["digest"], "'digest'.*another name"),
        (["Filename"], "'Filename'.*another name"),
        (["source"], "'source'.*another name"),
        (["city", "City"], "'City'.*differs only in case"),
    ],
)
def test_a_name_that_cannot_be_kept_is_refused(lake: Lake, names: list[str], said: str) -> None:
    rows = contacts({"contact_id": "1"}, wanted=dict.fromkeys(names, FieldType.TEXT))
    with pytest.raises(ConfigError, match=said):
        commit(lake, rows)
    assert read(lake, "contacts") == []


def test_a_field_that_changed_its_case_is_refused(lake: Lake) -> None:
    commit(lake, contacts({"contact_id": "1"}, wanted={"shoe": FieldType.TEXT}))
    with pytest.raises(WorkspaceError, match="as 'shoe': spell it so"):
        commit(lake, contacts({"contact_id": "1"}, wanted={"Shoe": FieldType.TEXT}), day=1)


def test_a_row_without_its_id_is_our_own_fault(lake: Lake) -> None:
    with pytest.raises(InternalError, match="without its contact_id"):
        commit(lake, pa.table({"contact_id": pa.array([None], pa.string())}))
