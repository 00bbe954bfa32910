"""A resync of named contacts: they are scored and written, and nobody else is touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.config import load_config
from leadline.serving import RuleUse, Serving, Summary
from tests.e2e.world import CONFIG, MODEL, World, make_world

STEADY = MODEL.replace('decay = "half 10 days"\nwithin = "90 days"\n', "").replace(
    'within = "120 days"\n', ""
)
NAMES = tuple(f"c{number}" for number in range(8))
TITLES = ("Head of IT", "Clerk", "")
DOMAINS = ("north.example", "rival.example")
GONE = -1
DELETED = CONFIG.replace('updated_at = "Changed"', 'updated_at = "Changed"\ndeleted = "Gone"')
EVER = datetime(2020, 1, 1, tzinfo=UTC)


def small(folder: Path, write: str = "max_changes = { share = 0.3 }") -> World:
    """The small workspace, of rules that do not age, scored once."""
    config = CONFIG.replace("[sources.crm]\n", f"[write]\n{write}\n[sources.crm]\n", 1)
    world = make_world(folder, config, STEADY)
    world.sync()
    return world


def resync(world: World, *contacts: str) -> Any:
    """What `resync --json` of these contacts says; it must succeed."""
    named = [word for contact in contacts for word in ("--contact", contact)]
    done = world.run("resync", "crm", "--json", *named)
    assert done.status == 0, done
    return done.document


def test_those_who_are_not_named_stay_as_they_were_published(tmp_path: Path) -> None:
    world = small(tmp_path)
    before = world.leads()
    world.change("contacts.csv", "Developer", "Head of R&D")
    world.change("contacts.csv", "dan,,,,", "dan,,Head of Law,99,")
    done = resync(world, "bob")
    after = world.leads()
    assert {name for name in after if after[name] != before[name]} == {"bob"}
    assert after["bob"]["score"] == before["bob"]["score"] + 20
    assert world.scores() == {"ada": "85", "bob": "40", "cyd": "", "dan": "0"}
    assert done["sources"]["crm"]["scored"] == 1


def test_their_explanation_still_adds_up(tmp_path: Path) -> None:
    world = small(tmp_path)
    world.change("contacts.csv", "Developer", "Head of R&D")
    resync(world, "bob")
    for name, lead in world.leads().items():
        told = world.run("explain", name, "--json").document
        assert sum(row["points"] for row in told["rows"]) == (lead["score"] or 0)


def test_a_named_contact_does_not_let_an_edit_of_the_model_past_its_limit(tmp_path: Path) -> None:
    world = small(tmp_path)
    before = world.leads()
    world.change("model.toml", "points = 20\n\n[[rules]]", "points = 10\n\n[[rules]]")
    world.change("contacts.csv", "Developer", "Head of R&D")
    resync(world, "bob")
    leads = world.leads()
    # Scored as everybody else is, until a whole run has asked.
    assert leads["bob"]["model_version"] == before["bob"]["model_version"]
    assert leads["ada"] == before["ada"]
    stopped = world.sync(status=1)
    assert stopped["status"] == "stopped"
    assert "2 of 4 contacts (50.0%)" in stopped["errors"][0]


def test_nor_what_a_stopped_run_has_read(tmp_path: Path) -> None:
    world = small(tmp_path)
    world.change("contacts.csv", "Head of IT", "Clerk")
    world.change("contacts.csv", "Developer", "Head of R&D")
    assert world.sync(status=1)["status"] == "stopped"
    resync(world, "dan")
    assert world.sync(status=1)["status"] == "stopped"


def test_who_is_excluded_now_has_no_score_at_once(tmp_path: Path) -> None:
    world = small(tmp_path)
    world.change("contacts.csv", "bob@south.example", "bob@rival.example")
    resync(world, "bob")
    assert world.leads()["bob"]["excluded"] == "Competitor"
    assert world.scores()["bob"] == ""


Edit = tuple[str, str, str, int]
EDITS = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from(TITLES),
        st.sampled_from(DOMAINS),
        st.integers(GONE, 2),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=5)
@given(rounds=st.lists(EDITS, min_size=1, max_size=2))
def test_what_is_served_after_parts_is_what_a_whole_run_serves(
    rounds: list[list[Edit]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    world = make_world(tmp_path_factory.mktemp("parts"), DELETED, STEADY)
    people = dict.fromkeys(NAMES, ("Clerk", "north.example", 0))
    _put(world, people)
    world.sync()
    for edits in rounds:
        people |= {name: (title, domain, views) for name, title, domain, views in edits}
        _put(world, people)
        resync(world, *dict.fromkeys(name for name, *_ in edits))
    parts = _served(world)
    world.config.with_name("var").joinpath("serving.db").unlink()
    world.sync()
    assert parts == _served(world)


def _put(world: World, people: dict[str, tuple[str, str, int]]) -> None:
    contacts = [
        f"{name},{name}@{domain},{title},60,,{views == GONE}\n"
        for name, (title, domain, views) in people.items()
    ]
    world.write("contacts.csv", "Id,Email,Title,Employees,Changed,Gone\n" + "".join(contacts))
    views = [
        f"{name}-{at},{name},page_view,2024-05-01T10:0{at}:00Z,https://x.example/pricing\n"
        for name, (*_, count) in people.items()
        for at in range(count)
    ]
    world.write("activities.csv", "Id,Contact,Kind,When,Page\n" + "".join(views))


def _served(world: World) -> tuple[Summary, list[RuleUse], object]:
    """What the pages show, but for when."""
    with Serving.open_in(load_config(world.config)) as serving:
        summary = serving.summary("small")
        assert summary is not None
        rows = {
            lead.contact_id: (lead.score, lead.temperature, lead.rows)
            for name in NAMES
            if (lead := serving.lead("small", "crm", name)) is not None
        }
        (model,) = serving.models()
        timeless = replace(model, as_of=EVER, published_at=EVER, publication=0)
        return replace(summary, model=timeless), serving.uses("small"), rows
