"""Queries by Bulk API 2.0: pages of text, jobs that take their time, jobs that fail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from leadline.errors import RetryLater, SourceError
from leadline_salesforce import bulk, soql
from leadline_salesforce.api import Api, Refused
from leadline_sandbox.salesforce import Org, org
from tests.connectors.waiting import Waits

from .reading import source_of

ALL = soql.select("Lead", ["Id", "Title", "Company", "NumberOfEmployees"])
HOSTILE = 'Müller & "Söhne",\nBerlin'


@pytest.fixture
def crm() -> Iterator[Org]:
    with org(contacts=20, activities_per_contact=0) as made:
        yield made


@pytest.fixture
def api(crm: Org, tmp_path: Path) -> Api:
    return Api(source_of(crm, tmp_path))


@pytest.mark.parametrize("charset", [True, False])
def test_rows_come_page_by_page_as_text(crm: Org, api: Api, charset: bool) -> None:
    crm.options.bulk_page, crm.options.bulk_charset = 3, charset
    leads = crm.store.records("Lead")
    crm.store.update("Lead", leads[0].id, {"Company": HOSTILE, "Title": None})
    pages = list(bulk.read(api, ALL))
    whole = pa.concat_tables(pages)
    assert all(len(page) <= 3 for page in pages)
    assert set(whole.schema.types) == {pa.string()}
    found = {row["Id"]: row for row in whole.to_pylist()}
    assert found.keys() == {record.id for record in crm.store.records("Lead")}
    assert (found[leads[0].id]["Company"], found[leads[0].id]["Title"]) == (HOSTILE, None)


def test_nothing_found_is_no_rows(crm: Org, api: Api) -> None:
    text = soql.select("Lead", ["Id"], soql.compare("Title", "=", "no such title"))
    for crm.options.bulk_no_content in (True, False):
        assert sum(len(page) for page in bulk.read(api, text)) == 0


def test_a_job_is_asked_after_less_and_less_often(
    crm: Org, api: Api, waits: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm.options.bulk_seconds = 120

    def pass_time(seconds: float) -> None:
        waits.append(seconds)
        crm.clock.advance(seconds)

    monkeypatch.setattr("leadline_salesforce.quota.pause", pass_time)
    assert sum(len(page) for page in bulk.read(api, ALL)) == len(crm.store.records("Lead"))
    assert waits == sorted(waits)
    assert crm.journal.count("bulk.query.get") <= 12


def test_a_page_can_be_asked_for_again(crm: Org, api: Api) -> None:
    crm.options.bulk_page = 4
    job = bulk.start(api, ALL)
    first, locator = next(bulk.pages(api, job))
    rest = [row for page, _ in bulk.pages(api, job, locator) for row in page.to_pylist()]
    met = [row["Id"] for row in [*first.to_pylist(), *rest]]
    assert sorted(met) == sorted(record.id for record in crm.store.records("Lead"))


@pytest.mark.parametrize("fault", ["503", "html200", "empty200", "broken"])
@pytest.mark.parametrize("call", ["create", "get", "results"])
def test_trouble_on_the_way_costs_no_row(crm: Org, api: Api, call: str, fault: str) -> None:
    crm.options.bulk_page = 5
    crm.faults.once(fault, f"bulk.query.{call}")
    pages = list(bulk.read(api, ALL))
    assert sum(len(page) for page in pages) == len(crm.store.records("Lead"))
    assert crm.journal.count("bulk.query.abort") == 0


def test_a_job_that_failed_is_for_later(crm: Org, api: Api) -> None:
    crm.faults.once("bulk-failed")
    with pytest.raises(RetryLater, match="could not finish"):
        list(bulk.read(api, ALL))


def test_the_days_jobs_are_used_up(crm: Org, api: Api) -> None:
    crm.faults.add("bulk-limit", "bulk.query.create")
    with pytest.raises(RetryLater, match="24 hours"):
        list(bulk.read(api, ALL))
    assert crm.journal.count("bulk.query.create") == 1


def test_a_job_that_somebody_aborted_is_said_so(crm: Org, api: Api) -> None:
    crm.options.bulk_seconds = 3600
    job = bulk.start(api, ALL)
    api.patch("/jobs/query/{id}", {"state": "Aborted"}, id=job)
    with pytest.raises(SourceError, match="aborted"):
        list(bulk.pages(api, job))


def test_a_field_that_is_hidden_is_refused(crm: Org, api: Api) -> None:
    crm.store.hide("Lead", "Title")
    with pytest.raises(Refused, match="No such column"):
        list(bulk.read(api, ALL))


def test_a_job_that_never_ends_is_aborted(crm: Org, api: Api, waits: Waits) -> None:
    crm.options.bulk_seconds = 1e9
    with pytest.raises(RetryLater, match="6 h"):
        list(bulk.read(api, ALL))
    assert max(waits) == 30
    assert crm.journal.count("bulk.query.abort", 200) == 1


def test_null_bytes_and_torn_letters_cost_no_page() -> None:
    table = bulk.table_of(b'"Id","Title"\n"1","a\x00b"\n"2","caf\xc3"\n')
    assert table.to_pylist() == [{"Id": "1", "Title": "ab"}, {"Id": "2", "Title": "caf�"}]
