"""What no source of a person can deliver is off for them: unknown, and not nothing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from leadline.lake import Lake
from leadline.scoring.people import Identity, show_people
from tests.core.lake.world import after, commit, contacts


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Ada in both sources, Bob in the CRM and Cyd on the web alone."""
    lake = Lake.open(tmp_path / "lake", ZoneInfo("UTC"))
    ada, bob, cyd = ({"contact_id": n, "email": f"{n}@x.example"} for n in ("ada", "bob", "cyd"))
    commit(lake, contacts(ada, bob), source="crm")
    commit(lake, contacts(ada, cyd), source="web")
    return lake


def off(lake: Lake, at: datetime | None = None) -> dict[str, str | None]:
    """Person → what is off for them."""
    with lake.session() as con:
        show_people(con, lake, at or after(99), {}, Identity())
        return dict(con.execute("SELECT contact_id, feeds_off FROM contacts").fetchall())


def test_nothing_is_off_where_nobody_says_so(lake: Lake) -> None:
    assert off(lake) == {"ada": None, "bob": None, "cyd": None}


def test_a_type_is_off_if_it_is_off_in_all_sources_of_a_person(lake: Lake) -> None:
    lake.say_feeds("crm", {"page_view", "email_open"}, after(0))
    assert off(lake) == {"ada": None, "bob": ",email_open,page_view,", "cyd": None}
    lake.say_feeds("web", {"email_open", "call"}, after(0))
    assert off(lake)["ada"] == ",email_open,"
    assert off(lake)["cyd"] == ",call,email_open,"


def test_every_type_is_off_with_a_star(lake: Lake) -> None:
    lake.say_feeds("crm", {"*"}, after(0))
    assert off(lake) == {"ada": None, "bob": ",*,", "cyd": None}
    lake.say_feeds("web", {"call"}, after(0))
    assert off(lake) == {"ada": ",call,", "bob": ",*,", "cyd": ",call,"}


def test_the_last_statement_counts_and_the_past_stays(lake: Lake) -> None:
    assert lake.say_feeds("crm", {"call"}, after(1))
    assert not lake.say_feeds("crm", {"call"}, after(2))
    assert lake.say_feeds("crm", set(), after(3))
    assert not lake.say_feeds("crm", set(), after(4))
    found = [off(lake, after(day))["bob"] for day in (0.5, 1, 2, 3)]
    assert found == [None, ",call,", ",call,", None]
