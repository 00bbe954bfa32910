"""What is told of whom, in which words, and when."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from .conftest import Open, rows
from .services import Hook, mail_server

ADA = (
    "Ada Lovelace (Analytical Ltd) is hot: 87 (A1), because Head of IT, Asked for a demo. Was warm."
)


def test_a_lead_that_became_hot_is_told(desk: Open, service: Hook) -> None:
    desk().sync(rows())
    (call,) = service.calls
    assert call["message"] == ADA
    assert call["title"] == "leadline: a lead"


def test_only_what_was_asked_for_is_told(desk: Open, service: Hook) -> None:
    warm = {"new": "warm", "old": "cold"}
    grade = {"what": "grade", "new": "A1", "old": "B1"}
    desk().sync(rows(warm, grade, {"what": "stage", "new": "hot"}))
    assert service.calls == []
    desk(temperatures=["warm"]).sync(rows({}, warm))
    assert [body.split(":")[0] for body in service.bodies] == [
        "Ada Lovelace (Analytical Ltd) is warm"
    ]


def test_all_that_changed_about_a_lead_is_one_line(desk: Open, service: Hook) -> None:
    changed = rows(
        {"what": "grade", "old": "B1", "new": "A1"},
        {"what": "stage", "old": "Lead", "new": "mql"},
        {},
    )
    desk(grades=["A1"], stages=["mql"]).sync(changed)
    assert service.bodies == [
        "Ada Lovelace (Analytical Ltd) is hot and mql and A1: 87 (A1), because Head of IT, Asked "
        "for a demo. Was warm and Lead and B1."
    ]


@pytest.mark.parametrize(
    ("changed", "settings", "says"),
    [
        ({"old": None}, {}, ADA.removesuffix(" Was warm.")),
        ({"owner": "Bo"}, {}, f"{ADA} Owner: Bo."),
        ({"first_name": None, "last_name": None}, {}, "ada@north.example (Analytical Ltd) is hot"),
        ({"first_name": None, "last_name": None, "email": None}, {}, "crm:7 (Analytical Ltd)"),
        ({"company": "<!channel>\n\u202eevil"}, {}, "Ada Lovelace ((!channel) evil) is hot: 87"),
        ({"contact_id": "a/b"}, {"link": "https://crm.example/{contact_id}"}, "example/a%2Fb"),
        (
            {"owner": "Bo"},
            {"personal": False},
            "crm:7 is hot: 87 (A1), because Head of IT, Asked for a demo. Was warm.",
        ),
        (
            {"new": "dead", "score": None, "grade": None, "reasons": "Competitor"},
            {"temperatures": ["dead"]},
            "is dead, because Competitor. Was warm.",
        ),
    ],
)
def test_a_line_is_short_and_plain(
    desk: Open,
    service: Hook,
    changed: dict[str, object],
    settings: dict[str, object],
    says: str,
) -> None:
    desk(**settings).sync(rows(changed))
    (body,) = service.bodies
    assert says in body
    assert "\n" not in body


def test_no_name_is_kept_where_none_is_told(desk: Open, service: Hook) -> None:
    one = desk(personal=False, every="day")
    one.sync(rows())
    kept = (one.folder / "spool.json").read_text("utf-8")
    assert "crm:7" in kept
    assert not any(word in kept for word in ("Ada", "ada@", "Analytical"))


def test_a_sync_is_one_message(desk: Open, service: Hook) -> None:
    many = [{"contact_id": str(number), "first_name": f"N{number}"} for number in range(30)]
    desk().sync(rows(*many))
    (call,) = service.calls
    lines = call["message"].splitlines()
    assert call["title"] == "leadline: 30 leads"
    assert lines[0].startswith("N0 Lovelace")
    assert lines[20:] == ["… and 10 more: see leadline leads"]


def test_a_message_for_each_lead_unless_there_are_many(desk: Open, service: Hook) -> None:
    one = desk(every="lead")
    one.sync(rows({"contact_id": "1"}, {"contact_id": "2"}))
    assert service.bodies == [ADA, ADA]
    one.sync(rows(*({"contact_id": str(number)} for number in range(21))))
    assert len(service.calls) == 3


def test_a_digest_a_day_goes_at_its_hour(desk: Open, service: Hook) -> None:
    one, zone = desk(every="day", at="08:30"), ZoneInfo("Europe/Warsaw")
    one.now = datetime(2026, 5, 1, 12, 0, tzinfo=zone)
    one.sync(rows())
    one.now = datetime(2026, 5, 1, 23, 0, tzinfo=zone)
    one.sync(rows({"first_name": "Bo"}))
    one.now = datetime(2026, 5, 2, 8, 29, tzinfo=zone)
    one.sync()
    assert service.calls == []
    one.now = datetime(2026, 5, 2, 8, 31, tzinfo=zone)
    one.sync()
    assert [body.count("\n") for body in service.bodies] == [1]
    one.sync()
    assert len(service.calls) == 1


def test_rows_that_come_twice_are_told_once(desk: Open, service: Hook) -> None:
    one = desk()
    one.notifier.stages_changed(rows())
    one.sync(rows())
    assert service.bodies == [ADA]


def test_a_failed_sync_is_told_once_until_one_succeeds(desk: Open, service: Hook) -> None:
    one, bad = desk(), {"status": "failed", "errors": ["source 'crm': no answer"]}
    for report in (bad, bad, {"status": "partial"}, {}, {"status": "stopped"}):
        one.sync(**report)
    titles = [call["title"] for call in service.calls]
    assert titles == ["leadline: sync failed", "leadline: sync stopped"]
    assert "source 'crm': no answer" in service.bodies[0]
    assert [call["type"] for call in service.calls] == ["failure", "failure"]


def test_another_source_that_succeeds_heals_nothing(desk: Open, service: Hook) -> None:
    one = desk()
    one.sync(status="failed")
    one.sync(sources={"shop": {}})
    one.sync(status="failed")
    assert len(service.calls) == 1


def test_failures_are_not_told_where_nobody_asked(desk: Open, service: Hook) -> None:
    desk(failures=False).sync(status="failed")
    assert service.calls == []


def test_rejected_records_are_counted(desk: Open, service: Hook) -> None:
    desk().sync(status="partial", sources={"crm": {"rejected": 3}})
    assert "3 records were rejected by their CRM" in service.bodies[0]


def test_mail_is_told_too(desk: Open) -> None:
    with mail_server() as (url, mails):
        desk(to=[url]).sync(rows())
    (mail,) = mails
    assert "To: sales@north.example" in mail
    assert "Subject: leadline: a lead" in mail
    assert "Analytical" in mail
