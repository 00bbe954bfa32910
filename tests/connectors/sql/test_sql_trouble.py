"""Passwords, lost connections and locks: what is tried again, and what is never told."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from pydantic import ValidationError

from leadline.batches import Outcome
from leadline.errors import LeadlineError, RetryLater, SignInError, SourceError
from leadline.testing.seeds import moment
from leadline_sql import database
from leadline_sql.settings import SqlSettings

from .conftest import PASSWORD, MakePostgres
from .opening import Opened, changes
from .sql_crm import PostgresCrm, sqlite_crm


@pytest.fixture
def postgres(make_postgres: MakePostgres) -> PostgresCrm:
    crm = make_postgres()
    crm.put_contacts([{"contact_id": f"{number:02d}"} for number in range(20)], moment(0))
    return crm


def test_a_wrong_password_is_told_without_the_url(postgres: PostgresCrm, tmp_path: Path) -> None:
    wrong = "not-the-one"
    settings = {**postgres.settings(), "url": postgres.url.replace(PASSWORD, wrong)}
    with pytest.raises(SignInError, match="does not let leadline in") as caught:
        Opened(settings, tmp_path).batches()
    for text in (str(caught.value), repr(caught.value), repr(caught.value.__cause__)):
        assert wrong not in text
        assert "postgresql" not in text
    assert wrong not in repr(SqlSettings.model_validate(settings))
    finding = Opened(settings, tmp_path).check()["connection"]
    assert not finding.ok
    assert wrong not in str(finding)


@pytest.mark.parametrize(
    "url", ["no url at all", "postgresql://me:pass@word@host/db", "postgresql://me:x@host:port/db"]
)
def test_a_broken_url_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        SqlSettings.model_validate({"url": url, "contacts": {"query": "SELECT 1 AS id"}})
    (error,) = caught.value.errors(include_input=False)
    assert error["loc"] == ("url",)
    assert url not in error["msg"]
    assert "word" not in error["msg"].replace("PASSWORD", "")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql+pymysql://u:secret@h/db", "the driver 'pymysql' of this database is not installed"),
        ("nosuch://u:secret@h/db", "does not know the database 'nosuch'"),
        ("sqlite://", "in memory is always empty"),
    ],
)
def test_a_database_that_cannot_be_opened_says_what_to_do(
    tmp_path: Path, url: str, told: str
) -> None:
    settings = {"url": url, "contacts": {"query": "SELECT 1 AS id"}}
    with pytest.raises(SourceError) as caught:
        Opened(settings, tmp_path).batches()
    assert told in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_server_out_of_reach_is_left_for_later(tmp_path: Path) -> None:
    settings = {
        "url": f"postgresql://me:{PASSWORD}@127.0.0.1:1/leads",
        "contacts": {"query": "SELECT 1 AS id"},
        "output": {"table": "scores"},
    }
    with pytest.raises(RetryLater, match="sync again later") as caught:
        Opened(settings, tmp_path).batches()
    assert PASSWORD not in str(caught.value)
    with pytest.raises(RetryLater, match="cannot be reached"):
        Opened(settings, tmp_path).write(changes({"a": 1}))


def test_a_connection_lost_in_the_middle_is_opened_again_and_nobody_is_lost(
    postgres: PostgresCrm, tmp_path: Path
) -> None:
    host, _ = Opened(postgres.settings(), tmp_path).host()
    found: list[str] = []
    with closing(host.fetch_contacts("warehouse", None)) as batches:
        for batch in batches:
            found += batch.rows["contact_id"].to_pylist() if batch.rows.num_rows else []
            if len(found) in (4, 10):
                postgres.end_session()
    assert found == [f"{number:02d}" for number in range(20)]


def test_no_connection_stays_open(postgres: PostgresCrm, tmp_path: Path) -> None:
    host, _ = Opened(postgres.settings(), tmp_path).host()
    answer = host.fetch_contacts("warehouse", None)
    next(answer)
    count = f"SELECT count(*) AS n FROM pg_stat_activity WHERE usename = '{postgres.user}'"
    assert 0 < int(str(postgres.rows(count)[0]["n"])) <= 2
    answer.close()
    list(host.check("warehouse"))
    list(host.write_scores("warehouse", changes({"00": 1})))
    for _ in range(50):  # a server takes a moment to see that a client has gone
        if postgres.rows(count)[0]["n"] == 0:
            break
    assert postgres.rows(count)[0]["n"] == 0


def test_a_write_whose_connection_is_always_lost_is_to_be_retried(
    postgres: PostgresCrm, tmp_path: Path
) -> None:
    postgres.trigger("PERFORM pg_terminate_backend(pg_backend_pid());")
    results = Opened(postgres.settings(), tmp_path).write(changes({"01": 1, "02": 2}))
    assert [each.outcome for each in results.values()] == [Outcome.RETRY, Outcome.RETRY]
    assert "gave up in the middle" in results["01"].reason
    assert postgres.read_back() == {}


def test_a_statement_that_takes_too_long_is_given_up(postgres: PostgresCrm, tmp_path: Path) -> None:
    settings = {
        **postgres.settings(),
        "contacts": {"query": "SELECT 1 AS id FROM pg_sleep(3)"},
        "statement_seconds": 1,
    }
    # Tried once more it would take as long again, and a longer time is the user's to give.
    with pytest.raises(SourceError, match="statement_seconds"):
        Opened(settings, tmp_path).batches()


def test_a_locked_file_is_left_for_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "ATTEMPTS", 2)
    crm = sqlite_crm(tmp_path)
    source = Opened({**crm.settings(), "connect_seconds": 1}, tmp_path)
    with crm.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN EXCLUSIVE")
        with pytest.raises(LeadlineError, match="is locked"):
            source.write(changes({"a": 1}))
    assert source.write(changes({"a": 1}))["a"].outcome is Outcome.WRITTEN
