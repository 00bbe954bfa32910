"""The contract of a fetch: all of it, once more from any point, and nothing that is not there."""

from __future__ import annotations

import gc
import weakref
from datetime import timedelta, timezone

import pytest

from leadline.batches import Batch, Stream, Support
from leadline.testing.basis import ContractBasis
from leadline.testing.bench import (
    CONTACT_TEXTS,
    SOURCE,
    Bench,
    differences,
    facts_in,
    live,
    plain,
    typed_rows,
)
from leadline.testing.crm import Crm
from leadline.testing.hostile import HOSTILE_VALUES
from leadline.testing.seeds import (
    activity,
    company,
    contact,
    moment,
    seed_activities,
    seed_companies,
    seed_contacts,
)

_MANY = 40  # contacts, of pages of two
_KEPT = 6  # batches that are under way at a time, at most


class FetchContract(ContractBasis):
    """What a connector keeps when it reads."""

    def test_every_contact_is_fetched(self, bench: Bench, crm: Crm) -> None:
        seeded = seed_contacts(crm)
        fetched = live(bench.facts(Stream.CONTACTS))
        expected = {
            str(row["contact_id"]): {**{n: row[n] for n in CONTACT_TEXTS}, "deleted": False}
            for row in seeded
        }
        assert differences(fetched, expected) == [], (
            "a full fetch (since=None) must bring each contact as it is"
        )

    def test_every_activity_is_fetched(self, bench: Bench, crm: Crm) -> None:
        bench.needs("activities")
        seeded = seed_activities(crm)
        names = ("contact_id", "type", "name", "url")
        fetched = bench.facts(Stream.ACTIVITIES).values()
        assert sorted(tuple(str(fact[n]) for n in names) for fact in fetched) == sorted(
            tuple(str(row[n]) for n in names) for row in seeded
        ), "a full fetch (since=None) must bring each activity once, under an id of its own"

    def test_every_company_is_fetched(self, bench: Bench, crm: Crm) -> None:
        bench.needs("companies")
        expected = {str(row["company_id"]): dict(row) for row in seed_companies(crm)}
        fetched = live(bench.facts(Stream.COMPANIES))
        assert differences(fetched, expected) == [], (
            "a full fetch (since=None) must bring each company as it is"
        )

    @pytest.mark.parametrize("stream", list(Stream))
    def test_resuming_at_every_batch_boundary_loses_and_invents_nothing(
        self, bench: Bench, crm: Crm, stream: Stream
    ) -> None:
        self._seed(bench, crm, stream)
        batches = bench.reopened("whole").batches(stream)
        whole = facts_in(batches, stream)
        assert len(batches) > 1 or self.one_batch, (
            f"seven {stream} came in one batch: let Crm.settings() ask for pages of two rows, or "
            "set one_batch = True if there are no pages"
        )
        for count in range(1, len(batches) + 1):
            stopped = bench.reopened(f"stopped-{count}")
            before = stopped.batches(stream, only=count)
            after = stopped.reopened().batches(stream, before[-1].checkpoint)
            both = facts_in([*before, *after], stream)
            lost, invented = sorted(whole.keys() - both), sorted(both.keys() - whole.keys())
            assert not lost, f"resumed after batch {count} of {len(batches)}: lost {lost}"
            assert not invented, f"resumed after batch {count}: invented {invented}"
            assert differences(both, whole) == [], (
                f"resumed after batch {count}: rows came back different"
            )

    @pytest.mark.parametrize("stream", list(Stream))
    def test_overlapping_and_repeated_pages_give_the_same_set(
        self, bench: Bench, crm: Crm, stream: Stream
    ) -> None:
        self._seed(bench, crm, stream)
        first = bench.batches(stream)
        again = bench.reopened().batches(stream)
        whole = facts_in(first, stream)
        assert differences(facts_in(again, stream), whole) == [], (
            "a second full fetch of an unchanged CRM must bring the same ids and values"
        )
        overlapping = list(first)
        for batch in first:
            overlapping += bench.reopened().batches(stream, batch.checkpoint)
        assert differences(facts_in(overlapping, stream), whole) == [], (
            "fetching again from older checkpoints must bring known rows again, unchanged"
        )

    def test_a_contact_that_ties_with_the_checkpoint_is_found(self, bench: Bench, crm: Crm) -> None:
        seed_contacts(crm)
        checkpoint = self._last(bench, Stream.CONTACTS).checkpoint
        newest = moment(2)
        crm.put_contacts([contact(crm, 8), contact(crm, 1, company="Moved Inc")], newest)
        later = bench.reopened().facts(Stream.CONTACTS, checkpoint)
        assert crm.contact_id(8) in later, (
            "a contact that became visible later, at the very instant of the checkpoint, was "
            "missed: resume with >=, not >"
        )
        assert later.get(crm.contact_id(1), {}).get("company") == "Moved Inc", (
            "a contact that was changed at the very instant of the checkpoint was missed: resume "
            "with >=, not >, and do not skip ids that were seen"
        )

    def test_an_activity_that_ties_with_the_checkpoint_is_found(
        self, bench: Bench, crm: Crm
    ) -> None:
        bench.needs("activities")
        seed_activities(crm)
        checkpoint = self._last(bench, Stream.ACTIVITIES).checkpoint
        crm.put_activities([activity(crm, 0, of=1)], moment(2))
        later = bench.reopened().facts(Stream.ACTIVITIES, checkpoint).values()
        assert "Page 0" in {fact["name"] for fact in later}, (
            "an activity that became visible later with the very instant of the checkpoint was "
            "missed: resume with >=, not >"
        )

    def test_a_company_that_ties_with_the_checkpoint_is_found(self, bench: Bench, crm: Crm) -> None:
        bench.needs("companies")
        seed_companies(crm)
        checkpoint = self._last(bench, Stream.COMPANIES).checkpoint
        first, eighth = crm.company_id(1), crm.company_id(8)
        crm.put_companies([company(crm, 8), company(crm, 1, "Moved Inc")], moment(2))
        later = bench.reopened().facts(Stream.COMPANIES, checkpoint)
        assert {key: later.get(key, {}).get("company") for key in (first, eighth)} == {
            first: "Moved Inc",
            eighth: "Company 8",
        }, "a company that changed at the very instant of the checkpoint was missed: use >=, not >"

    def test_an_activity_of_long_ago_that_comes_late_is_found(self, bench: Bench, crm: Crm) -> None:
        bench.needs("activities")
        seed_activities(crm)
        checkpoint = self._last(bench, Stream.ACTIVITIES).checkpoint
        long_ago = moment(-60 * 24 * 90)
        crm.put_activities([activity(crm, 50, of=2, occurred_at=long_ago)], moment(30))
        later = bench.reopened().facts(Stream.ACTIVITIES, checkpoint).values()
        assert "Page 50" in {fact["name"] for fact in later}, (
            "an activity that happened long ago and was learned now was missed: the "
            "checkpoint must follow when the CRM learned of it, not when it happened"
        )

    def test_a_deleted_contact_arrives_as_a_deleted_row(self, bench: Bench, crm: Crm) -> None:
        bench.needs("deletes")
        seed_contacts(crm)
        checkpoint = self._last(bench, Stream.CONTACTS).checkpoint
        gone = crm.contact_id(2)
        crm.delete_contact(gone, moment(10))
        later = bench.reopened().facts(Stream.CONTACTS, checkpoint)
        assert gone in later, f"contact {gone} was deleted and nothing said so"
        deleted = sorted(key for key, fact in later.items() if fact["deleted"])
        assert deleted == [gone], "exactly the deleted contact must come as a row with deleted=true"

    def test_a_merged_contact_says_where_it_went(self, bench: Bench, crm: Crm) -> None:
        bench.needs("merges")
        seed_contacts(crm)
        checkpoint = self._last(bench, Stream.CONTACTS).checkpoint
        both = {crm.contact_id(2), crm.contact_id(3)}
        stays = crm.merge_contacts(crm.contact_id(2), crm.contact_id(3), moment(10))
        into = {
            str(row["contact_id"]): row["merged_into"]
            for batch in bench.reopened().batches(Stream.CONTACTS, checkpoint)
            for row in batch.rows.to_pylist()
            if row.get("merged_into")
        }
        assert into == dict.fromkeys(both - {stays}, stays), (
            f"contacts {sorted(both)} are {stays} now: whose id is gone must come as a row with "
            f"merged_into = '{stays}', and no other; there came {into}"
        )

    def test_types_and_time_zones_are_kept(self, bench: Bench, crm: Crm) -> None:
        facts = dict(crm.typed)
        if not facts and bench.capabilities.activities is not Support.FULL:
            pytest.skip("this CRM holds texts alone: answer Crm.typed to test it")
        crm.put_contacts([{**contact(crm, 1), **facts}], moment(0))
        if facts:
            (row,) = (r for b in bench.batches(Stream.CONTACTS) for r in typed_rows(b, facts))
            assert row == facts, "a number, a date, an instant or a boolean came as another one"
        if bench.capabilities.activities is Support.FULL:
            here = [moment(5).astimezone(timezone(timedelta(hours=h))) for h in (0, 5.5, -8)]
            crm.put_activities(
                [activity(crm, n, of=1, occurred_at=at) for n, at in enumerate(here)], moment(6)
            )
            when = {
                row["occurred_at"]
                for batch in bench.batches(Stream.ACTIVITIES)
                for row in typed_rows(batch, {"occurred_at": moment(5)})
            }
            assert when == {moment(5)}, (
                f"three activities of one instant, {moment(5)}, each put in another time zone, "
                f"came as {when}"
            )

    def test_memory_does_not_grow_with_the_crm(self, bench: Bench, crm: Crm) -> None:
        if self.one_batch:
            pytest.skip("the connector yields one batch: all of it is in memory")
        crm.put_contacts([contact(crm, number) for number in range(1, _MANY + 1)], moment(0))
        held: list[weakref.ref[object]] = []
        most = longest = 0
        with bench.host.fetch_contacts(SOURCE, None) as answer:
            for batch in answer:
                held.append(weakref.ref(batch.rows))
                longest = max(longest, batch.rows.num_rows)
                del batch
                most = max(most, _alive(held))
        assert longest <= _MANY // 4, (
            f"one batch held {longest} of {_MANY} contacts, with pages of two: yield each page"
        )
        assert most <= _KEPT, (
            f"{most} batches that were yielded were held on to: memory grows with the CRM"
        )

    def test_hostile_values_survive(self, bench: Bench, crm: Crm) -> None:
        values = {name: text for name, text in HOSTILE_VALUES.items() if name not in crm.unable}
        rows = [contact(crm, n, company=text) for n, text in enumerate(values.values(), 1)]
        rows.append(contact(crm, len(rows) + 1, company=""))
        crm.put_contacts(rows, moment(0))
        fetched = live(bench.facts(Stream.CONTACTS))
        for row, name in zip(rows, [*values, "empty text"], strict=True):
            found = fetched.get(str(row["contact_id"]), {}).get("company", "no such contact")
            assert found == plain(row["company"]), f"the value '{name}' did not survive"
        assert len(fetched) == len(rows), "more contacts came than were put: was a value split?"

    def _seed(self, bench: Bench, crm: Crm, stream: Stream) -> None:
        if stream is not Stream.CONTACTS:
            bench.needs(stream.value)
        seeds = {
            Stream.CONTACTS: seed_contacts,
            Stream.ACTIVITIES: seed_activities,
            Stream.COMPANIES: seed_companies,
        }
        seeds[stream](crm)

    def _last(self, bench: Bench, stream: Stream) -> Batch:
        batches = bench.batches(stream)
        assert batches, f"a full fetch of seven {stream} yielded no batch, and so no checkpoint"
        return batches[-1]


def _alive(held: list[weakref.ref[object]]) -> int:
    """How many of these are still there; a cycle of objects is no holding on."""
    alive = sum(each() is not None for each in held)
    if alive > _KEPT:
        gc.collect()
        alive = sum(each() is not None for each in held)
    return alive
