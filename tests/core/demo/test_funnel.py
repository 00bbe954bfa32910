"""The people and what they do: believable, and worth scoring."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Demo


LABELS = {
    "Page view", "Email opened", "Email clicked", "Email sent", "Form submitted",
    "Content downloaded", "Webinar registered", "Webinar attended", "Demo requested",
    "Trial started", "Meeting held", "Call", "Chat", "Unsubscribed", "Newsletter signup",
    "Blog comment", "Social follow", "Email bounced", "Deal created", "Deal won", "Deal lost",
}  # fmt: skip
STUDENTS = "title IN ('Student', 'Studentka', 'Studentin', 'Étudiante', 'Estudiante')"
RIVALS = "domain IN ('northsounding.example', 'plumbline.example', 'fathomworks.example')"
FREE = "domain IN ('freemail.example', 'postbox.example', 'webmail.example')"
SHARED = "regexp_matches(email, '^(info|sales|office|kontakt|contact)@')"
# As on 1 February: what was seen in the 45 days before, and what was won after.
LATER_WINS = """
    SELECT id IN (
            SELECT id FROM acts WHERE kind = 'Page view' AND url LIKE '%/pricing%'
                AND happened BETWEEN '2025-12-18' AND '2026-02-01'
        ) AND seniority IN ('cxo', 'vp', 'director') AS keen,
        avg(COALESCE(outcome = 'won', FALSE)::INTEGER), count(*)
    FROM people LEFT JOIN deals USING (id)
    WHERE created < '2026-02-01' AND seniority IS NOT NULL
        AND (closed IS NULL OR closed > '2026-02-01')
    GROUP BY keen
"""


def test_senior_people_who_look_at_prices_win_several_times_more_often(demo: Demo) -> None:
    share = {
        keen: (wins, people) for keen, wins, people in demo.database.sql(LATER_WINS).fetchall()
    }
    (others, many), (keen, few) = share[False], share[True]
    assert min(many, few) >= 60
    assert keen > 4 * others > 0


def test_every_kind_of_activity_occurs_and_no_other(demo: Demo) -> None:
    assert {row[0] for row in demo.rows("SELECT DISTINCT kind FROM acts")} == LABELS


def test_a_deal_is_created_before_it_ends_and_ends_as_the_outcome_says(demo: Demo) -> None:
    ends = (
        "SELECT id, kind, happened FROM acts WHERE kind IN ('Deal won', 'Deal lost') ORDER BY ALL"
    )
    closed = "SELECT id, 'Deal ' || outcome, closed FROM deals WHERE closed NOT NULL ORDER BY ALL"
    assert demo.rows(ends) == demo.rows(closed)
    assert demo.count("deals WHERE (outcome = 'open') <> (closed IS NULL)") == 0
    created = "(SELECT id, happened FROM acts WHERE kind = 'Deal created')"
    assert demo.count(f"deals ANTI JOIN {created} USING (id)") == 0
    assert demo.count(f"deals JOIN {created} USING (id) WHERE closed <= happened") == 0


def test_students_and_competitors_never_have_a_deal(demo: Demo) -> None:
    assert demo.count(f"people WHERE {STUDENTS}") > 100
    assert demo.count(f"people WHERE {RIVALS}") > 40
    assert demo.count(f"deals JOIN people USING (id) WHERE {STUDENTS} OR {RIVALS}") == 0


def test_work_is_done_on_weekdays_in_office_hours(demo: Demo) -> None:
    views = demo.count("acts WHERE kind = 'Page view'")
    weekend = demo.count("acts WHERE kind = 'Page view' AND isodow(moment) > 5")
    assert 0.02 < weekend / views < 0.15
    office = demo.count("acts WHERE kind = 'Page view' AND hour(moment) BETWEEN 8 AND 17")
    assert 0.7 < office / views < 0.97


def test_page_views_come_in_bursts(demo: Demo) -> None:
    gaps = """
        SELECT avg((gap <= 120)::INTEGER) FROM (
            SELECT epoch(moment - lag(moment) OVER (PARTITION BY id ORDER BY moment)) AS gap
            FROM acts WHERE kind = 'Page view'
        )
    """
    assert demo.number(gaps) > 0.5


def test_some_machines_click_within_seconds_of_sending(demo: Demo) -> None:
    clicks = """
        acts AS click JOIN acts AS mail USING (id, name)
        WHERE click.kind = 'Email clicked' AND mail.kind = 'Email sent'
            AND epoch(click.moment - mail.moment) {}
    """
    assert demo.count(clicks.format("BETWEEN 0 AND 8")) > 200
    assert demo.count(clicks.format("> 60")) > 200
    assert demo.count(clicks.format("< 0")) == 0


def test_no_mail_is_sent_after_unsubscribing(demo: Demo) -> None:
    left = "(SELECT id, happened AS left_at FROM acts WHERE kind = 'Unsubscribed')"
    assert demo.count(left) > 200
    sent = f"acts JOIN {left} USING (id) WHERE kind = 'Email sent' AND happened"
    assert demo.count(f"{sent} < left_at") > 200
    assert demo.count(f"{sent} > left_at") == 0


def test_no_mail_goes_to_contacts_without_an_address(demo: Demo) -> None:
    assert demo.count("people WHERE email IS NULL") > 50
    mails = "acts JOIN people USING (id) WHERE kind LIKE 'Email %' AND email IS NULL"
    assert demo.count(mails) == 0


@pytest.mark.parametrize(
    ("column", "low", "high"),
    [
        ("Email", 0.005, 0.03),
        ("Job title", 0.1, 0.2),
        ("Seniority", 0.2, 0.4),
        ("Employees", 0.25, 0.45),
        ("Budget", 0.75, 0.97),
        ("Planned purchase", 0.75, 0.97),
        ("Consent", 0.05, 0.15),
    ],
)
def test_values_are_missing_at_believable_rates(
    demo: Demo, column: str, low: float, high: float
) -> None:
    share = demo.number(f'SELECT avg(("{column}" IS NULL)::INTEGER) FROM contacts')
    assert low < share < high


def test_no_address_can_belong_to_anybody(demo: Demo) -> None:
    plain = "'^[a-z0-9.-]+@[a-z0-9-]+[.]example$'"
    assert demo.count(f"people WHERE NOT regexp_matches(email, {plain})") == 0
    assert demo.count(f"people WHERE {FREE}") > 500


def test_a_few_contacts_are_there_twice_and_shared_mailboxes_exist(demo: Demo) -> None:
    twice = f"SELECT email FROM people WHERE NOT {SHARED} GROUP BY email HAVING count(*) > 1"
    assert 20 <= demo.count(f"({twice})") <= 120
    assert 100 < demo.count(f"people WHERE {SHARED}") < 400


def test_colleagues_share_a_company_and_companies_do_not_share_a_domain(demo: Demo) -> None:
    staff = f"SELECT domain FROM people WHERE company IS NOT NULL AND NOT {FREE} GROUP BY domain"
    assert demo.count(f"({staff} HAVING count(DISTINCT company) > 1)") == 0
    assert demo.count(f"({staff} HAVING count(*) >= 3)") > 500
    sizes = 'SELECT quantile_cont("Employees"::BIGINT, {}) FROM contacts'
    assert demo.number(sizes.format(0.99)) > 20 * demo.number(sizes.format(0.5))
