"""Who gets in, how often, and how trouble looks."""

from __future__ import annotations

import pytest
import urllib3

from leadline.errors import UsageError
from leadline_sandbox.hubspot import Hub, portal
from leadline_sandbox.hubspot.outages import KINDS

from .door import Door, where

CONTACTS = "/crm/v3/objects/contacts"


def test_a_wrong_token_is_refused(door: Door) -> None:
    door.token = "pat-na1-other"
    refused = door.get(CONTACTS)
    assert (refused.status, refused.json["category"]) == (401, "INVALID_AUTHENTICATION")


def test_a_missing_scope_is_named(hub: Hub, door: Door) -> None:
    hub.options.scopes = hub.options.without("crm.schemas.contacts.write")
    assert door.get("/crm/v3/properties/contacts").status == 200
    refused = door.post("/crm/v3/properties/contacts/groups", {"name": "a", "label": "A"})
    assert (refused.status, refused.json["category"]) == (403, "MISSING_SCOPES")
    wanted = refused.json["errors"][0]["context"]["requiredGranularScopes"]
    assert wanted == ["crm.schemas.contacts.write"]


@pytest.mark.parametrize(
    ("path", "tiers"),
    [
        ("/events/v3/events?eventType=e_visited_page", {"enterprise"}),
        ("/events/v3/events/event-types", {"free", "pro", "enterprise"}),
        ("/email/public/v1/events", {"pro", "enterprise"}),
        ("/crm/v3/objects/leads", {"pro", "enterprise"}),
        ("/crm/v3/objects/calls", {"free", "pro", "enterprise"}),
        ("/marketing/v3/forms", {"free", "pro", "enterprise"}),
    ],
)
def test_feeds_belong_to_tiers(hub: Hub, door: Door, path: str, tiers: set[str]) -> None:
    for tier in ("free", "pro", "enterprise"):
        hub.options.tier = tier
        assert door.get(path).status == (200 if tier in tiers else 403), tier


def test_a_long_url_is_refused_with_a_page(door: Door) -> None:
    refused = door.get(CONTACTS, properties="p" * 8_000)
    assert refused.status == 414
    assert refused.text.startswith("<html>")


def test_ten_seconds_hold_so_many_calls(hub: Hub, door: Door) -> None:
    hub.clock.stop()
    hub.options.burst = 3
    left = [door.get(CONTACTS).headers["X-HubSpot-RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    refused = door.get(CONTACTS)
    assert refused.status == 429
    assert refused.json["policyName"] == "TEN_SECONDLY_ROLLING"
    assert refused.json["message"] == "You have reached your ten_secondly_rolling limit."
    assert "Retry-After" not in refused.headers
    hub.clock.advance(10.1)
    assert door.get(CONTACTS).status == 200


def test_a_second_holds_five_searches_that_say_nothing_of_limits(hub: Hub, door: Door) -> None:
    hub.clock.stop()
    answers = [door.search() for _ in range(6)]
    assert [each.status for each in answers] == [200] * 5 + [429]
    assert answers[-1].json["policyName"] == "SECONDLY"
    assert not [name for name in answers[0].headers if "ratelimit" in name.lower()]
    hub.clock.advance(1.1)
    assert door.search("calls").status == 200


def test_the_day_is_shared_with_other_apps_and_ends_at_the_accounts_midnight(
    hub: Hub, door: Door
) -> None:
    hub.options.daily = 100
    hub.limits.used_by_others = 98
    assert door.get(CONTACTS).headers["X-HubSpot-RateLimit-Daily-Remaining"] == "1"
    usage = door.get("/account-info/v3/api-usage/daily/private-apps").json["results"][0]
    assert (usage["currentUsage"], usage["usageLimit"]) == (100, 100)
    assert usage["resetsAt"] == "2026-11-22T23:00:00.000Z"
    refused = door.get(CONTACTS)
    assert (refused.status, refused.json["policyName"]) == (429, "DAILY")
    hub.clock.advance(14 * 3_600 + 60)
    assert door.get(CONTACTS).status == 200


def test_retry_after_is_told_where_the_portal_is_set_so(hub: Hub, door: Door) -> None:
    hub.options.burst, hub.options.retry_after = 0, True
    assert door.get(CONTACTS).headers["Retry-After"] == "1"


def test_oauth_tokens_last_half_an_hour(hub: Hub, door: Door) -> None:
    form = {
        "grant_type": "refresh_token",
        "client_id": hub.tokens.app.client_id,
        "client_secret": hub.tokens.app.client_secret,
        "refresh_token": hub.tokens.app.refresh_token,
    }
    pool = urllib3.PoolManager(retries=False)
    url = f"{hub.url}/oauth/2026-03/token"
    given = pool.request("POST", url, fields=form, encode_multipart=False).json()
    assert given["expires_in"] == 1_800
    door.token = given["access_token"]
    read = door.get(CONTACTS)
    assert (read.status, read.headers["X-HubSpot-RateLimit-Max"]) == (200, "110")
    assert "X-HubSpot-RateLimit-Daily" not in read.headers
    hub.clock.advance(1_801)
    refused = door.get(CONTACTS)
    assert (refused.status, refused.json["category"]) == (401, "EXPIRED_AUTHENTICATION")
    wrong = pool.request("POST", url, fields={**form, "client_secret": "x"}, encode_multipart=False)
    assert (wrong.status, wrong.json()["category"]) == (400, "BAD_CLIENT_SECRET")
    pool.clear()


STATUS = {
    "429": 429,
    "429-secondly": 429,
    "429-daily": 429,
    "html200": 200,
    "empty200": 200,
    **{kind: int(kind) for kind in KINDS if kind.isdigit()},
}


@pytest.mark.parametrize("kind", sorted(STATUS))
def test_a_fault_strikes_the_calls_it_is_for(hub: Hub, door: Door, kind: str) -> None:
    hub.faults.once(kind, "search")
    assert door.get(CONTACTS).status == 200
    struck = door.search()
    assert struck.status == STATUS[kind]
    assert "total" not in struck.text
    assert door.search().json["total"] == 0
    assert [call.fault for call in hub.journal.calls("search")] == [kind, ""]


def test_a_migration_says_when_to_come_back(hub: Hub, door: Door) -> None:
    hub.faults.once("477")
    assert door.get(CONTACTS).headers["Retry-After"] == "86400"


def test_a_connection_breaks_in_mid_answer(hub: Hub, door: Door) -> None:
    hub.faults.once("broken")
    with pytest.raises(urllib3.exceptions.ProtocolError):
        door.get(CONTACTS)
    assert door.get(CONTACTS).status == 200


def test_a_slow_call_is_answered_in_the_end(hub: Hub, door: Door) -> None:
    hub.faults.once("slow", seconds=0.2)
    assert door.get(CONTACTS).status == 200
    assert hub.journal.calls("contacts.list")[0].took >= 0.2


def test_a_rate_strikes_its_share_and_the_same_calls_each_time() -> None:
    struck = []
    for _ in range(2):
        with portal(contacts=0, limited=False) as hub:
            hub.faults.parse("502:list:0.3")
            door = Door(hub)
            struck.append([door.get(CONTACTS).status for _ in range(60)])
            door.close()
    assert struck[0] == struck[1]
    assert 8 <= struck[0].count(502) <= 30


def test_a_fault_can_wait_for_its_call(hub: Hub, door: Door) -> None:
    hub.faults.once("502", "contacts.list", after=2)
    assert [door.get(CONTACTS).status for _ in range(4)] == [200, 200, 502, 200]


@pytest.mark.parametrize("text", ["418", "502:search:often", "502:search:7"])
def test_a_fault_that_cannot_be_is_refused(hub: Hub, text: str) -> None:
    with pytest.raises(UsageError, match="fault"):
        hub.faults.parse(text)


def test_the_journal_keeps_calls_and_counts(hub: Hub, door: Door) -> None:
    door.search(filterGroups=where("city", "EQ", "Ulm"))
    door.get(CONTACTS, limit=3)
    door.get("/nothing")
    (search,) = hub.journal.calls("contacts.search")
    assert search.json["filterGroups"] == where("city", "EQ", "Ulm")
    assert hub.journal.calls("list")[0].query == (("limit", "3"),)
    assert hub.journal.count() == 3
    assert hub.journal.count(status=404) == 1
    assert hub.journal.summary() == {"contacts.list": 1, "contacts.search": 1, "unknown": 1}


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(UsageError, match="no option teir"), portal(teir="pro"):
        raise AssertionError("the portal opened")
