"""Stages: only what the config allows from what the record has now, and never a conversion."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadline.batches import Outcome

from .writing import desk, fast_clock

WRITTEN, REJECTED, RETRY = Outcome.WRITTEN, Outcome.REJECTED, Outcome.RETRY
STAGE = "My_Stage__c"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    fast_clock(monkeypatch)


def test_a_stage_goes_with_its_score_in_one_call(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        lead = at.leads[0]
        at.crm.store.update("Lead", lead, {"Status": "New"})
        result = at.stage(lead, "Working")
        assert (result.outcome, result.column) == (WRITTEN, "")
        assert (at.held(lead, "Status"), at.held(lead)) == ("Working", 40)
        assert at.crm.journal.count("collections.update") == 1


def test_a_stage_that_sales_moved_since_stays_and_the_score_is_written(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        lead = at.leads[0]
        at.crm.store.update("Lead", lead, {"Status": "Unqualified"})
        result = at.stage(lead, "Working")
        assert result.outcome is RETRY
        assert "was moved to 'Unqualified'" in result.reason
        assert (at.held(lead, "Status"), at.held(lead)) == ("Unqualified", 40)


def test_a_stage_that_is_there_already_is_not_sent(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        lead = at.leads[0]
        at.crm.store.update("Lead", lead, {"Status": "Working"})
        assert at.stage(lead, "Working").outcome is WRITTEN
        assert "Status" not in at.sent()[0]


def test_a_status_that_means_converted_is_never_written(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        lead = at.leads[0]
        at.crm.store.update("Lead", lead, {"Status": "New"})
        status = next(
            each.values["ApiName"]
            for each in at.crm.store.records("LeadStatus")
            if each.values["IsConverted"]
        )
        result = at.stage(lead, status)
        assert (result.outcome, result.column) == (REJECTED, "stage")
        assert "means converted" in result.reason
        assert (at.held(lead, "Status"), at.held(lead)) == ("New", 40)


def test_a_value_that_is_no_active_one_is_refused_before_the_call(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        lead = at.leads[0]
        at.crm.store.update("Lead", lead, {"Status": "New"})
        result = at.stage(lead, "Marvellous")
        assert (result.outcome, result.column) == (REJECTED, "stage")
        assert "'Working'" in result.reason
        assert (at.held(lead, "Status"), at.held(lead)) == ("New", 40)


def test_a_contact_has_no_lead_status_and_gets_its_score(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        contact = at.contacts[0]
        result = at.stage(contact, "Working")
        assert (result.outcome, result.column) == (REJECTED, "stage")
        assert "this is a contact" in result.reason
        assert at.held(contact) == 40


def test_a_contact_gets_a_stage_of_its_own(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        contact = at.contacts[0]
        at.crm.store.update("Contact", contact, {STAGE: None})
        assert at.stage(contact, "Prospect", f"Contact.{STAGE}").outcome is WRITTEN
        assert at.held(contact, STAGE) == "Prospect"


def test_a_stage_that_salesforce_refuses_does_not_cost_the_score(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        lead, other = at.leads[:2]
        for each in (lead, other):
            at.crm.store.update("Lead", each, {"Status": "New"})
        at.crm.store.add_rule(
            "Lead",
            lambda record: record.id != lead or record.values["Status"] != "Working",
            "give a reason first",
        )
        row = {"stage": "Working", "stage_field": "Lead.Status"}
        results = at.write({"contact_id": lead, **row}, {"contact_id": other, **row})
        assert (results[lead].outcome, results[lead].column) == (REJECTED, "stage")
        assert "give a reason first" in results[lead].reason
        assert (at.held(lead), at.held(lead, "Status")) == (40, "New")
        assert (results[other].outcome, at.held(other, "Status")) == (WRITTEN, "Working")


def test_a_stage_of_a_converted_lead_is_left_and_its_score_goes_to_the_contact(
    tmp_path: Path,
) -> None:
    with desk(tmp_path) as at:
        lead = at.leads[0]
        contact = at.crm.store.convert(lead)
        before = at.held(lead, "Status")
        assert at.stage(lead, "Working").outcome is WRITTEN
        assert (at.held(lead, "Status"), at.held(contact)) == (before, 40)


def test_a_stage_field_without_its_object_is_named(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        result = at.stage(at.leads[0], "Working", "Status")
        assert (result.outcome, result.column) == (REJECTED, "stage")
        assert "Lead.Status" in result.reason


def test_a_stage_is_written_in_bulk_and_leaves_the_others_alone(tmp_path: Path) -> None:
    with desk(tmp_path, settings={"bulk_above": 2}) as at:
        first, *others = at.leads
        at.crm.store.update("Lead", first, {"Status": "New"})
        before = {each: at.held(each, "Status") for each in others}
        rows = [{"contact_id": each} for each in others]
        staged = {"contact_id": first, "stage": "Working", "stage_field": "Lead.Status"}
        results = at.write(staged, *rows)
        assert {each.outcome for each in results.values()} == {WRITTEN}
        assert at.held(first, "Status") == "Working"
        assert {each: at.held(each, "Status") for each in others} == before
