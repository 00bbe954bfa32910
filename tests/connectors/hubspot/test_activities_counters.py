"""Counters and histories become activities that say no more than the CRM does."""

from __future__ import annotations

import pytest

from leadline.connecting.activities import Activity
from leadline_hubspot.activities.counters import COUNTERS, counted, look, usable, withdrawn
from leadline_hubspot.activities.stages import opt_outs, stage_changes
from leadline_hubspot.instants import instant, iso

DEFINED = [name for each in COUNTERS for name in (each.property, each.last)]
VIEWS = usable(["events"], DEFINED)


def properties(views: object, last: str = "2026-05-01T10:00:00Z") -> dict[str, object]:
    return {"hs_analytics_num_page_views": views, "hs_analytics_last_timestamp": last}


def numbers(rows: list[Activity]) -> list[str]:
    return [row.activity_id.rpartition(":")[2] for row in rows]


def test_a_counter_seen_for_the_first_time_is_its_last_activity() -> None:
    (row,) = counted(VIEWS, "7", properties("40"), None, whole=False)
    assert (row.activity_id, row.type) == ("counted:page_view:7:40", "page_view")
    assert row.at == instant("2026-05-01T10:00:00Z")
    assert row.properties == {"counted": "true"}


@pytest.mark.parametrize(
    ("before", "now", "made"),
    [("3", "5", ["4", "5"]), ("0", "2", ["1", "2"]), ("5", "5", []), ("5", "2", [])],
)
def test_the_difference_since_the_last_look_is_that_many_activities(
    before: str, now: str, made: list[str]
) -> None:
    seen = look(VIEWS, properties(before), None)
    assert numbers(list(counted(VIEWS, "7", properties(now), seen, whole=False))) == made


def test_a_full_pass_names_the_last_one_again_under_the_same_id() -> None:
    seen = look(VIEWS, properties("40"), None)
    assert numbers(list(counted(VIEWS, "7", properties("40"), seen, whole=True))) == ["40"]


@pytest.mark.parametrize("junk", ["N/A", "", None, "-3", "nan"])
def test_a_counter_that_is_no_number_counts_nothing(junk: object) -> None:
    assert list(counted(VIEWS, "7", properties(junk), None, whole=True)) == []


def test_a_counter_without_its_date_counts_nothing() -> None:
    assert list(counted(VIEWS, "7", properties("40", last=""), None, whole=True)) == []


def test_what_was_counted_is_withdrawn_once_each_is_told_by_itself() -> None:
    seen = look(VIEWS, properties("3"), None)
    seen = look(VIEWS, properties("5"), seen)
    gone = withdrawn((), "7", seen)
    assert all(row.deleted for row in gone)
    assert numbers(gone) == ["3", "4", "5"]
    assert withdrawn(VIEWS, "7", seen) == []


def test_only_counters_of_feeds_that_are_off_are_used() -> None:
    assert [each.type for each in usable(["forms", "events"], DEFINED)] == [
        "page_view",
        "form_submit",
    ]
    assert usable(["forms"], ["num_conversion_events"]) == ()


def version(value: str, at: int, label: str = "") -> dict[str, object]:
    return {"value": value, "timestamp": iso(at), "sourceType": "CRM_UI", "sourceLabel": label}


HOUR = 3_600_000
START = 1_700_000_000_000


def test_every_stage_entered_is_a_change_in_whatever_order_they_come() -> None:
    versions = [
        version("customer", START + 2 * HOUR),
        version("lead", START),
        version("", START + HOUR),
        version("lead", START + HOUR // 2),
    ]
    rows = list(stage_changes("7", versions, {}))
    assert [(row.name, row.at) for row in rows] == [
        ("lead", START),
        ("customer", START + 2 * HOUR),
    ]
    assert rows[0].activity_id == f"stage:7:lead:{START}"


def test_a_stage_that_leadline_wrote_is_no_activity() -> None:
    versions = [version("lead", START), version("customer", START + HOUR)]
    own = {("7", "customer"): [START + HOUR + 2_000], ("7", "lead"): [START + 5 * HOUR]}
    assert [row.name for row in stage_changes("7", versions, own)] == ["lead"]
    labelled = [version("lead", START, "Leadline key")]
    assert list(stage_changes("7", labelled, {})) == []


def test_leaving_all_mailings_is_an_unsubscribe_each_time() -> None:
    versions = [version(value, START + n * HOUR) for n, value in enumerate(["false", "true"] * 2)]
    assert [(row.type, row.at) for row in opt_outs("7", versions)] == [
        ("unsubscribe", START + HOUR),
        ("unsubscribe", START + 3 * HOUR),
    ]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-01T10:00:00Z", 1_777_629_600_000),
        ("2026-05-01T10:00:00.250Z", 1_777_629_600_250),
        ("1777629600000", 1_777_629_600_000),
        (1_777_629_600_000, 1_777_629_600_000),
        ("2026-05-01", 1_777_593_600_000),
        ("soon", None),
        (None, None),
    ],
)
def test_times_are_read_as_hubspot_writes_them(text: object, moment: int | None) -> None:
    assert instant(text) == moment
