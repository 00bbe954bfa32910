"""Scores into leads and contacts: what is sent, what Salesforce says, and what is never done."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadline.batches import Outcome
from leadline.errors import RetryLater, SourceError
from leadline_salesforce.sending import Row, chunks
from tests.connectors.changes import outcomes

from .writing import OWN, SCORE, desk, fast_clock

WRITTEN, REJECTED, RETRY = Outcome.WRITTEN, Outcome.REJECTED, Outcome.RETRY


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    fast_clock(monkeypatch)


def test_leads_and_contacts_take_one_read_and_one_call_each(tmp_path: Path) -> None:
    with desk(tmp_path, contacts=100) as at:
        ids = [*at.leads, *at.contacts]
        before = at.calls
        results = at.score(ids)
        assert set(outcomes(results).values()) == {WRITTEN}
        assert {at.held(each) for each in ids} == {40}
        assert at.calls - before == 4
        assert at.crm.journal.count("collections.update") == 2


def test_only_leadlines_own_fields_are_sent_and_nobody_is_made(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        there = {kind: len(at.crm.store.records(kind)) for kind in ("Lead", "Contact")}
        owners = {each: at.held(each, "OwnerId") for each in at.leads}
        at.score([*at.leads, *at.contacts])
        for record in at.sent():
            assert set(record) == {"attributes", "id", *OWN}
        assert {kind: len(at.crm.store.records(kind)) for kind in there} == there
        assert {each: at.held(each, "OwnerId") for each in at.leads} == owners


def test_values_are_numbers_and_instants_to_the_millisecond(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.score(at.leads[:1], score=71)
        (sent,) = at.sent()
        assert sent[SCORE] == 71
        assert sent["Leadline_Scored_At__c"] == "2026-11-20T10:30:00.123Z"
        assert sent["Leadline_Reasons__c"] == "Head of IT"


def test_an_instant_of_another_zone_is_sent_in_utc(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.score(at.leads[:1], scored_at=datetime(2026, 1, 1, tzinfo=UTC))
        assert at.sent()[0]["Leadline_Scored_At__c"] == "2026-01-01T00:00:00.000Z"


def test_a_null_empties_a_field(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        lead = at.leads[0]
        at.score([lead])
        at.score([lead], score=None, reasons=None)
        assert (at.held(lead), at.held(lead, "Leadline_Reasons__c")) == (None, None)
        assert at.sent()[-1][SCORE] is None


def test_a_text_is_cut_to_the_length_of_its_field(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        lead = at.leads[0]
        assert at.score([lead], reasons="ł" * 40_000)[lead].outcome is WRITTEN
        assert at.held(lead, "Leadline_Reasons__c") == "ł" * 32_768


def test_one_record_that_is_refused_does_not_stop_the_others(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        bad, *good = at.leads
        message = "Phone: give it with the country"
        at.crm.store.add_rule("Lead", lambda record: record.id != bad, message)
        results = at.score([bad, *good])
        assert results[bad].outcome is REJECTED
        assert "FIELD_CUSTOM_VALIDATION_EXCEPTION" in results[bad].reason
        assert message in results[bad].reason
        assert {results[each].outcome for each in good} == {WRITTEN}
        assert at.crm.journal.count("collections.update") == 1


def test_failures_are_told_apart_by_their_place_for_they_have_no_id(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        odd = set(at.leads[::2])
        at.crm.store.add_rule("Lead", lambda record: record.id not in odd, "not this one")
        results = at.score(at.leads)
        assert {key for key, each in results.items() if each.outcome is REJECTED} == odd
        assert {key for key in at.leads if at.held(key) == 40} == set(at.leads) - odd


def test_a_deleted_lead_is_refused_and_one_that_was_purged_too(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        deleted, purged, there = at.leads[:3]
        for each in (deleted, purged):
            at.crm.store.delete("Lead", each)
        at.crm.store.purge("Lead", purged)
        results = at.score([deleted, purged, there])
        assert outcomes(results) == {deleted: REJECTED, purged: REJECTED, there: WRITTEN}
        assert "deleted in Salesforce" in results[deleted].reason
        assert {each["id"] for each in at.sent()} == {there}


def test_a_merged_lead_waits_for_the_next_pull(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        winner, loser = at.leads[:2]
        at.crm.store.merge("Lead", winner, loser)
        results = at.score([loser, winner])
        assert outcomes(results) == {loser: RETRY, winner: WRITTEN}
        assert winner in results[loser].reason


def test_the_score_of_a_converted_lead_goes_to_its_contact(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        lead = at.leads[0]
        contact = at.crm.store.convert(lead)
        assert at.score([lead])[lead].outcome is WRITTEN
        assert (at.held(contact), at.held(lead)) == (40, None)
        assert [each["id"] for each in at.sent()] == [contact]


def test_a_contact_with_a_score_of_its_own_keeps_it(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        first, second = at.leads[:2]
        contact, scored = at.crm.store.convert(first), at.crm.store.convert(second)
        at.crm.store.update("Contact", scored, {SCORE: 77})
        results = at.write(
            {"contact_id": first, "score": 10},
            {"contact_id": contact, "score": 20},
            {"contact_id": second, "score": 30},
        )
        assert outcomes(results) == {first: RETRY, contact: WRITTEN, second: RETRY}
        assert (at.held(contact), at.held(scored)) == (20, 77)
        assert "converted" in results[second].reason


def test_a_converted_lead_is_never_written_where_the_org_would_lose_it(tmp_path: Path) -> None:
    with desk(tmp_path, converted_writes="lost") as at:
        lead = at.leads[0]
        contact = at.crm.store.convert(lead)
        at.score([lead])
        assert at.held(contact) == 40
        assert lead not in {each["id"] for each in at.sent()}


def test_two_leads_that_became_one_contact_do_not_both_write_it(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        first, second = at.leads[:2]
        contact = at.crm.store.convert(first)
        at.crm.store.convert(second, contact_id=contact)
        results = at.score([first, second])
        assert sorted(each.outcome for each in results.values()) == [RETRY, WRITTEN]


def test_a_person_account_is_written_by_its_account(tmp_path: Path) -> None:
    with desk(tmp_path, person_accounts=True) as at:
        persons = [
            each.id
            for each in at.crm.store.records("Contact")
            if each.values.get("IsPersonAccount")
        ]
        assert persons
        results = at.score(persons)
        assert set(outcomes(results).values()) == {WRITTEN}
        for each in persons:
            account = at.held(each, "AccountId")
            assert at.held(account, "Leadline_Score__pc") == 40
        assert {each["attributes"]["type"] for each in at.sent()} == {"Account"}


def test_a_locked_row_alone_is_tried_again(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        locked, *others = at.leads
        at.crm.store.lock_row("Lead", locked, times=2)
        results = at.score([locked, *others])
        assert set(outcomes(results).values()) == {WRITTEN}
        calls = at.crm.journal.calls("collections.update")
        assert [len(each.json["records"]) for each in calls] == [len(at.leads), 1, 1]


def test_a_row_that_stays_locked_waits_for_the_next_sync(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        locked, other = at.leads[:2]
        at.crm.store.lock_row("Lead", locked, times=99)
        results = at.score([locked, other])
        assert outcomes(results) == {locked: RETRY, other: WRITTEN}
        assert "UNABLE_TO_LOCK_ROW" in results[locked].reason
        assert at.crm.journal.count("collections.update") == 6


def test_a_bad_record_does_not_take_the_others_down_with_it(tmp_path: Path) -> None:
    with desk(tmp_path, contacts=100, batch_retries=True) as at:
        bad = at.leads[7]
        at.crm.store.add_rule("Lead", lambda record: record.id != bad, "no")
        results = at.score(at.leads)
        assert {key for key, each in results.items() if each.outcome is not WRITTEN} == {bad}
        assert at.crm.journal.count("collections.update") <= 20


def test_a_field_that_is_missing_stops_the_source_and_says_what_to_do(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.crm.store.hide("Lead", SCORE)
        at.api.forget_descriptions()
        with pytest.raises(SourceError, match=r"Lead\.Leadline_Score__c: run leadline check"):
            at.score(at.leads)
        assert at.crm.journal.count("collections.update") == 0


def test_an_id_of_something_else_is_refused(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        account = at.crm.store.records("Account")[0].id
        result = at.score([account])[account]
        assert (result.outcome, at.crm.journal.count("collections.update")) == (REJECTED, 0)


def test_a_contact_that_comes_twice_gets_both_in_turn(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        lead, other = at.leads[:2]
        rows = [(lead, 1), (other, 2), (lead, 3)]
        at.write(*({"contact_id": each, "score": score} for each, score in rows))
        assert (at.held(lead), at.held(other)) == (3, 2)


def test_no_write_reassigns_an_owner_even_after_the_session_ended(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        owners = {each: at.held(each, "OwnerId") for each in at.leads}
        at.crm.faults.add("401", "collections.update", times=1)
        assert set(outcomes(at.score(at.leads)).values()) == {WRITTEN}
        calls = at.crm.journal.calls("collections.update")
        assert [each.status for each in calls] == [401, 200]
        assert {each.header("Sforce-Auto-Assign") for each in calls} == {"FALSE"}
        assert {each: at.held(each, "OwnerId") for each in at.leads} == owners


def test_a_duplicate_alert_does_not_refuse_a_score(tmp_path: Path) -> None:
    with desk(tmp_path, duplicate_alerts=True) as at:
        assert set(outcomes(at.score(at.leads)).values()) == {WRITTEN}


@pytest.mark.parametrize("kind", ["503", "500-html", "broken", "403-concurrent", "html200"])
def test_trouble_that_passes_costs_another_call_and_nothing_else(tmp_path: Path, kind: str) -> None:
    with desk(tmp_path) as at:
        at.crm.faults.add(kind, "collections.update", times=1)
        assert set(outcomes(at.score(at.leads)).values()) == {WRITTEN}
        assert {at.held(each) for each in at.leads} == {40}


def test_the_end_of_the_days_calls_stops_the_source(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.crm.faults.add("403-total", "collections.update")
        with pytest.raises(RetryLater, match="sync again later"):
            at.score(at.leads)


def test_one_accounts_contacts_go_in_one_call() -> None:
    rows = [
        Row(f"003{number:015}", "Contact", f"003{number:015}", {}, account=f"001{number % 70}")
        for number in range(210)
    ]
    parts = chunks(rows, 200)
    places = {
        account: {
            place for place, part in enumerate(parts) for row in part if row.account == account
        }
        for account in {row.account for row in rows}
    }
    assert all(len(found) == 1 for found in places.values())
    assert sum(map(len, parts)) == 210
    assert len(parts) == 2
