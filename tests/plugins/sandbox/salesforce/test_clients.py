"""jsforce and simple-salesforce take what the simulator answers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceMalformedRequest
from simple_salesforce.login import SalesforceLogin

from leadline_sandbox.salesforce import Org, org
from tests.plugins.sandbox.node_clients import drive

_SCORE = "Leadline_Score__c"
_NOBODY = "00Q000000000000EAA"


class _Local(HTTPAdapter):
    """Takes every call to the org, whatever host the library has made of it."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """Send it by plain HTTP."""
        assert request.url is not None
        request.url = self._url + "/" + request.url.split("/", 3)[3]
        return super().send(request, *args, **kwargs)


@pytest.fixture
def crm() -> Iterator[Org]:
    """A seeded org that a client may change."""
    with org(contacts=60, page_size=10) as crm:
        yield crm


@pytest.fixture
def session(crm: Org) -> Iterator[requests.Session]:
    """simple-salesforce's way to an org without TLS."""
    with requests.Session() as session:
        session.mount("https://", _Local(crm.url))
        yield session


@pytest.fixture
def client(crm: Org, session: requests.Session) -> Any:
    """simple-salesforce with the org's session; its attributes are made up as they are asked."""
    return Salesforce(
        session_id=crm.session_id, instance_url=crm.url, session=session, version="62.0"
    )


def _leads(crm: Org, converted: bool | None = None) -> list[str]:
    return [
        each.id
        for each in crm.store.records("Lead")
        if converted is None or bool(each.value("IsConverted")) is converted
    ]


def test_jsforce_signs_in_reads_and_writes(crm: Org) -> None:
    for each in _leads(crm, converted=True):
        crm.store.purge("Lead", each)
    given = {
        "url": crm.url,
        "consumerKey": crm.consumer_key,
        "consumerSecret": crm.consumer_secret,
        "username": crm.username,
        "password": crm.password,
        "securityToken": crm.security_token,
    }
    seen = drive("salesforce.js", given=given)
    leads = sorted(_leads(crm))
    user = {"instance": crm.url, "user": crm.store.user}
    assert (seen["client"], seen["soap"]) == (user, user)
    assert seen["first"] == {"total": len(leads), "done": False, "rows": 10}
    assert seen["leads"] == leads
    assert (seen["described"], seen["limits"]) == (["double"], True)
    assert seen["refused"] == "INVALID_FIELD"
    first, second, *_ = leads
    assert seen["written"] == [first, "INVALID_CROSS_REFERENCE_KEY", second]
    assert seen["score"] == 71
    assert seen["bulk"]["ids"] == leads
    assert seen["bulk"]["instant"].endswith(".000Z")
    assert seen["loaded"] == {
        "done": [first, second],
        "failed": ["INVALID_CROSS_REFERENCE_KEY"],
        "unprocessed": 0,
    }
    assert seen["after"] == [50, None]


def test_simple_salesforce_signs_in_by_each_way(crm: Org, session: requests.Session) -> None:
    host = crm.url.removeprefix("http://")
    app: dict[str, Any] = {
        "consumer_key": crm.consumer_key,
        "session": session,
        "sf_version": "62.0",
    }
    token, instance = SalesforceLogin(
        username=crm.username, privatekey=crm.private_key, domain="test", **app
    )
    assert (crm.sessions.logins, instance) == (1, host)
    again, _ = SalesforceLogin(consumer_secret=crm.consumer_secret, domain="acme.my", **app)
    third, instance = SalesforceLogin(
        username=crm.username,
        password=crm.password,
        security_token=crm.security_token,
        session=session,
        sf_version="62.0",
    )
    assert (len({token, again, third}), instance) == (3, host)


def test_simple_salesforce_reads_page_by_page(crm: Org, client: Any) -> None:
    ids = [row["Id"] for row in client.query_all_iter("SELECT Id FROM Lead ORDER BY Id")]
    assert ids == sorted(_leads(crm))
    assert crm.journal.count("query.more") == -(-len(ids) // 10) - 1
    gone = ids[0]
    crm.store.delete("Lead", gone)
    rows = client.query_all_iter("SELECT Id, IsDeleted FROM Lead", include_deleted=True)
    assert [row["Id"] for row in rows if row["IsDeleted"]] == [gone]
    with pytest.raises(SalesforceMalformedRequest, match="No such column"):
        client.query("SELECT Nothing__c FROM Lead")


def test_simple_salesforce_writes_a_collection(crm: Org, client: Any) -> None:
    lead = _leads(crm, converted=False)[0]
    records = [
        {"attributes": {"type": "Lead"}, "id": each, _SCORE: 5.0} for each in (lead, _NOBODY)
    ]
    done, failed = client.restful(
        "composite/sobjects", method="PATCH", json={"allOrNone": False, "records": records}
    )
    assert done == {"id": lead, "success": True, "errors": []}
    assert "id" not in failed
    assert failed["errors"][0]["statusCode"] == "INVALID_CROSS_REFERENCE_KEY"
    described = client.Lead.describe()
    assert _SCORE in [field["name"] for field in described["fields"]]


def test_simple_salesforce_reads_and_writes_in_bulk(crm: Org, client: Any) -> None:
    lead = _leads(crm, converted=False)[0]
    pages = client.bulk2.Lead.query("SELECT Id FROM Lead", max_records=7, wait=0.01)
    rows = [row for page in pages for row in csv.DictReader(io.StringIO(page))]
    assert sorted(row["Id"] for row in rows) == sorted(_leads(crm))
    text = f"Id,{_SCORE}\n{lead},44\n{_NOBODY},1\n"
    (job,) = client.bulk2.Lead.update(records=_records(text), wait=0.01)
    assert (job["numberRecordsProcessed"], job["numberRecordsFailed"]) == (2, 1)
    failed = client.bulk2.Lead.get_failed_records(job["job_id"])
    assert [row["sf__Id"] for row in csv.DictReader(io.StringIO(failed))] == [_NOBODY]
    record = crm.store.get("Lead", lead)
    assert record is not None
    assert record.value(_SCORE) == 44


def _records(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))
