"""Scores reach exactly the contacts they are for, and every contact is answered for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from leadline.batches import Outcome
from leadline.errors import RetryLater, SourceError
from leadline_hubspot.changes import as_text
from leadline_hubspot.present import same
from tests.connectors.changes import outcomes

from .writing import Desk, desk, fast_clock

DONE, REFUSED, LATER = Outcome.WRITTEN, Outcome.REJECTED, Outcome.RETRY


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as opened:
        yield opened


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    fast_clock(monkeypatch)


def test_a_hundred_contacts_take_one_call_and_a_read_of_the_first_batch(tmp_path: Path) -> None:
    with desk(tmp_path, contacts=250) as at:
        before = at.calls
        for start in (0, 100, 200):
            rows = [{"contact_id": each} for each in at.contacts[start : start + 100]]
            assert set(outcomes(at.write(*rows)).values()) == {DONE}
        assert at.calls - before == 4


def test_values_arrive_as_hubspot_writes_them_and_nothing_else_is_touched(at: Desk) -> None:
    first, second, *_ = at.contacts
    before = {**at.hub.store.live("contacts", first).values}
    at.write({"contact_id": first}, {"contact_id": second, "score": -3})
    assert at.held(first, "leadline_score") == "40"
    assert at.held(first, "leadline_temperature") == "warm"
    assert at.held(first, "leadline_scored_at") == "2026-11-20T10:30:00.123Z"
    assert at.held(second, "leadline_score") == "-3"
    after = at.hub.store.live("contacts", first).values
    assert {name: after[name] for name in before} == before
    assert all(name.startswith("leadline_") for name in after.keys() - before.keys())


def test_a_null_empties_a_property(at: Desk) -> None:
    first = at.contacts[0]
    at.write({"contact_id": first})
    at.write({"contact_id": first, "score": None, "grade": None})
    assert (at.held(first, "leadline_score"), at.held(first, "leadline_grade")) == ("", "")
    assert at.held(first, "leadline_temperature") == "warm"


def test_a_column_goes_to_the_property_that_the_config_names(tmp_path: Path) -> None:
    with desk(tmp_path, source={"write": {"score": "points"}}) as at:
        at.write({"contact_id": at.contacts[0]})
        assert at.held(at.contacts[0], "points") == "40"
        assert at.held(at.contacts[0], "leadline_score") == ""


@pytest.mark.parametrize("heeds_traces", [True, False])
def test_one_bad_value_is_refused_with_the_reason_and_the_others_are_written(
    tmp_path: Path, heeds_traces: bool
) -> None:
    with desk(tmp_path, contacts=40, heeds_traces=heeds_traces) as at:
        rows = [{"contact_id": each} for each in at.contacts]
        rows[17]["reasons"] = "x" * 70_000
        before = at.calls
        results = at.write(*rows)
        bad = results.pop(at.contacts[17])
        assert bad.outcome is REFUSED
        assert "leadline_reasons" in bad.reason
        assert "65536" in bad.reason
        assert set(outcomes(results).values()) == {DONE}
        assert at.held(at.contacts[17], "leadline_score") == ""
        assert {at.held(each, "leadline_score") for each in results} == {"40"}
        # Halving 40 finds one bad record in a dozen calls, not in forty.
        assert at.calls - before <= (2 if heeds_traces else 14)


def test_deleted_and_erased_contacts_are_refused_and_none_is_created(at: Desk) -> None:
    archived, erased, third, *_ = at.contacts
    at.hub.store.archive("contacts", archived)
    at.hub.store.erase("contacts", erased)
    there = at.contacts
    results = at.write({"contact_id": archived}, {"contact_id": erased}, {"contact_id": third})
    assert outcomes(results) == {archived: REFUSED, erased: REFUSED, third: DONE}
    assert "deleted in HubSpot" in results[archived].reason
    assert at.contacts == there


@pytest.mark.parametrize("merge_keeps_id", [True, False])
def test_a_contact_that_was_merged_away_is_refused_and_the_one_left_keeps_its_values(
    tmp_path: Path, merge_keeps_id: bool
) -> None:
    with desk(tmp_path, merge_keeps_id=merge_keeps_id) as at:
        one, other, third, *_ = at.contacts
        at.write({"contact_id": one, "score": 77})
        left = at.hub.store.merge("contacts", one, other).id
        results = at.write({"contact_id": other, "score": 5}, {"contact_id": third})
        assert outcomes(results) == {other: REFUSED, third: DONE}
        assert f"merged into contact {left}" in results[other].reason
        assert at.held(left, "leadline_score") == "77"


def test_where_hubspot_follows_a_merge_the_one_left_gets_its_own_score(tmp_path: Path) -> None:
    with desk(tmp_path, merge_keeps_id=True, merged_writes="survivor") as at:
        one, other, *_ = at.contacts
        at.hub.store.merge("contacts", one, other)
        results = at.write({"contact_id": other, "score": 5}, {"contact_id": one, "score": 77})
        assert outcomes(results) == {other: REFUSED, one: DONE}
        assert at.held(one, "leadline_score") == "77"


def test_a_score_that_reached_the_one_left_of_a_merge_is_taken_back(tmp_path: Path) -> None:
    with desk(tmp_path, merged_writes="survivor") as at:
        one, other, *_ = at.contacts
        at.write({"contact_id": one, "score": 77})
        left = at.hub.store.merge("contacts", one, other).id
        at.write({"contact_id": left, "score": 80})
        before = {**at.hub.store.live("contacts", left).values}
        results = at.write({"contact_id": other, "score": 5, "grade": None})
        assert outcomes(results) == {other: REFUSED}
        assert at.hub.store.live("contacts", left).values == before


def test_a_property_that_is_missing_stops_the_source_and_says_what_to_do(tmp_path: Path) -> None:
    for number, heeds_traces in enumerate((True, False)):
        with desk(tmp_path / str(number), fixed=False, heeds_traces=heeds_traces) as at:
            before = at.calls
            with pytest.raises(SourceError, match=r"'leadline_.*leadline check --fix"):
                at.write(*({"contact_id": each} for each in at.contacts))
            assert at.calls - before == 1


def test_a_token_that_may_not_write_is_said_so(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.hub.options.scopes = at.hub.options.without("crm.objects.contacts.write")
        with pytest.raises(SourceError, match="403"):
            at.write({"contact_id": at.contacts[0]})


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("kind", ["423", "429", "502", "html200", "empty200", "broken"])
def test_trouble_that_passes_costs_a_repetition_and_nothing_else(at: Desk, kind: str) -> None:
    at.hub.faults.once(kind, "contacts.batch_update")
    results = at.write(*({"contact_id": each} for each in at.contacts))
    assert set(outcomes(results).values()) == {DONE}
    assert {at.held(each, "leadline_score") for each in at.contacts} == {"40"}


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("kind", ["423", "429-daily", "477"])
def test_trouble_that_stays_is_for_later(at: Desk, kind: str) -> None:
    at.hub.faults.add(kind, "contacts.batch_update")
    with pytest.raises(RetryLater):
        at.write({"contact_id": at.contacts[0]})


def test_what_somebody_changes_at_once_is_for_the_next_sync(at: Desk) -> None:
    first, second, *_ = at.contacts
    store = at.hub.store
    update = store.update

    def overwritten(kind: str, record_id: str | int, values: dict[str, str]) -> object:
        done = update(kind, record_id, values)
        if done.id == first:
            store.calculate(kind, first, {"leadline_score": "1"})
        return done

    store.update = overwritten  # type: ignore[assignment,method-assign]  # somebody else's hand
    results = at.write({"contact_id": first}, {"contact_id": second})
    assert outcomes(results) == {first: LATER, second: DONE}
    assert "leadline_score" in results[first].reason


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        ("40", "40.0"),
        ("0", "0"),
        ("2026-11-20T10:30:00.123Z", "2026-11-20T10:30:00.123+00:00"),
        ("2026-11-20T10:30:00.000Z", "2026-11-20T10:30:00Z"),
        (" warm", "warm"),
        ("", ""),
    ],
)
def test_the_same_value_in_another_spelling(sent: str, held: str) -> None:
    assert same(sent, held)


@pytest.mark.parametrize(
    ("sent", "held"), [("40", "41"), ("40", ""), ("", "0"), ("warm", "hot"), ("40", "N/A")]
)
def test_another_value(sent: str, held: str) -> None:
    assert not same(sent, held)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (0, "0"),
        (-7, "-7"),
        (12.5, "12.5"),
        (1e-9, "0"),
        (1e12, "1000000000000"),
        (True, "true"),
        (
            datetime(2026, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))),
            "2026-02-28T23:30:00.000Z",
        ),
    ],
)
def test_values_are_plain_text(value: object, text: str) -> None:
    assert as_text(value) == text
