"""Large plans by Bulk API 2.0: jobs that outlive a crash, and results that name their rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from leadline.batches import Outcome
from leadline.errors import RetryLater, SourceError
from tests.connectors.changes import outcomes

from .writing import SCORE, desk, fast_clock

WRITTEN, REJECTED, RETRY = Outcome.WRITTEN, Outcome.REJECTED, Outcome.RETRY
SMALL: dict[str, Any] = {"bulk_above": 3}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    fast_clock(monkeypatch)


def test_a_large_plan_is_one_job_per_object(tmp_path: Path) -> None:
    with desk(tmp_path, settings=SMALL, contacts=40) as at:
        ids = [*at.leads, *at.contacts]
        assert set(outcomes(at.score(ids)).values()) == {WRITTEN}
        assert {at.held(each) for each in ids} == {40}
        assert at.crm.journal.count("collections.update") == 0
        assert at.crm.journal.count("bulk.ingest.create") == 2
        assert at.crm.journal.count("bulk.ingest.failed") == 0


def test_a_null_empties_and_an_empty_cell_would_not(tmp_path: Path) -> None:
    with desk(tmp_path, settings=SMALL) as at:
        at.score(at.leads)
        at.score(at.leads, reasons=None, grade="")
        for each in at.leads:
            assert at.held(each) == 40
            assert at.held(each, "Leadline_Reasons__c") is None
            assert at.held(each, "Leadline_Grade__c") is None


def test_a_text_that_reads_as_null_is_refused(tmp_path: Path) -> None:
    with desk(tmp_path, settings=SMALL) as at:
        odd, *others = at.leads
        rows = [{"contact_id": each} for each in others]
        results = at.write({"contact_id": odd, "reasons": "#N/A"}, *rows)
        assert results[odd].outcome is REJECTED
        assert "'#N/A'" in results[odd].reason
        assert {results[each].outcome for each in others} == {WRITTEN}


def test_commas_quotes_newlines_and_accents_arrive_as_they_are(tmp_path: Path) -> None:
    text = 'Zoë said "yes, now"\r\nand\nthen \u2028 ł; = 1'
    with desk(tmp_path, settings=SMALL) as at:
        assert set(outcomes(at.score(at.leads, reasons=text)).values()) == {WRITTEN}
        assert {at.held(each, "Leadline_Reasons__c") for each in at.leads} == {text}


def test_refused_rows_are_named_whatever_their_order(tmp_path: Path) -> None:
    message = "Zoë: the phone,\nplease"
    with desk(tmp_path, settings=SMALL, contacts=60, bulk_charset=False) as at:
        bad = set(at.leads[::3])
        at.crm.store.add_rule("Lead", lambda record: record.id not in bad, message)
        results = at.score(at.leads)
        assert {key for key, each in results.items() if each.outcome is REJECTED} == bad
        assert all(message in results[each].reason for each in bad)
        assert {key for key in at.leads if at.held(key) == 40} == set(at.leads) - bad


def test_a_locked_row_of_a_job_is_tried_again_alone(tmp_path: Path) -> None:
    with desk(tmp_path, settings=SMALL) as at:
        locked = at.leads[2]
        at.crm.store.lock_row("Lead", locked, times=1)
        assert set(outcomes(at.score(at.leads)).values()) == {WRITTEN}
        assert [each["id"] for each in at.sent()] == [locked]


def test_trouble_while_a_job_is_watched_does_not_abort_it(tmp_path: Path) -> None:
    with desk(tmp_path, settings=SMALL) as at:
        at.crm.faults.add("503", "bulk.ingest.get", times=2)
        at.crm.faults.add("broken", "bulk.ingest.close", times=1)
        assert set(outcomes(at.score(at.leads)).values()) == {WRITTEN}
        assert at.aborted == 0
        assert at.crm.journal.count("bulk.ingest.create") == 1


def test_a_job_that_was_left_alone_is_taken_up_by_the_same_plan(tmp_path: Path) -> None:
    with desk(tmp_path, settings=SMALL) as at:
        at.crm.faults.add("503", "bulk.ingest.get")
        with pytest.raises(RetryLater):
            at.score(at.leads)
        at.crm.faults.clear()
        assert set(outcomes(at.score(at.leads)).values()) == {WRITTEN}
        assert at.crm.journal.count("bulk.ingest.create") == 1
        assert at.aborted == 0


def test_a_job_that_was_left_alone_has_ended_before_another_plan_is_written(
    tmp_path: Path,
) -> None:
    with desk(tmp_path, settings=SMALL) as at:
        at.crm.faults.add("503", "bulk.ingest.get")
        with pytest.raises(RetryLater):
            at.score(at.leads, score=10)
        at.crm.faults.clear()
        lead = at.leads[0]
        assert at.score([lead], score=90)[lead].outcome is WRITTEN
        labels = [each.label for each in at.crm.journal.calls()]
        assert labels.index("bulk.ingest.get") < labels.index("collections.update")
        assert at.held(lead) == 90
        assert at.aborted == 0


def test_a_job_that_fails_half_way_says_which_rows_were_written(tmp_path: Path) -> None:
    with desk(tmp_path, settings=SMALL, contacts=60) as at:
        at.crm.faults.add("bulk-failed", "bulk.ingest.close", times=1)
        results = at.score(at.leads)
        done = {key for key, each in results.items() if each.outcome is WRITTEN}
        assert {key for key in at.leads if at.held(key) == 40} == done
        assert {each.outcome for each in results.values()} == {WRITTEN, RETRY}


def test_the_days_jobs_at_an_end_stop_the_source(tmp_path: Path) -> None:
    with desk(tmp_path, settings=SMALL) as at:
        at.crm.faults.add("bulk-limit", "bulk.ingest.create")
        with pytest.raises(RetryLater):
            at.score(at.leads)


def test_a_name_that_the_job_does_not_know_stops_the_source(tmp_path: Path) -> None:
    with desk(tmp_path, settings=SMALL) as at:
        at.crm.store.hide("Lead", SCORE)
        with pytest.raises(SourceError, match="leadline check --fix"):
            at.score(at.leads)


def test_an_org_that_answers_nothing_to_list_is_understood(tmp_path: Path) -> None:
    with desk(tmp_path, settings=SMALL, contacts=60, bulk_no_content=True) as at:
        at.crm.faults.add("bulk-failed", "bulk.ingest.close", times=1)
        assert {each.outcome for each in at.score(at.leads).values()} == {WRITTEN, RETRY}


def test_no_job_names_an_assignment_rule_and_no_owner_moves(tmp_path: Path) -> None:
    with desk(tmp_path, settings=SMALL) as at:
        owners = {each: at.held(each, "OwnerId") for each in at.leads}
        at.score(at.leads)
        (made,) = at.crm.journal.calls("bulk.ingest.create")
        assert "assignmentRuleId" not in made.json
        assert made.json["operation"] == "update"
        assert {each: at.held(each, "OwnerId") for each in at.leads} == owners
