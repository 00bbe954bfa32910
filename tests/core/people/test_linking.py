"""Which records are one person: what the engine finds is what a plain union-find finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.scoring.linking import connected, link
from leadline.vocabulary import SHARED_MAILBOXES

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Rec:
    """One contact record, as far as it tells who it is."""

    source: str
    contact_id: str
    email: str | None = None
    deleted: bool = False
    merged_into: str | None = None
    linked_to: str | None = None

    @property
    def key(self) -> Key:
        return (self.source, self.contact_id)

    @property
    def gone(self) -> bool:
        return self.deleted and self.merged_into is None

    @property
    def live(self) -> bool:
        return not self.deleted and self.merged_into is None


@contextmanager
def session(records: Sequence[Rec]) -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect(":memory:")
    try:
        con.execute(
            "CREATE TABLE records (source VARCHAR, contact_id VARCHAR, email VARCHAR, "
            "deleted BOOLEAN, merged_into VARCHAR, linked_to VARCHAR)"
        )
        for r in records:
            row = [r.source, r.contact_id, r.email, r.deleted, r.merged_into, r.linked_to]
            con.execute("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)", row)
        yield con
    finally:
        con.close()


def persons(records: Sequence[Rec]) -> dict[Key, tuple[Key, bool, str]]:
    """Record → its person, whether it is live, and the person's sources."""
    with session(records) as con:
        several = link(con, SHARED_MAILBOXES)
        rows = con.execute(
            "SELECT source, contact_id, person_source, person_id, live, sources FROM members"
        ).fetchall()
    assert several == bool(rows)
    assert len({row[:2] for row in rows}) == len(rows)
    return {(a, b): ((c, d), live, sources) for a, b, c, d, live, sources in rows}


def by_hand(records: Sequence[Rec]) -> dict[Key, tuple[Key, bool, str]]:
    """The same answer the slow way."""
    parent: dict[Key, Key] = {}

    def root(key: Key) -> Key:
        parent.setdefault(key, key)
        while parent[key] != key:
            key = parent[key]
        return key

    sources = {r.source for r in records}
    owner: dict[str, Key] = {}
    for r in records:
        if r.gone:
            continue
        for reference in filter(None, (r.merged_into, r.linked_to)):
            place, colon, rest = reference.partition(":")
            named = (place, rest) if colon and place in sources else (r.source, reference)
            parent[root(named)] = root(r.key)
        address = (r.email or "").strip(" ").lower()
        local, at, domain = address.rpartition("@")
        if local and at and domain and local not in SHARED_MAILBOXES:
            parent[root(owner.setdefault(address, r.key))] = root(r.key)
    people: dict[Key, list[Rec]] = {}
    for r in records:
        if not r.gone:
            people.setdefault(root(r.key), []).append(r)
    return {
        r.key: (
            min(one.key for one in group if one.live),
            r.live,
            ",".join(sorted({one.source for one in group})),
        )
        for group in people.values()
        if len(group) > 1 and any(one.live for one in group)
        for r in group
    }


IDS = st.sampled_from(["1", "2", "3", "4"])
REFERENCES = (
    st.none() | IDS | st.sampled_from(["crm:1", "web:2", "ads:3", "nowhere:1", "9", "crm:"])
)
EMAILS = st.none() | st.sampled_from(
    [
        "",
        "",
        " ",
        "n/a",
        "@",
        "ada@x.example",
        " ADA@X.example",
        "bob@x.example",
        "info@x.example",
        "Sales@x.example",
        "info+ada@x.example",
    ]
)
RECORDS = st.lists(
    st.builds(
        Rec,
        source=st.sampled_from(["ads", "crm", "web"]),
        contact_id=IDS,
        email=EMAILS,
        deleted=st.sampled_from([False, False, True]),
        merged_into=st.none() | st.none() | REFERENCES,
        linked_to=REFERENCES,
    ),
    max_size=9,
    unique_by=lambda record: record.key,
)


@settings(max_examples=150, deadline=None)
@given(records=RECORDS, data=st.data())
def test_any_links_make_the_same_persons_in_any_order(
    records: list[Rec], data: st.DataObject
) -> None:
    expected = by_hand(records)
    assert persons(records) == expected
    assert persons(data.draw(st.permutations(records))) == expected


@settings(deadline=None)
@given(
    st.integers(1, 60).flatmap(
        lambda count: st.tuples(
            st.just(count),
            st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))),
        )
    )
)
def test_connected_numbers_have_the_least_of_them(
    given_: tuple[int, list[tuple[int, int]]],
) -> None:
    count, pairs = given_
    group = {number: {number} for number in range(count)}
    for one, other in pairs:
        together = group[one] | group[other]
        group |= dict.fromkeys(together, together)
    links = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    roots = connected(count, links[:, 0], links[:, 1])
    assert roots.tolist() == [min(group[number]) for number in range(count)]


def test_a_long_chain_is_one_person() -> None:
    count = 100_000
    numbers = np.random.default_rng(7).permutation(count)
    roots = connected(count, numbers[:-1], numbers[1:])
    assert not roots.any()


def test_an_address_is_one_whatever_its_case_and_blanks() -> None:
    found = persons([Rec("web", "7", " Ada@X.example"), Rec("crm", "1", "ada@x.EXAMPLE ")])
    assert {person for person, *_ in found.values()} == {("crm", "1")}


def test_shared_mailboxes_and_what_is_no_address_link_nobody() -> None:
    for email in ("info@x.example", "NoReply@x.example", "n/a", "", None):
        assert persons([Rec("web", "1", email), Rec("crm", "1", email)]) == {}


def test_a_merge_is_followed_to_its_end_and_the_merged_are_not_live() -> None:
    chain = [Rec("crm", "1", merged_into="2"), Rec("crm", "2", merged_into="3"), Rec("crm", "3")]
    assert persons(chain) == {
        ("crm", "1"): (("crm", "3"), False, "crm"),
        ("crm", "2"): (("crm", "3"), False, "crm"),
        ("crm", "3"): (("crm", "3"), True, "crm"),
    }


def test_a_merged_record_that_is_deleted_still_belongs_to_its_person() -> None:
    found = persons([Rec("crm", "1", deleted=True, merged_into="2"), Rec("crm", "2")])
    assert found[("crm", "1")] == (("crm", "2"), False, "crm")


def test_a_deleted_record_says_nothing() -> None:
    gone = Rec("crm", "1", "ada@x.example", deleted=True)
    assert persons([gone, Rec("web", "1", "ada@x.example")]) == {}


def test_an_id_with_a_colon_is_of_its_own_source() -> None:
    found = persons([Rec("crm", "urn:5"), Rec("crm", "1", linked_to="urn:5")])
    assert {person for person, *_ in found.values()} == {("crm", "1")}
