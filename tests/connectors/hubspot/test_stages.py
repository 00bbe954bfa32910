"""A stage is written only from where the plan allows it, and counts only once HubSpot holds it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadline.batches import Outcome
from leadline.errors import RetryLater, SourceError
from leadline_sandbox.hubspot.definitions import Choice
from tests.connectors.changes import outcomes

from .writing import Desk, desk, fast_clock

DONE, REFUSED, LATER = Outcome.WRITTEN, Outcome.REJECTED, Outcome.RETRY
MQL = "marketingqualifiedlead"


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as opened:
        yield opened


@pytest.fixture
def going_back(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, settings={"backward_stages": True}) as opened:
        yield opened


def put(at: Desk, contact_id: str, **values: str) -> str:
    """Set a contact's properties, whatever the direction."""
    at.hub.store.calculate("contacts", contact_id, values)
    return contact_id


def test_a_stage_is_written_with_the_score_and_read_back(at: Desk) -> None:
    first = put(at, at.contacts[0], lifecyclestage="lead")
    before = at.calls
    assert at.stage(first, MQL).outcome is DONE
    assert (at.held(first, "lifecyclestage"), at.held(first, "leadline_score")) == (MQL, "40")
    # The field's values, the contacts before, the update, the contacts after.
    assert at.calls - before == 4


def test_without_a_stage_the_field_is_left_alone(at: Desk) -> None:
    first, second, *_ = at.contacts
    put(at, first, lifecyclestage="lead")
    put(at, second, lifecyclestage="lead")
    results = at.write(
        {"contact_id": first, "stage": MQL, "stage_field": "lifecyclestage"},
        {"contact_id": second, "stage": None, "stage_field": None},
    )
    assert outcomes(results) == {first: DONE, second: DONE}
    assert at.held(second, "lifecyclestage") == "lead"


def test_a_stage_that_sales_moved_since_stays_and_the_score_is_written(at: Desk) -> None:
    first = put(at, at.contacts[0], lifecyclestage="opportunity")
    result = at.stage(first, MQL)
    assert result.outcome is LATER
    assert "moved to 'opportunity'" in result.reason
    assert at.held(first, "lifecyclestage") == "opportunity"
    assert at.held(first, "leadline_score") == "40"


def test_a_stage_that_is_there_already_is_no_second_write(at: Desk) -> None:
    first = put(at, at.contacts[0], lifecyclestage=MQL)
    assert at.stage(first, MQL).outcome is DONE
    sent = at.hub.journal.calls("contacts.batch_update")[0].json
    assert "lifecyclestage" not in sent["inputs"][0]["properties"]


def test_a_backward_move_that_hubspot_drops_in_silence_is_reported(at: Desk) -> None:
    first = put(at, at.contacts[0], lifecyclestage="customer")
    result = at.stage(first, "lead")
    assert result.outcome is REFUSED
    assert "backward_stages" in result.reason
    assert at.held(first, "lifecyclestage") == "customer"
    updates = at.hub.journal.calls("contacts.batch_update")
    assert all(
        each["properties"].get("lifecyclestage") != ""
        for call in updates
        for each in call.json["inputs"]
    )


def test_backward_stages_empty_the_field_and_set_it_in_two_requests(going_back: Desk) -> None:
    at = going_back
    first, second, *_ = at.contacts
    put(at, first, lifecyclestage="customer")
    put(at, second, lifecyclestage="lead")
    results = at.write(
        {"contact_id": first, "stage": "lead", "stage_field": "lifecyclestage"},
        {"contact_id": second, "stage": MQL, "stage_field": "lifecyclestage"},
    )
    assert outcomes(results) == {first: DONE, second: DONE}
    assert (at.held(first, "lifecyclestage"), at.held(second, "lifecyclestage")) == ("lead", MQL)
    cleared, written = at.hub.journal.calls("contacts.batch_update")
    assert cleared.json["inputs"] == [
        {"id": first, "properties": {"lifecyclestage": ""}, "objectWriteTraceId": first}
    ]
    assert len(written.json["inputs"]) == 2


def test_an_emptied_stage_is_put_back_where_the_new_one_cannot_be_written(
    going_back: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast_clock(monkeypatch)
    at = going_back
    first = put(at, at.contacts[0], lifecyclestage="customer")
    at.hub.faults.add("477", "contacts.batch_update", after=1, times=1)
    with pytest.raises(RetryLater):
        at.stage(first, "lead")
    assert at.held(first, "lifecyclestage") == "customer"


def test_a_stage_that_cannot_be_put_back_is_named(going_back: Desk) -> None:
    at = going_back
    first = put(at, at.contacts[0], lifecyclestage="customer")
    at.hub.faults.add("477", "contacts.batch_update", after=1)
    with pytest.raises(SourceError, match=rf"{first}.*set their stage in HubSpot"):
        at.stage(first, "lead")


def test_custom_stages_take_their_order_from_the_options(tmp_path: Path) -> None:
    stages = {"lifecyclestage": {"97001": frozenset({"97002"}), "97002": frozenset({"97001"})}}
    with desk(tmp_path, source={"stages": stages}) as at:
        field = at.hub.store.schemas["contacts"].properties["lifecyclestage"]
        field.options = [Choice("97001", "Curious"), Choice("97002", "Keen")]
        first, second, *_ = at.contacts
        put(at, first, lifecyclestage="97001")
        put(at, second, lifecyclestage="97002")
        assert at.stage(first, "97002").outcome is DONE
        assert "forward only" in at.stage(second, "97001").reason


def test_a_value_that_is_no_option_is_refused_before_the_call(tmp_path: Path) -> None:
    stages = {"lifecyclestage": {"mql": frozenset({"lead"}), "Lead": frozenset({""})}}
    with desk(tmp_path, source={"stages": stages}) as at:
        first, second, *_ = at.contacts
        put(at, first, lifecyclestage="lead")
        result = at.stage(first, "mql")
        assert result.outcome is REFUSED
        assert "'marketingqualifiedlead' (" in result.reason
        assert "label of lifecyclestage: write its internal value, 'lead'" in (
            at.stage(second, "Lead").reason
        )
        assert at.held(first, "leadline_score") == "40"


def test_a_lead_status_goes_any_way_that_the_config_allows(at: Desk) -> None:
    first, second, *_ = at.contacts
    put(at, first, hs_lead_status="NEW")
    put(at, second, hs_lead_status="CONNECTED")
    assert at.stage(first, "OPEN", "hs_lead_status").outcome is DONE
    assert at.stage(second, "OPEN", "hs_lead_status").outcome is LATER
    assert at.held(second, "hs_lead_status") == "CONNECTED"


def test_a_stage_field_that_is_not_there_refuses_the_stage_alone(tmp_path: Path) -> None:
    with desk(tmp_path, source={"stages": {"phase": {"x": frozenset({""})}}}) as at:
        result = at.stage(at.contacts[0], "x", "phase")
        assert result.outcome is REFUSED
        assert "'phase'" in result.reason
        assert at.held(at.contacts[0], "leadline_score") == "40"


def test_contacts_that_are_gone_are_seen_before_anything_is_sent(at: Desk) -> None:
    one, other, third, *_ = at.contacts
    at.hub.store.archive("contacts", third)
    left = at.hub.store.merge("contacts", one, other).id
    for gone, why in ((third, "deleted"), (one, f"merged into contact {left}")):
        result = at.stage(gone, MQL)
        assert result.outcome is REFUSED
        assert why in result.reason
    assert at.hub.journal.count("contacts.batch_update") == 0
