"""`explain` says which source each row of a person's score is from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.world import DAY, World

CONFIG = """
workspace = "var"
models = ["model.toml"]
prefer = { job_title = ["crm"] }

[sources.web]
connector = "csv"
contacts = "web.csv"
activities = "visits.csv"
output = "web-scores.csv"

[sources.crm]
connector = "csv"
contacts = "crm.csv"
activities = "calls.csv"
companies = "companies.csv"
output = "crm-scores.csv"

[fields]
score_pin = "text"

[sales]
pin = "score_pin"
"""

MODEL = """
name = "small"

[dimensions.fit]
max = 50
[dimensions.engagement]
max = 40

[lookups.region]
file = "regions.csv"
key = "country"
value = "region"

[signals]
touches = { activity = "*", count = "days" }
opens = { activity = "email_open", count = "distinct name" }
first_channel = { activity = "*", pick = "first", value = "channel" }
last_channel = { activity = "*", pick = "last", value = "channel" }
last_seen = { activity = "*", pick = "last", value = "occurred_at" }
spent = { activity = "purchase", sum = "value" }

[[rules]]
name = "Head of something"
dimension = "fit"
when = "job_title ILIKE 'head of%'"
points = 5
[[rules]]
name = "Fifty or more, in the south"
dimension = "fit"
when = "company.employees >= 50 AND region = 'south'"
points = 5
[[rules]]
name = "Title and country"
dimension = "fit"
when = "job_title IS NOT NULL AND country IS NOT NULL"
points = 5
[[rules]]
name = "Has money"
dimension = "fit"
when = "budget > 1000"
points = 5
[[rules]]
name = "Has no phone"
dimension = "fit"
when = "consent IS NULL"
points = 5

[[rules]]
name = "Any page"
dimension = "engagement"
activity = "page_view"
points = 1
[[rules]]
name = "Recent page"
dimension = "engagement"
activity = "page_view"
within = "5 days"
points = 1
[[rules]]
name = "Each campaign"
dimension = "engagement"
activity = "page_view"
count = "distinct campaign"
points = 1
[[rules]]
name = "A call"
dimension = "engagement"
activity = "call"
points = 30
[[rules]]
name = "Busy"
dimension = "engagement"
when = "touches >= 3"
points = 2
[[rules]]
name = "Opens"
dimension = "engagement"
when = "opens >= 1"
points = 2
[[rules]]
name = "Came by search"
dimension = "engagement"
when = "first_channel = 'search'"
points = 2
[[rules]]
name = "Last by search"
dimension = "engagement"
when = "last_channel = 'search'"
points = 2
[[rules]]
name = "Seen lately"
dimension = "engagement"
when = "days_since(last_seen) < 3"
points = 2
[[rules]]
name = "Spent"
dimension = "engagement"
when = "spent > 10"
points = 2

[[exclusions]]
name = "Competitor"
when = "email_domain = 'rival.example'"

[[temperatures]]
name = "hot"
from = 60
"""

FILES = {
    "config.toml": CONFIG,
    "model.toml": MODEL,
    "regions.csv": "country,region\nIT,south\n",
    "web.csv": "contact_id,email,job_title,country,score_pin,updated_at\n"
    "7,ada@north.example,Guest,IT,,2024-04-09\n"
    "9,eve@north.example,,,,2024-04-09\n",
    "crm.csv": "contact_id,email,job_title,company_id,score_pin,updated_at\n"
    "1,ada@north.example,Head of IT,n,,2024-04-01\n",
    "companies.csv": "company_id,company.employees\nn,200\n",
    # The channel of both ends is the same in both sources: only one of each is the first or last.
    "visits.csv": "activity_id,contact_id,type,occurred_at,name,campaign,channel,value\n"
    "w1,7,page_view,2024-04-02T10:00:00Z,,spring,search,\n"
    "w2,7,page_view,2024-05-01T10:00:00Z,,,,\n"
    "w3,7,email_open,2024-04-20T10:00:00Z,April,,,\n"
    "w4,7,purchase,2024-04-21T10:00:00Z,,,,\n",
    "calls.csv": "activity_id,contact_id,type,occurred_at,name,campaign,channel,value\n"
    "c1,1,call,2024-04-10T10:00:00Z,,,search,\n"
    "c2,1,page_view,2024-04-11T10:00:00Z,,,,\n"
    "c3,1,email_open,2024-04-12T10:00:00Z,,,,\n"
    "c4,1,purchase,2024-04-12T10:00:00Z,,,,20\n",
}


@pytest.fixture
def pair(tmp_path: Path) -> World:
    """Ada in both sources, and Eve in one."""
    world = World(tmp_path)
    for name, text in FILES.items():
        world.write(name, text)
    world.sync("--as-of", DAY)
    return world


def sources(document: dict[str, Any], part: str = "rows") -> dict[str, list[str]]:
    return {row["rule"]: row["sources"] for row in document[part]}


def test_each_row_says_the_sources_of_what_it_read_or_counted(pair: World) -> None:
    assert sources(pair.run("explain", "crm:1", "--json").document) == {
        "Head of something": ["crm"],
        "Fifty or more, in the south": ["crm", "web"],
        "Title and country": ["crm", "web"],
        "Has money": [],
        "Has no phone": [],
        "Any page": ["crm", "web"],
        "Recent page": ["web"],
        "Each campaign": ["web"],
        "A call": ["crm"],
        "Busy": ["crm", "web"],
        "Opens": ["web"],
        "Came by search": ["web"],
        "Last by search": ["crm"],
        "Seen lately": ["web"],
        "Spent": ["crm"],
        "Limit of engagement": [],
    }


def test_the_screen_says_it_for_a_person_of_several_records_alone(pair: World) -> None:
    shown = pair.run("explain", "web:7", columns=160).out.splitlines()
    assert [line.split() for line in shown if "because" in line] == [
        ["points", "rule", "dimension", "sources", "because"]
    ]
    assert [line for line in shown if "A call" in line and "  crm  " in line]
    alone = pair.run("explain", "web:9", columns=160).out
    assert "because" in alone
    assert "sources" not in alone
    nothing = sources(pair.run("explain", "web:9", "--json").document)
    assert set(map(tuple, nothing.values())) == {()}


def test_a_person_of_one_record_has_its_source_in_the_document(pair: World) -> None:
    pair.write("crm.csv", "contact_id,email,updated_at\n1,,2024-05-01\n")
    pair.sync("--as-of", "2024-05-02")
    found = sources(pair.run("explain", "web:7", "--json").document)
    assert found["Came by search"] == found["Any page"] == found["Opens"] == ["web"]
    assert found["Title and country"] == ["web"]


def test_what_changed_an_exclusion_and_a_pin_say_it_too(pair: World) -> None:
    pair.change("web.csv", ",IT,,2024-04-09", ",IT,70,2024-05-02")
    pair.sync("--as-of", "2024-05-02")
    answer = pair.run("explain", "crm:1", "--json").document
    assert sources(answer)["Pinned by sales"] == ["web"]
    assert sources(answer, "changes")["Pinned by sales"] == ["web"]
    pair.change("web.csv", "ada@north.example", "ada@rival.example")
    pair.sync("--as-of", "2024-05-02")
    excluded = sources(pair.run("explain", "web:7", "--json").document)
    assert excluded["Excluded: Competitor"] == ["web"]
