"""`check` finds what a sync would stumble over and writes nothing; `fix` makes what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from leadline.batches import Outcome
from leadline.errors import SignInError
from leadline.vocabulary import FieldType

from .writing import OWN, SCORE, desk, fast_clock

BARE: dict[str, Any] = {"provisioned": False}
FULL = {f"field {kind}.{name}" for kind in ("Lead", "Contact") for name in OWN}
SET = "permission set Leadline"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    fast_clock(monkeypatch)


def test_an_org_without_leadlines_fields_is_told_how_to_get_them(tmp_path: Path) -> None:
    with desk(tmp_path, **BARE) as at:
        found = at.check()
        assert {name for name, each in found.items() if each.fix} == FULL
        score = found[f"field Lead.{SCORE}"]
        assert "leadline check --fix" in score.detail
        assert "Lead.Leadline_Score__c of type Number(9, 0)" in score.fix


def test_check_changes_nothing(tmp_path: Path) -> None:
    with desk(tmp_path, **BARE) as at:
        kinds = ("Lead", "Contact", "PermissionSet", "FieldPermissions")
        before = {kind: [each.values for each in at.crm.store.records(kind)] for kind in kinds}
        at.check()
        assert {
            kind: [each.values for each in at.crm.store.records(kind)] for kind in kinds
        } == before
        assert {
            each.method for each in at.crm.journal.calls() if each.label != "composite.batch"
        } <= {"GET"} | {each.method for each in at.crm.journal.calls("oauth.token")}


def test_the_org_says_what_it_is_who_asks_and_how_many_calls_are_left(tmp_path: Path) -> None:
    with desk(tmp_path, edition="Enterprise Edition") as at:
        found = at.check()
        assert "Enterprise Edition" in found["org"].detail
        assert at.crm.username in found["user"].detail
        assert "of the org's 100,000" in found["calls"].detail
        for kind in ("Lead", "Contact", "Account"):
            assert found[kind].ok
        assert found["leadline's own fields"].ok
        assert all(each.ok for name, each in found.items() if not name.startswith("stage field"))


def test_fix_makes_each_field_grants_it_and_assigns_it(tmp_path: Path) -> None:
    with desk(tmp_path, **BARE) as at:
        made = at.fix()
        assert {made[name].detail for name in FULL} == {"made"}
        assert all(each.ok for each in made.values())
        assert not any(each.fix for each in at.check().values())
        lead = at.leads[0]
        assert at.score([lead])[lead].outcome is Outcome.WRITTEN
        assert at.held(lead) == 40


def test_fix_again_makes_nothing(tmp_path: Path) -> None:
    with desk(tmp_path, **BARE) as at:
        at.fix()
        kinds = ("PermissionSet", "FieldPermissions", "PermissionSetAssignment")
        before = {kind: len(at.crm.store.records(kind)) for kind in kinds}
        again = at.fix()
        assert {again[name].detail for name in FULL} == {"is there"}
        assert {kind: len(at.crm.store.records(kind)) for kind in kinds} == before


def test_a_field_that_is_there_and_seen_by_nobody_is_granted(tmp_path: Path) -> None:
    with desk(tmp_path, **BARE) as at:
        at.fix()
        for each in at.crm.store.records("FieldPermissions"):
            at.crm.store.purge("FieldPermissions", each.id)
        at.api.forget_descriptions()
        assert at.check()[f"field Lead.{SCORE}"].fix
        at.fix()
        assert not any(each.fix for each in at.check().values())


def test_a_field_that_may_be_read_alone_is_named(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.crm.store.protect("Lead", SCORE)
        at.api.forget_descriptions()
        found = at.check()[f"field Lead.{SCORE}"]
        assert not found.ok
        assert "may not edit" in found.detail


def test_a_user_that_may_not_make_fields_gets_them_to_be_made_by_hand(tmp_path: Path) -> None:
    with desk(tmp_path, **BARE) as at:
        at.crm.faults.add("403-access", "tooling.create")
        at.crm.faults.add("403-access", "sobjects.create")
        found = at.fix()
        assert not any(each.ok for each in found.values())
        assert "Customize Application" in found[f"field Lead.{SCORE}"].detail
        assert "Manage Profiles" in found[SET].detail


def test_a_kind_that_the_user_may_not_see_is_named(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.crm.store.hide("Contact")
        at.api.forget_descriptions()
        found = at.check()["Contact"]
        assert not found.ok
        assert "may not see Contact" in found.detail


def test_a_mapped_field_that_is_hidden_or_missing_is_named(tmp_path: Path) -> None:
    wanted = {"job_title": FieldType.TEXT, "region": FieldType.TEXT}
    source = {"fields": {"region": "Rejion__c", "job_title": "Title"}, "wanted": wanted}
    with desk(tmp_path, source=source) as at:
        at.crm.store.hide("Lead", "Title")
        at.api.forget_descriptions()
        found = at.check()
        assert "Lead.Title is missing, or hidden" in found["Lead fields: job_title"].detail
        assert not found["Contact fields: region"].ok
        assert "Contact fields: job_title" not in found


def test_a_formula_is_named_since_it_changes_without_a_trace(tmp_path: Path) -> None:
    source = {"fields": {"fit": "Fit_Class__c"}, "wanted": {"fit": FieldType.TEXT}}
    with desk(tmp_path, source=source) as at:
        assert "is a formula" in at.check()["Lead.Fit_Class__c"].detail


def test_the_stages_of_the_config_are_held_against_the_org(tmp_path: Path) -> None:
    stages = {
        "Lead.Status": {"Marvellous": frozenset({"New", "Old"})},
        "Lead.Statsu": {"Working": frozenset({"New"})},
        "Status": {"Working": frozenset({"New"})},
        "Contact.My_Stage__c": {"Prospect": frozenset({""})},
    }
    with desk(tmp_path, source={"stages": stages}) as at:
        found = at.check()
        assert "'Marvellous' is no active value" in found["stage field Lead.Status"].detail
        assert "'Old' is no active value" in found["stage field Lead.Status"].detail
        assert "did you mean 'Status'?" in found["stage field Lead.Statsu"].detail
        assert not found["stage field Status"].ok
        assert found["stage field Contact.My_Stage__c"].ok


def test_a_status_that_means_converted_is_no_stage_to_write(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        found = at.check()["stage field Lead.Status"]
        assert not found.ok
        assert "means converted" in found.detail


def test_feeds_that_are_off_are_told_and_are_no_fault(tmp_path: Path) -> None:
    with desk(tmp_path, enhanced_email=False) as at:
        found = at.check()
        assert found["feed emails"].ok
        assert "off" in found["feed emails"].detail
        assert "email_open" in (found["activities"].feeds_off or ())


def test_a_password_works_and_is_said_to_go_away(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        assert "sign-in" not in at.check()
        login = {
            "username": at.crm.username,
            "password": at.crm.password,
            "security_token": at.crm.security_token,
        }
    with desk(tmp_path, settings={"jwt": None, "password": login}) as at:
        assert "retiring sign-in by password" in at.check()["sign-in"].detail


def test_a_wrong_key_is_a_matter_of_signing_in(tmp_path: Path) -> None:
    login = {"consumer_key": "other", "consumer_secret": "wrong-secret"}
    with (
        pytest.raises(SignInError) as raised,
        desk(tmp_path, settings={"jwt": None, "client_credentials": login}) as at,
    ):
        at.check()
    assert "wrong-secret" not in str(raised.value)
