"""What writers of scores to Salesforce are known to do wrong, and that this one does not.

The README of this folder says which test keeps which trap shut, in all the files.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from leadline.batches import Outcome, WriteResult
from leadline.errors import RetryLater
from leadline_salesforce.write import write
from leadline_sandbox.salesforce import applying
from leadline_sandbox.salesforce.problems import bad
from leadline_sandbox.salesforce.records import Record
from tests.connectors.changes import changes, outcomes
from tests.connectors.traps import assert_named

from .writing import SCORE, desk, fast_clock

WRITTEN, REJECTED, RETRY = Outcome.WRITTEN, Outcome.REJECTED, Outcome.RETRY
TESTS = Path(__file__).parents[2]
_BROKEN = bad("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "LeadTrigger: execution of BeforeUpdate")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    fast_clock(monkeypatch)


def _all_fail(store: object, planned: Sequence[tuple[object, ...]], manner: object) -> object:
    """As an exception that no trigger catches: every row of the transaction has the same error."""
    return _BROKEN if any(problem is not None for *_, problem in planned) else None


def test_a_trigger_that_breaks_off_costs_one_record_and_not_two_hundred(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "_spoilt", _all_fail)
    with desk(tmp_path, contacts=200) as at:
        bad_one = at.leads[70]

        def trigger(record: Record) -> bool:
            if record.id == bad_one:
                raise _BROKEN
            return True

        at.crm.store.add_rule("Lead", trigger, "")
        results = at.score(at.leads)
        assert [key for key, each in results.items() if each.outcome is REJECTED] == [bad_one]
        assert {at.held(each) for each in at.leads if each != bad_one} == {40}
        assert at.crm.journal.count("collections.update") < 20


def test_a_value_that_cannot_be_read_costs_one_record_and_not_two_hundred(tmp_path: Path) -> None:
    with desk(tmp_path, contacts=100, source={"write": {"grade": "AnnualRevenue"}}) as at:
        odd, *others = at.leads
        rows = [{"contact_id": each, "grade": None} for each in others]
        results = at.write({"contact_id": odd, "grade": "A2"}, *rows)
        assert results[odd].outcome is REJECTED
        assert "JSON_PARSER_ERROR" in results[odd].reason
        assert {results[each].outcome for each in others} == {WRITTEN}


def test_a_trigger_that_fails_for_everybody_does_not_use_up_the_days_calls(
    tmp_path: Path,
) -> None:
    with desk(tmp_path, contacts=1_200) as at:

        def trigger(record: Record) -> bool:
            raise _BROKEN

        at.crm.store.add_rule("Lead", trigger, "")
        results = at.score(at.leads)
        assert {each.outcome for each in results.values()} <= {REJECTED, RETRY}
        assert at.crm.journal.count("collections.update") < 420


def test_contacts_of_one_account_do_not_lock_each_other_out(tmp_path: Path) -> None:
    with desk(tmp_path, contacts=700, lock_parents=True) as at:
        account = at.crm.store.records("Account")[0].id
        for each in at.contacts[:60]:
            at.crm.store.update("Contact", each, {"AccountId": account})
        assert set(outcomes(at.score(at.contacts)).values()) == {WRITTEN}
        assert at.crm.journal.count("collections.update") == -(-len(at.contacts) // 200)


def test_more_records_than_an_address_holds_are_read_in_several_queries(tmp_path: Path) -> None:
    with desk(tmp_path, contacts=900, activities_per_contact=0) as at:
        assert set(outcomes(at.score(at.leads)).values()) == {WRITTEN}
        assert at.crm.journal.count("query.all") == -(-len(at.leads) // 400)


def test_what_was_answered_before_the_days_calls_ended_is_known(tmp_path: Path) -> None:
    with desk(tmp_path, contacts=500) as at:
        at.crm.faults.add("403-total", "collections.update", after=1)
        results: list[WriteResult] = []
        wanted = changes([{"contact_id": key} for key in at.leads])
        with pytest.raises(RetryLater):
            results.extend(write(at.source, at.api, wanted))
        assert len(results) == 200
        assert {at.held(each.contact_id) for each in results} == {40}


def test_a_lead_that_is_converted_at_the_last_moment_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk(tmp_path) as at:
        lead, other = at.leads[:2]
        apply = applying.apply

        def late(store: object, kind: str, rows: object, manner: object) -> object:
            if not at.crm.store.live("Lead", lead).values.get("IsConverted"):
                at.crm.store.convert(lead)
            return apply(store, kind, rows, manner)  # type: ignore[arg-type]  # passed on as it is

        monkeypatch.setattr(applying, "apply", late)
        results = at.score([lead, other])
        assert outcomes(results) == {lead: RETRY, other: WRITTEN}
        assert "converted a moment ago" in results[lead].reason


def test_a_field_whose_history_is_kept_is_named(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        assert "field history" not in at.check()
        at.crm.store.tracked["Lead"].add(SCORE)
        assert f"Lead.{SCORE}" in at.check()["field history"].detail


# --- the table


def test_every_trap_of_the_table_has_its_test() -> None:
    assert_named(Path(__file__).parent / "README.md")
