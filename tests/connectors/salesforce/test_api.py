"""Calls of an org: counted, repeated where that helps, refused in words that help."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadline.errors import RetryLater, SourceError
from leadline_salesforce import paths, soql, transport
from leadline_salesforce.api import Api, Forbidden, Refused
from leadline_sandbox.salesforce import Org, org
from tests.connectors.waiting import Waits

from .reading import jwt, source_of

PASSING = (
    *("403-concurrent", "406", "500", "500-html", "502", "503", "503-json", "504"),
    *("query-timeout", "metering", "row-lock", "html200", "empty200", "broken"),
)
ALL = soql.select("Lead", ["Id", "Email"])


@pytest.fixture
def crm() -> Iterator[Org]:
    with org(contacts=12, activities_per_contact=0) as made:
        yield made


@pytest.fixture
def api(crm: Org, tmp_path: Path) -> Api:
    return Api(source_of(crm, tmp_path))


def _leads(crm: Org) -> set[str]:
    return {record.id for record in crm.store.records("Lead")}


def test_a_query_follows_its_pages_to_the_end(crm: Org, api: Api) -> None:
    crm.options.page_size = 2
    crm.options.short_pages = True
    pages = list(api.query(ALL))
    assert len(pages) > 2
    assert {row["Id"] for page in pages for row in page} == _leads(crm)
    assert all(row.keys() == {"Id", "Email"} for page in pages for row in page)


def test_a_query_of_all_brings_the_recycle_bin(crm: Org, api: Api) -> None:
    gone = crm.store.records("Lead")[0].id
    crm.store.delete("Lead", gone)
    assert gone not in {row["Id"] for page in api.query(ALL) for row in page}
    assert gone in {row["Id"] for page in api.query(ALL, deleted=True) for row in page}


@pytest.mark.parametrize("fault", PASSING)
def test_trouble_that_passes_costs_one_more_call(
    crm: Org, api: Api, waits: Waits, fault: str
) -> None:
    crm.faults.once(fault)
    assert {row["Id"] for page in api.query(ALL) for row in page} == _leads(crm)
    assert crm.journal.count("query") == 2
    assert 0 < max(waits) <= 60


@pytest.mark.parametrize("fault", sorted({*PASSING} - {"query-timeout"}))
def test_trouble_that_stays_is_left_for_later(crm: Org, api: Api, fault: str) -> None:
    crm.faults.add(fault)
    with pytest.raises(RetryLater, match=r"GET /services/data/v62\.0/query"):
        list(api.query(ALL))
    assert crm.journal.count("query") == 6


def test_a_query_that_stays_too_slow_is_for_who_asked(crm: Org, api: Api) -> None:
    crm.faults.add("query-timeout")
    with pytest.raises(Refused) as caught:
        list(api.query(ALL))
    assert caught.value.code == "QUERY_TIMEOUT"


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("403-disabled", Forbidden, "API_DISABLED_FOR_ORG"),
        ("403-access", Forbidden, "INSUFFICIENT_ACCESS"),
        ("bad-locator", Refused, "INVALID_QUERY_LOCATOR"),
        ("414", Refused, ""),
    ],
)
def test_what_asking_again_does_not_help_is_refused_at_once(
    crm: Org, api: Api, waits: Waits, fault: str, kind: type[Refused], code: str
) -> None:
    crm.faults.add(fault)
    with pytest.raises(kind) as caught:
        list(api.query(ALL))
    assert caught.value.code == code
    assert (crm.journal.count("query"), waits) == (1, [])


def test_a_day_without_calls_left_ends_the_run(crm: Org, api: Api, waits: Waits) -> None:
    crm.faults.add("403-total")
    with pytest.raises(RetryLater, match="24 hours") as caught:
        list(api.query(ALL))
    assert caught.value.after == 3600
    assert (crm.journal.count("query"), waits) == (1, [])


@pytest.mark.parametrize("form", ["plain", "per app", "bursts"])
def test_the_days_share_is_kept_in_each_form_of_the_header(
    crm: Org, tmp_path: Path, form: str
) -> None:
    crm.options.limit_info = form  # type: ignore[assignment]  # one of its literals
    crm.options.daily = 10
    api = Api(source_of(crm, tmp_path, daily_share=0.5))
    for _ in range(5):
        api.get(paths.RESOURCES)
    with pytest.raises(RetryLater, match="of the org's 10 calls"):
        api.get(paths.RESOURCES)
    assert crm.journal.count() == 5


def test_every_call_is_counted_the_sign_in_too(crm: Org, tmp_path: Path) -> None:
    source = source_of(crm, tmp_path, **jwt(crm))
    api = Api(source)
    crm.faults.once("503", "query")
    list(api.query(ALL))
    assert source.meter.calls == crm.journal.count() == 3


def test_an_error_shows_neither_query_nor_session(
    crm: Org, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    personal = soql.compare("Nickname__c", "=", "ada@example.com")
    with pytest.raises(Refused, match="INVALID_FIELD") as caught:
        list(api.query(soql.select("Lead", ["Id"], personal)))
    for text in (str(caught.value), repr(caught.value)):
        assert "ada" not in text
        assert crm.session_id not in text
    assert crm.session_id not in caplog.text


def test_a_server_that_is_silent_is_not_waited_for_long(
    crm: Org, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "TIMEOUTS", (0.2, 0.2))
    api = Api(source_of(crm, tmp_path))
    crm.faults.once("slow", seconds=0.6)
    assert {row["Id"] for page in api.query(ALL) for row in page} == _leads(crm)


def test_a_next_page_elsewhere_is_not_followed(api: Api) -> None:
    with pytest.raises(Refused, match="no page of this org"):
        api.next_page("https://example.net/services/data/v62.0/query/01g-2000")


def test_objects_are_described_in_one_call_and_kept(crm: Org, api: Api) -> None:
    crm.store.hide("Lead", "Title")
    lead = api.describe("Lead")
    contact = api.describe("Contact")
    assert lead is not None
    assert contact is not None
    assert (lead.has("Title"), contact.has("Title")) == (False, True)
    assert lead.fields["Status"].type == "picklist"
    assert "New" in lead.fields["Status"].values or lead.fields["Status"].values
    assert crm.journal.count() == 1
    assert api.describe("NoSuchThing__c") is None


def test_records_are_counted_in_the_call_that_describes(crm: Org, api: Api) -> None:
    counted = api.counts(["Lead", "Contact"])
    assert counted == {kind: len(crm.store.records(kind)) for kind in ("Lead", "Contact")}
    assert api.describe("Contact") is not None
    assert crm.journal.count() == 1


def test_the_orgs_clock_is_that_of_its_answers(crm: Org, api: Api) -> None:
    crm.clock.advance(-86_400 * 40)
    assert abs((api.server_now() - crm.clock.now()).total_seconds()) < 3
    assert crm.journal.count() == 1
    api.server_now()
    assert crm.journal.count() == 1


def test_no_answer_at_all_says_what_to_look_at(tmp_path: Path, crm: Org) -> None:
    api = Api(source_of(crm, tmp_path, instance_url="http://127.0.0.1:9"))
    with pytest.raises(SourceError, match="no answer came"):
        api.get(paths.LIMITS)
