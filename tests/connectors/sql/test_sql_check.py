"""What `leadline check` says about a database before anything is pulled."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadline.testing.seeds import moment
from leadline.vocabulary import EVERY_TYPE, FieldType

from .opening import Opened
from .sql_crm import SqlCrm, sqlite_crm


@pytest.fixture
def crm(tmp_path: Path) -> SqlCrm:
    made = sqlite_crm(tmp_path)
    made.put_contacts([{"contact_id": "1", "company": "many", "email": "a@x.example"}], moment(0))
    return made


def test_a_query_is_told_column_by_column(crm: SqlCrm, tmp_path: Path) -> None:
    found = Opened(crm.settings(), tmp_path, {"fields": {"job_title": "first_name"}}).check()
    contacts = found["query of contacts"]
    assert contacts.ok
    assert "job_title ← 'first_name'" in contacts.detail
    assert "not used:" in contacts.detail
    assert "'salary'" in contacts.detail
    assert found["connection"].detail.startswith("sqlite database")


def test_a_column_without_one_value_of_its_type_is_told(crm: SqlCrm, tmp_path: Path) -> None:
    wanted = {"company.employees": FieldType.INTEGER}
    source = {"wanted": wanted, "fields": {"company.employees": "company"}}
    finding = Opened(crm.settings(), tmp_path, source).check()["query of contacts"]
    assert not finding.ok
    assert "column 'company' holds no integer for company.employees: 'many'" in finding.detail


def test_what_is_wrong_with_one_query_hides_no_other(crm: SqlCrm, tmp_path: Path) -> None:
    settings = {**crm.settings(), "companies": {"query": "SELECT * FROM no_such_table"}}
    found = Opened(settings, tmp_path).check()
    assert "no such table" in found["query of companies"].detail
    assert [subject for subject, each in found.items() if not each.ok] == ["query of companies"]


def test_feeds_that_are_off_are_told(crm: SqlCrm, tmp_path: Path) -> None:
    crm.switch_feeds({"email_open"})
    found = Opened(crm.settings(), tmp_path).check()
    assert found["query of activities"].feeds_off == frozenset({"email_open"})
    settings = {key: value for key, value in crm.settings().items() if key != "activities"}
    assert Opened(settings, tmp_path).check()["activities"].feeds_off == frozenset({EVERY_TYPE})


def test_an_output_whose_table_or_key_is_not_there_is_told(crm: SqlCrm, tmp_path: Path) -> None:
    for output, told in (
        ({"update": "persons"}, "there is no such table: correct `update`"),
        (
            {"update": "people", "key": "contact"},
            "no column 'contact' (did you mean 'contact_id'?)",
        ),
    ):
        found = Opened({**crm.settings(), "output": output}, tmp_path).check()
        finding = found[f"output {output['update']}"]
        assert not finding.ok
        assert told in finding.detail
