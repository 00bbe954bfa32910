"""E-mails, campaigns, opportunities, conversions and field history of a simulated org."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from leadline.vocabulary import FieldType
from leadline_sandbox.salesforce import Org, org

from .activity_world import Pulls, ago, contact, email, lead, pulls, source_of, task, types

ZONE = ZoneInfo("Europe/Warsaw")
STAGES = {"Contact.My_Stage__c": {"Customer": frozenset({"Prospect"})}}


@pytest.fixture
def crm() -> Iterator[Org]:
    with org(contacts=0) as crm:
        yield crm


# --- e-mails


def test_an_email_is_sent_or_answered_or_bounced(crm: Org, tmp_path: Path) -> None:
    ada, sent = lead(crm), ago(crm, days=2)
    email(crm, ada, MessageDate=sent)
    email(crm, ada, incoming=True)
    email(crm, ada, IsBounced=True)
    email(crm, ada, Status="5")  # a draft
    rows = pulls(crm, tmp_path, "emails").pull()
    assert types(rows) == ["email_bounce", "email_reply", "email_sent"]
    assert {row["contact_id"] for row in rows.values()} == {ada}
    assert sent in {row["occurred_at"] for row in rows.values()}


def test_an_open_is_found_on_an_email_of_long_ago(crm: Org, tmp_path: Path) -> None:
    ada = lead(crm)
    message = email(crm, ada, MessageDate=ago(crm, days=30))
    world = pulls(crm, tmp_path, "emails")
    assert types(world.pull()) == ["email_sent"]
    opened = ago(crm, hours=1)
    crm.store.update("EmailMessage", message, {"FirstOpenedDate": opened})
    world.pull()
    assert types(world.lake) == ["email_open", "email_sent"]
    (row,) = [row for key, row in world.lake.items() if key.endswith(":open")]
    assert (row["occurred_at"], row["contact_id"]) == (opened, ada)


def test_of_several_recipients_nobody_knows_who_opened_it(crm: Org, tmp_path: Path) -> None:
    ada, bob = lead(crm), contact(crm)
    email(crm, ada, bob, FirstOpenedDate=ago(crm, hours=1))
    assert types(pulls(crm, tmp_path, "emails").pull()) == ["email_sent", "email_sent"]


def test_who_was_written_to_did_not_reply(crm: Org, tmp_path: Path) -> None:
    ada, bob = lead(crm), contact(crm)
    reply = email(crm, ada, incoming=True)
    copy = {"EmailMessageId": reply, "RelationId": bob, "RelationType": "CcAddress"}
    crm.store.create("EmailMessageRelation", copy)
    (row,) = pulls(crm, tmp_path, "emails").pull().values()
    assert (row["type"], row["contact_id"]) == ("email_reply", ada)


def test_an_email_that_names_nobody_belongs_to_its_task(crm: Org, tmp_path: Path) -> None:
    ada, bob = lead(crm), contact(crm)
    message = email(crm, ActivityId=task(crm, ada, TaskSubtype="Email"))
    world = pulls(crm, tmp_path, "emails")
    (row,) = world.pull().values()
    assert (row["activity_id"], row["contact_id"]) == (f"email:{message}", ada)
    relation = {"EmailMessageId": message, "RelationId": bob, "RelationType": "ToAddress"}
    crm.store.create("EmailMessageRelation", relation)
    world.pull()
    assert [row["contact_id"] for row in world.lake.values()] == [bob]


def test_what_an_email_says_is_never_asked_for(crm: Org, tmp_path: Path) -> None:
    email(crm, lead(crm), TextBody="secret plans", HtmlBody="<p>secret plans</p>")
    rows = pulls(crm, tmp_path, "emails").pull()
    assert "secret" not in str(rows)
    asked = str(crm.journal.calls())
    assert "TextBody" not in asked
    assert "HtmlBody" not in asked


def test_an_org_without_enhanced_email_has_no_opens_to_count(tmp_path: Path) -> None:
    with org(contacts=0, enhanced_email=False) as crm:
        ada = lead(crm)
        task(crm, ada, TaskSubtype="Email")
        world = pulls(crm, tmp_path)
        assert types(world.pull()) == ["email_sent"]
        assert {"email_open", "email_reply", "email_bounce"} <= world.off
        assert "email_sent" not in world.off


# --- campaigns


def member(crm: Org, who: str, kind: str, status: str, name: str = "Autumn") -> str:
    """A member of a new campaign; answers its id."""
    campaign = crm.store.create("Campaign", {"Name": name, "Type": kind, "IsActive": True}).id
    field = "LeadId" if who.startswith("00Q") else "ContactId"
    made = {"CampaignId": campaign, field: who, "Status": status}
    return crm.store.create("CampaignMember", made).id


@pytest.mark.parametrize(
    ("kind", "status", "type_"),
    [
        ("Webinar", "Registered", "webinar_register"),
        ("Webinar", "Attended", "webinar_attend"),
        ("Conference", "Responded", "event_register"),
        ("Trade Show", "Attended", "event_attend"),
        ("Email", "Responded", "custom:campaign_response"),
        ("Webinar", "No Show", None),
        ("Email", "Sent", None),
    ],
)
def test_a_response_is_what_the_campaign_was(
    crm: Org, tmp_path: Path, kind: str, status: str, type_: str | None
) -> None:
    ada = lead(crm)
    made = member(crm, ada, kind, status)
    rows = pulls(crm, tmp_path, "campaigns").pull()
    assert types(rows) == ([type_] if type_ else [])
    for key, row in rows.items():
        assert (key, row["contact_id"]) == (f"member:{made}:response", ada)
        assert (row["name"], row["campaign"]) == ("Autumn", "Autumn")


def test_a_response_is_dated_by_its_first_day(crm: Org, tmp_path: Path) -> None:
    made = member(crm, lead(crm), "Email", "Responded")
    day = ago(crm, days=20).date()
    crm.store.update("CampaignMember", made, {"FirstRespondedDate": day.isoformat()})
    (row,) = pulls(crm, tmp_path, "campaigns").pull().values()
    assert row["occurred_at"] == datetime(day.year, day.month, day.day, 12, tzinfo=ZONE)


def test_a_response_of_today_does_not_lie_ahead(crm: Org, tmp_path: Path) -> None:
    member(crm, lead(crm), "Email", "Responded")
    world = pulls(crm, tmp_path, "campaigns")
    (row,) = world.pull().values()
    assert row["occurred_at"] <= crm.clock.now()


def test_the_config_may_name_a_campaign_its_type_or_type_and_status(
    crm: Org, tmp_path: Path
) -> None:
    ada = lead(crm)
    member(crm, ada, "Other", "Responded", "Demo requests")
    member(crm, ada, "Content", "Downloaded", "Papers")
    member(crm, ada, "Advertisement", "Responded", "Clicks")
    mapping = {
        "demo_request": ("demo requests",),
        "content_download": ("Content/Downloaded",),
        "social_engage": ("Advertisement",),
    }
    world = pulls(crm, tmp_path, types=mapping)
    assert types(world.pull()) == ["content_download", "demo_request", "social_engage"]
    assert not mapping.keys() & world.off


def test_who_leaves_a_campaign_did_not_respond(crm: Org, tmp_path: Path) -> None:
    made = member(crm, contact(crm), "Webinar", "Registered")
    world = pulls(crm, tmp_path, "campaigns")
    assert len(world.pull()) == 1
    crm.store.delete("CampaignMember", made)
    world.pull()
    assert world.lake == {}


# --- opportunities


def deal(crm: Org, *people: str, **values: object) -> str:
    """An opportunity with contacts in it; answers its id."""
    made = {
        "Name": "Big one",
        "StageName": "Prospecting",
        "Amount": 1200.5,
        "CloseDate": (crm.clock.now() + timedelta(days=60)).date().isoformat(),
        **values,
    }
    found = crm.store.create("Opportunity", made).id
    for who in people:
        role = {"OpportunityId": found, "ContactId": who, "IsPrimary": False}
        crm.store.create("OpportunityContactRole", role)
    return found


def test_an_opportunity_is_won_when_its_history_says_so_whatever_its_close_date(
    crm: Org, tmp_path: Path
) -> None:
    bob = contact(crm)
    made = deal(crm, bob)
    world = pulls(crm, tmp_path, "opportunities")
    assert types(world.pull()) == ["deal_created"]
    won = crm.clock.now().replace(microsecond=0)
    crm.store.update("Opportunity", made, {"StageName": "Closed Won"})
    crm.clock.advance(3600)
    crm.store.update("Opportunity", made, {"Amount": 1500})
    (row,) = [row for row in world.pull().values() if row["type"] == "deal_won"]
    assert abs((row["occurred_at"] - won).total_seconds()) <= 1
    assert (row["contact_id"], row["value"], row["name"]) == (bob, 1500.0, "Big one")


def test_without_its_history_the_close_date_tells_but_never_lies_ahead(
    crm: Org, tmp_path: Path
) -> None:
    bob = contact(crm)
    past = ago(crm, days=5).date()
    crm.store.hide("OpportunityHistory")
    deal(crm, bob, StageName="Closed Won", CloseDate=past.isoformat())
    deal(crm, bob, StageName="Closed Lost")
    rows = pulls(crm, tmp_path, "opportunities").pull()
    at = {row["type"]: row["occurred_at"] for row in rows.values()}
    assert at["deal_won"] == datetime(past.year, past.month, past.day, 12, tzinfo=ZONE)
    assert at["deal_lost"] <= crm.clock.now()


def test_an_opportunity_that_is_opened_again_is_neither_won_nor_lost(
    crm: Org, tmp_path: Path
) -> None:
    made = deal(crm, contact(crm), StageName="Closed Lost")
    world = pulls(crm, tmp_path, "opportunities")
    assert types(world.pull()) == ["deal_created", "deal_lost"]
    crm.store.update("Opportunity", made, {"StageName": "Proposal"})
    world.pull()
    assert types(world.lake) == ["deal_created"]


def test_a_role_that_comes_or_goes_brings_or_takes_the_opportunity(
    crm: Org, tmp_path: Path
) -> None:
    bob = contact(crm)
    made = deal(crm)
    world = pulls(crm, tmp_path, "opportunities")
    assert world.pull() == {}
    crm.clock.advance(3600)
    twice = [
        crm.store.create(
            "OpportunityContactRole",
            {"OpportunityId": made, "ContactId": bob, "IsPrimary": False},
        ).id
        for _ in range(2)
    ]
    world.pull()
    assert types(world.lake) == ["deal_created"]
    for role in twice:
        crm.store.delete("OpportunityContactRole", role)
    world.pull()
    assert world.lake == {}


def test_a_deleted_opportunity_goes(crm: Org, tmp_path: Path) -> None:
    made = deal(crm, contact(crm), StageName="Closed Won")
    world = pulls(crm, tmp_path, "opportunities")
    assert len(world.pull()) == 2
    crm.store.delete("Opportunity", made)
    world.pull()
    assert world.lake == {}


def test_contacts_of_the_account_without_a_role_have_no_part_in_it(
    crm: Org, tmp_path: Path
) -> None:
    account = crm.store.create("Account", {"Name": "Acme"}).id
    contact(crm, AccountId=account)
    deal(crm, AccountId=account, StageName="Closed Won")
    assert pulls(crm, tmp_path, "opportunities").pull() == {}


# --- conversions and field history


def test_a_conversion_has_its_day(crm: Org, tmp_path: Path) -> None:
    ada = lead(crm)
    world = pulls(crm, tmp_path, "conversions")
    assert world.pull() == {}
    crm.store.convert(ada)
    (row,) = world.pull().values()
    assert (row["type"], row["contact_id"]) == ("custom:converted", ada)
    assert row["occurred_at"] <= crm.clock.now()
    assert json.loads(row["properties"])["opportunity"].startswith("006")


def test_a_stage_that_somebody_enters_is_one_and_what_leadline_writes_is_none(
    crm: Org, tmp_path: Path
) -> None:
    ada = lead(crm)
    bob = contact(crm, My_Stage__c="Prospect")
    crm.store.update("Lead", ada, {"Status": "Working"})
    crm.store.update("Lead", ada, {"Status": "Qualified"}, user=crm.store.user)
    crm.store.update("Contact", bob, {"My_Stage__c": "Customer"})
    rows = pulls(crm, tmp_path, "stages", stages=STAGES).pull()
    entered = {(row["contact_id"], row["name"]) for row in rows.values()}
    assert entered == {(ada, "Working"), (bob, "Customer")}
    assert types(rows) == ["stage_change", "stage_change"]


def test_stages_are_read_where_the_config_keeps_them(crm: Org, tmp_path: Path) -> None:
    bob = contact(crm, My_Stage__c="Prospect")
    crm.store.update("Contact", bob, {"My_Stage__c": "Evaluating"})
    source = source_of(crm, tmp_path, activities=("stages",))
    mapped = replace(
        source,
        fields={"lifecycle_stage": "Lead.Status, Contact.My_Stage__c"},
        wanted={"lifecycle_stage": FieldType.TEXT},
    )
    (row,) = Pulls(crm, mapped).pull().values()
    assert (row["contact_id"], row["name"]) == (bob, "Evaluating")


def test_leaving_all_email_has_its_date_in_the_history(crm: Org, tmp_path: Path) -> None:
    crm.store.tracked["Lead"].add("HasOptedOutOfEmail")
    ada = lead(crm, HasOptedOutOfEmail=False)
    crm.store.update("Lead", ada, {"HasOptedOutOfEmail": True})
    crm.store.update("Lead", ada, {"HasOptedOutOfEmail": False})
    world = pulls(crm, tmp_path, "stages")
    assert types(world.pull()) == ["unsubscribe"]
    assert "unsubscribe" not in world.off


def test_stages_of_which_no_history_is_kept_are_unknown(tmp_path: Path) -> None:
    with org(contacts=0, field_history=False) as crm:
        lead(crm)
        world = pulls(crm, tmp_path)
        world.pull()
        assert {"stage_change", "unsubscribe"} <= world.off
    with org(contacts=0) as crm:
        crm.store.tracked.clear()
        crm.store.update("Lead", lead(crm), {"Status": "Working"})
        world = pulls(crm, tmp_path)
        world.pull()
        assert "stage_change" in world.off
