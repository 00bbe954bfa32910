"""A person in two sources has one score in both, made of what both know, while it is one."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.e2e.world import DAY, MODEL, World

CONFIG = """
workspace = "var"
models = ["model.toml"]

[sources.web]
connector = "csv"
contacts = "web.csv"
activities = "visits.csv"
output = "web-scores.csv"

[sources.crm]
connector = "csv"
contacts = "crm.csv"
companies = "companies.csv"
output = "crm-scores.csv"

[sources.crm.company_fields]
company.employees = "staff"
"""

WEB = """contact_id,email,updated_at
7,Ada@North.example,2024-04-09
8,info@north.example,2024-04-09
9,eve@north.example,2024-04-09
"""

VISITS = """activity_id,contact_id,type,occurred_at,url
1,7,page_view,2024-05-01T10:00:00Z,https://x.example/pricing
2,8,demo_request,2024-05-01T11:00:00Z,
"""

CRM = """contact_id,email,job_title,company_id,merged_into,updated_at
1,ada@north.example,Head of IT,n,,2024-04-01
2,info@north.example,Head of Sales,,,2024-04-01
3,dan@north.example,Head of HR,,,2024-04-01
"""

COMPANIES = "company_id,staff\nn,200\n"


@pytest.fixture
def pair(tmp_path: Path) -> World:
    """Ada in both sources; the two others share no more than a mailbox."""
    world = World(tmp_path)
    files = {
        "config.toml": CONFIG,
        "model.toml": MODEL,
        "web.csv": WEB,
        "visits.csv": VISITS,
        "crm.csv": CRM,
        "companies.csv": COMPANIES,
    }
    for name, text in files.items():
        world.write(name, text)
    return world


def scores(world: World) -> dict[str, str]:
    """Both outputs, SOURCE:ID → score."""
    found = {}
    for source in ("web", "crm"):
        with (world.folder / f"{source}-scores.csv").open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                found[f"{source}:{row['contact_id']}"] = row["score"]
    return found


# Worked out by hand: a head of something 20, fifty or more 15, the pricing page 20, a demo 30.
APART = {"web:8": "30", "web:9": "0", "crm:2": "20", "crm:3": "20"}


def test_a_person_in_two_sources_has_the_score_of_both_in_both(pair: World) -> None:
    document = pair.sync("--as-of", DAY)
    assert scores(pair) == {"web:7": "55", "crm:1": "55", **APART}
    assert document["sources"]["crm"]["contacts"] == 3


def test_the_order_of_the_sources_does_not_matter(pair: World) -> None:
    head, web, crm = CONFIG.replace("[sources.", "\n[sources.", 1).split("[sources.", 2)
    pair.write("config.toml", f"{head}[sources.{crm}\n[sources.{web}")
    pair.sync("--as-of", DAY)
    assert scores(pair) == {"web:7": "55", "crm:1": "55", **APART}


def test_splitting_them_takes_it_back_and_the_past_stays(pair: World) -> None:
    pair.sync("--as-of", DAY)
    pair.change("web.csv", "Ada@North.example,2024-04-09", "ida@north.example,2024-05-02")
    pair.sync("--as-of", "2024-05-02")
    # The page view is one day old: 20 x 2^(-1/10), rounded.
    assert scores(pair) == {"web:7": "19", "crm:1": "35", **APART}
    before = pair.run("explain", "crm:1", "--as-of", DAY, "--json").document
    assert (before["score"], sum(row["points"] for row in before["rows"])) == (55, 55)


def test_a_link_to_another_source_joins_as_well(pair: World) -> None:
    pair.change("config.toml", "[sources.crm.company_fields]", CRM_LINKS)
    web_id = {"contact_id": "web id", "1": "", "2": "", "3": "web:9"}
    pair.write(
        "crm.csv",
        "".join(f"{line},{web_id[line.split(',')[0]]}\n" for line in CRM.splitlines()),
    )
    pair.sync("--as-of", DAY)
    assert scores(pair) == {"web:7": "55", "crm:1": "55", **APART, "web:9": "20"}


CRM_LINKS = """[sources.crm.fields]
linked_to = "web id"
[sources.crm.company_fields]"""


def test_links_to_says_whose_ids_the_links_are_and_a_link_that_goes_splits(pair: World) -> None:
    pair.change("config.toml", "[sources.crm]", '[sources.crm]\nlinks_to = "web"')
    pair.change("config.toml", "[sources.crm.company_fields]", CRM_LINKS)
    # Nobody shares an address here.
    head = "contact_id,email,job_title,company_id,web id,updated_at\n"
    ada, dan = "1,a@x.example,Head of IT,n,", "2,d@x.example,Head of HR,,"
    pair.write("crm.csv", f"{head}{ada}7,2024-04-01\n{dan},2024-04-01\n")
    pair.sync("--as-of", DAY)
    apart = {"web:8": "30", "web:9": "0", "crm:2": "20"}
    assert scores(pair) == {"web:7": "55", "crm:1": "55", **apart}
    pair.write("crm.csv", f"{head}{ada},2024-05-01\n{dan}web:8,2024-05-01\n")
    pair.sync("--as-of", DAY)
    assert scores(pair) == {
        "web:7": "20",
        "crm:1": "35",
        "web:8": "50",
        "web:9": "0",
        "crm:2": "50",
    }


def test_links_to_a_source_that_there_is_not_is_refused(pair: World) -> None:
    pair.change("config.toml", "[sources.crm]", '[sources.crm]\nlinks_to = "wev"')
    told = pair.run("check")
    assert told.status == 2
    assert "there is no source 'wev'" in told.error


def test_what_was_done_by_a_merged_record_counts_for_the_last_of_the_chain(pair: World) -> None:
    pair.write(
        "web.csv",
        "contact_id,email,merged_into,updated_at\n"
        "7,old@x.example,8,2024-04-09\n8,older@x.example,9,2024-04-09\n9,eve@x.example,,2024-04-09\n",
    )
    pair.sync("--as-of", DAY)
    assert {key: value for key, value in scores(pair).items() if key.startswith("web")} == {
        "web:9": "50"
    }


def test_either_record_is_explained_and_an_address_of_one_person_is_enough(pair: World) -> None:
    pair.sync("--as-of", DAY)
    answers = [
        pair.run("explain", contact, "--json").document
        for contact in ("web:7", "crm:1", "ada@north.example")
    ]
    assert [answer["score"] for answer in answers] == [55, 55, 55]
    assert answers[0]["rows"] == answers[1]["rows"] == answers[2]["rows"]


def test_an_address_of_two_persons_is_asked_about(pair: World) -> None:
    pair.sync("--as-of", DAY)
    asked = pair.run("explain", "info@north.example")
    assert asked.status == 2
    assert "crm:2, web:8" in asked.error


def test_a_second_sync_writes_nothing(pair: World) -> None:
    pair.sync("--as-of", DAY)
    again = pair.sync("--as-of", DAY)["sources"]
    assert [(each["written"], each["unchanged"]) for each in again.values()] == [(0, 3), (0, 3)]


def test_a_mailbox_that_is_not_shared_here_joins(pair: World) -> None:
    text = 'workspace = "var"\nshared_mailboxes = ["team"]'
    pair.change("config.toml", 'workspace = "var"', text)
    pair.sync("--as-of", DAY)
    assert scores(pair) == {"web:7": "55", "crm:1": "55", **APART, "web:8": "50", "crm:2": "50"}


def test_a_preference_names_a_source_and_a_fact_that_exist(pair: World) -> None:
    text = 'workspace = "var"\nprefer = { job_titel = "crm", company.employees = ["sfdc"] }'
    pair.change("config.toml", 'workspace = "var"', text)
    told = pair.run("check")
    assert told.status == 2
    assert "job_titel" in told.error
    assert "there is no source 'sfdc'" in told.error


def test_naming_one_record_scores_its_whole_person(pair: World) -> None:
    pair.sync()
    pair.change("crm.csv", "Head of IT", "Clerk")
    assert pair.run("resync", "crm", "--contact", "1").status == 0
    found = {
        (each["source"], each["contact_id"]): each["score"]
        for each in pair.run("leads", "--json").document
    }
    assert (found["web", "7"], found["crm", "1"]) == (15, 15)
    # The other source is written to by its own sync.
    assert (scores(pair)["crm:1"], scores(pair)["web:7"]) == ("15", "35")
    pair.sync()
    assert scores(pair)["web:7"] == "15"
