"""Queries over REST: pages, locators, who is seen, and how values look."""

from __future__ import annotations

from leadline_sandbox.salesforce import Org

from .asking import ask, ids, query
from .caller import Answer, Caller


def _people(crm: Org, number: int) -> list[str]:
    return [
        crm.store.create("Lead", {"LastName": f"L{n}", "Company": "T", "Status": "New"}).id
        for n in range(number)
    ]


def _pages(caller: Caller, text: str, size: int = 200) -> list[Answer]:
    pages = [query(caller, text, headers={"Sforce-Query-Options": f"batchSize={size}"})]
    while not pages[-1].json["done"]:
        pages.append(ask(caller, "GET", pages[-1].json["nextRecordsUrl"]))
    return pages


def test_records_have_attributes_nested_references_and_rest_instants(
    crm: Org, caller: Caller
) -> None:
    account = crm.store.create("Account", {"Name": "Tidewater"}).id
    contact = crm.store.create("Contact", {"LastName": "Nowak", "AccountId": account}).id
    crm.store.create("Contact", {"LastName": "Zett"})
    text = "SELECT Id, Name, Account.Name, CreatedDate, HasOptedOutOfEmail FROM Contact"
    one, other = query(caller, f"{text} ORDER BY Name").json["records"]
    assert one.pop("attributes") == {
        "type": "Contact",
        "url": f"/services/data/v62.0/sobjects/Contact/{contact}",
    }
    assert one.pop("Account")["Name"] == "Tidewater"
    assert one == {
        "Id": contact,
        "Name": "Nowak",
        "CreatedDate": "2026-11-22T09:00:00.000+0000",
        "HasOptedOutOfEmail": False,
    }
    assert other["Account"] is None


def test_pages_are_followed_to_the_end(crm: Org, caller: Caller) -> None:
    made = _people(crm, 450)
    pages = _pages(caller, "SELECT Id FROM Lead ORDER BY Id")
    assert [len(page.json["records"]) for page in pages] == [200, 200, 50]
    assert [row["Id"] for page in pages for row in page.json["records"]] == made
    assert {page.json["totalSize"] for page in pages} == {450}
    assert [call.label for call in crm.journal.calls()] == ["query", "query.more", "query.more"]


def test_a_page_may_hold_fewer_rows_than_were_asked_for(crm: Org, caller: Caller) -> None:
    made = _people(crm, 450)
    crm.options.short_pages = True
    pages = _pages(caller, "SELECT Id FROM Lead ORDER BY Id")
    assert all(len(page.json["records"]) < 200 for page in pages)
    assert [row["Id"] for page in pages for row in page.json["records"]] == made


def test_what_changes_while_pages_are_read_is_not_in_them(crm: Org, caller: Caller) -> None:
    made = _people(crm, 250)
    first = query(
        caller,
        "SELECT Id, LastName FROM Lead ORDER BY Id",
        headers={"Sforce-Query-Options": "batchSize=200"},
    ).json
    crm.store.update("Lead", made[-1], {"LastName": "Changed"})
    _people(crm, 3)
    second = ask(caller, "GET", first["nextRecordsUrl"]).json
    assert len(second["records"]) == 50
    assert second["records"][-1]["LastName"] == "L249"


def test_a_locator_is_good_for_two_days(crm: Org, caller: Caller) -> None:
    _people(crm, 250)
    options = {"Sforce-Query-Options": "batchSize=200"}
    following = query(caller, "SELECT Id FROM Lead", headers=options).json["nextRecordsUrl"]
    crm.options.session_seconds = 1_000_000
    crm.clock.advance(47 * 3_600)
    caller.token = crm.session_id
    assert ask(caller, "GET", following).status == 200
    crm.clock.advance(2 * 3_600)
    assert ask(caller, "GET", following).code == "INVALID_QUERY_LOCATOR"
    assert ask(caller, "GET", "/query/01gnothing-2000").code == "INVALID_QUERY_LOCATOR"


def test_deleted_and_archived_rows_are_seen_by_query_all_alone(crm: Org, caller: Caller) -> None:
    store = crm.store
    live, gone = _people(crm, 2)
    store.delete("Lead", gone)
    assert ids(caller, "SELECT Id FROM Lead") == [live]
    assert ids(caller, "SELECT Id FROM Lead", all_rows=True) == [live, gone]
    assert ids(caller, "SELECT Id FROM Lead WHERE IsDeleted = true", all_rows=True) == [gone]
    done = {"Subject": "Call", "Status": "Completed", "Priority": "Normal", "WhoId": live}
    new = store.create("Task", {**done, "ActivityDate": "2026-11-01"}).id
    old = store.create("Task", {**done, "ActivityDate": "2025-11-01"}).id
    still = store.create("Task", {**done, "Status": "Deferred", "ActivityDate": "2025-01-01"}).id
    ended = {"ActivityDateTime": "2025-11-01T10:00:00.000Z", "DurationInMinutes": 30}
    event = store.create("Event", {"WhoId": live, **ended}).id
    assert ids(caller, "SELECT Id FROM Task") == [new, still]
    assert ids(caller, "SELECT Id FROM Event") == []
    archived = "SELECT Id FROM {} WHERE IsArchived = true AND IsDeleted = false"
    assert ids(caller, archived.format("Task"), all_rows=True) == [old]
    assert ids(caller, archived.format("Event"), all_rows=True) == [event]


def test_activities_go_to_the_archive_as_time_passes(crm: Org, caller: Caller) -> None:
    done = {"Status": "Completed", "Priority": "Normal", "ActivityDate": "2026-11-01"}
    task = crm.store.create("Task", done)
    stamp = task.values["SystemModstamp"]
    crm.options.session_seconds = 1e9
    caller.token = crm.session_id
    crm.clock.advance(366 * 86_400)
    caller.token = crm.session_id
    assert ids(caller, "SELECT Id FROM Task") == []
    (row,) = query(caller, "SELECT SystemModstamp, IsArchived FROM Task", all_rows=True).json[
        "records"
    ]
    assert row["IsArchived"] is True
    assert crm.store.live("Task", task.id).values["SystemModstamp"] == stamp


def test_what_a_long_transaction_writes_shows_up_late_with_an_old_stamp(
    crm: Org, caller: Caller
) -> None:
    crm.options.commit_lag_seconds = 60
    _people(crm, 1)
    crm.options.commit_lag_seconds = 0
    crm.clock.advance(30)
    _people(crm, 1)
    text = "SELECT Id, SystemModstamp FROM Lead ORDER BY SystemModstamp"
    seen = [row["SystemModstamp"] for row in query(caller, text).json["records"]]
    assert seen == ["2026-11-22T09:00:30.000+0000"]
    crm.clock.advance(31)
    seen = [row["SystemModstamp"] for row in query(caller, text).json["records"]]
    assert seen == ["2026-11-22T09:00:00.000+0000", "2026-11-22T09:00:30.000+0000"]


def test_a_long_uri_is_refused_with_a_page(crm: Org, caller: Caller) -> None:
    wanted = ",".join(f"'{n:015d}'" for n in range(1_000))
    refused = query(caller, f"SELECT Id FROM Lead WHERE Id IN ({wanted})")
    assert refused.status == 414
    assert refused.body.startswith(b"<html>")
    assert query(caller, "SELECT Id FROM Lead", headers={"X-Pad": "x" * 16_300}).status == 431


def test_the_days_calls_are_told_in_three_forms_and_end(crm: Org, caller: Caller) -> None:
    crm.options.daily = 5
    crm.usage.by_others = 1
    told = []
    for form in ("plain", "per app", "bursts"):
        crm.options.limit_info = form
        told.append(query(caller, "SELECT Id FROM Lead").headers["Sforce-Limit-Info"])
    assert told == [
        "api-usage=2/5",
        "api-usage=3/5; per-app-api-usage=3/5(appName=leadline)",
        "api-usage=4/5; api-bursts=1/750",
    ]
    crm.options.limit_info = "none"
    limits = ask(caller, "GET", "/limits/")
    assert limits.json["DailyApiRequests"] == {"Max": 5, "Remaining": 0}
    assert "Sforce-Limit-Info" not in limits.headers
    refused = query(caller, "SELECT Id FROM Lead")
    assert (refused.status, refused.code) == (403, "REQUEST_LIMIT_EXCEEDED")
    assert refused.json[0]["message"] == "TotalRequests Limit exceeded."
    crm.usage.by_others = 0
    crm.clock.advance(86_401)
    caller.token = crm.session_id
    assert query(caller, "SELECT Id FROM Lead").status == 200


def test_limits_are_told_to_whoever_may_see_the_setup(crm: Org, caller: Caller) -> None:
    crm.options.view_setup = False
    refused = ask(caller, "GET", "/limits/")
    assert (refused.status, refused.code) == (403, "FORBIDDEN")


def test_rows_come_in_no_order_unless_one_is_asked_for(crm: Org, caller: Caller) -> None:
    made = _people(crm, 30)
    crm.options.shuffled = True
    found = ids(caller, "SELECT Id FROM Lead")
    assert found != made
    assert sorted(found) == made
    assert ids(caller, "SELECT Id FROM Lead ORDER BY Id") == made


def test_the_date_is_by_the_orgs_clock(crm: Org, caller: Caller) -> None:
    assert query(caller, "SELECT Id FROM Lead").headers["Date"] == "Sun, 22 Nov 2026 09:00:00 GMT"
    crm.clock.advance(3_600)
    assert query(caller, "SELECT Id FROM Lead").headers["Date"] == "Sun, 22 Nov 2026 10:00:00 GMT"


def test_a_retired_version_is_gone(crm: Org, caller: Caller) -> None:
    refused = ask(caller, "GET", "/services/data/v30.0/sobjects")
    assert (refused.status, refused.code) == (410, "UNSUPPORTED_API_VERSION")
    listed = caller.raw("GET", "/services/data")
    assert {each["version"] for each in listed.json} >= {"62.0", "67.0"}
    assert crm.usage.used == 0
