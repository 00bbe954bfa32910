"""The web admin in a real browser: what a person of marketing operations does with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from leadline_sandbox.hubspot import Hub, portal

from .browsing import Visit, chromium, visit
from .conftest import Served, serving
from .portals import synced_portal

RECORDS = 'record_url = "https://app.hubspot.com/contacts/1/record/0-1/{contact_id}"\n'
MODEL = """\
name = "small"
[dimensions.fit]
max = 60
[[rules]]
name = "Head of something"
dimension = "fit"
when = "job_title ILIKE 'head of%'"
points = 45
[[rules]]
name = "Has a title"
dimension = "fit"
when = "job_title IS NOT NULL"
points = 5
[[rules]]
name = "Wants to buy"
dimension = "fit"
when = "budget > 1000000"
points = 10
[[temperatures]]
name = "hot"
from = 40
[[temperatures]]
name = "cold"
from = 0
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with portal(contacts=120, tier="pro", lag_seconds=0.0) as made:
        yield made


@pytest.fixture(scope="module")
def hubbed(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over a simulated HubSpot account that was synced once, its runner at work."""
    folder = tmp_path_factory.mktemp("hubbed")
    synced_portal(folder, hub, MODEL, RECORDS)
    with serving(folder) as served:
        served.server.start(served.url)
        yield served


@pytest.fixture
def ada(browser: Browser, hubbed: Served) -> Iterator[Visit]:
    """The admin, signed in."""
    with visit(browser, hubbed.url, hubbed.admin) as made:
        yield made
        assert made.errors == []


def make_hot(hub: Hub) -> str:
    """Give somebody without points a new job in the CRM; answers the contact's id."""
    cold = next(
        record
        for record in hub.store.records("contacts")
        if not (record.values.get("jobtitle") or "").lower().startswith("head of")
    )
    hub.store.update("contacts", cold.id, {"jobtitle": "Head of Rigging"})
    return str(cold.id)


def test_a_resync_is_asked_for_watched_and_its_hot_lead_explained(
    ada: Visit, hubbed: Served, hub: Hub
) -> None:
    contact = make_hot(hub)
    page, ledger = ada.page, hubbed.server.ledger
    with ledger.leases.take("workspace", "a test", 60.0):  # so that the run waits to be watched
        ada.go("/runs")
        page.get_by_role("button", name="Resync").click()
        expect(page.get_by_role("progressbar", name="Progress of hub")).to_be_visible()
        expect(page.get_by_role("status").first).to_have_text("Running: hub.")
        expect(page.get_by_role("button", name="Cancel request")).to_be_visible()
    expect(page.get_by_role("status").first).to_contain_text("succeeded", timeout=10_000)
    ada.go("/")
    page.locator(f'a[href*="/leads/hub/{contact}"]').first.click()
    expect(page.locator(".score")).to_have_text("50")
    expect(page.locator(".chart .main-svg").first).to_be_visible()
    ada.settle()
    rows = page.get_by_role("region", name="What each row counted").locator("tbody tr")
    assert [row.split("\t")[0] for row in rows.all_inner_texts()] == [
        "Head of something",
        "Has a title",
    ]
    assert "no budget; could give +10" in ada.text("section:has(#unknown)")
    link = page.locator("section:has(#where) a")
    assert link.get_attribute("href") == f"https://app.hubspot.com/contacts/1/record/0-1/{contact}"


def test_a_change_of_a_rule_is_checked_while_typing_and_its_plan_shown(
    ada: Visit, hubbed: Served
) -> None:
    page = ada.page
    ada.go("/model")
    page.get_by_role("link", name="Try a change").click()
    text = page.get_by_label("model.toml")
    text.fill(MODEL.replace('"Has a title"\ndimension = "fit"', '"Has a title"\ndimension = "fat"'))
    problems = page.locator("#said")
    expect(problems).to_contain_text("1 problem")
    expect(problems).to_contain_text("fat")
    expect(text).to_have_attribute("aria-invalid", "true")
    text.fill(MODEL.replace("points = 5\n", "points = 41\n"))
    expect(problems).to_contain_text("This would be version")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the copy").click()
    assert "points = 41" in Path(download.value.path()).read_text("utf-8")
    page.get_by_role("button", name="Show the plan").click()
    plan = page.locator("#result")
    expect(plan).to_contain_text("Has a title")
    assert "a day reach sales" in ada.text()
    moves = page.locator("section:has(#moves) tbody tr").first
    assert moves.inner_text().split("\t")[:2] == ["cold", "hot"]
    assert "points = 41" not in (hubbed.server.config.base / "model.toml").read_text("utf-8")


def test_whoever_may_only_look_is_offered_nothing_else_and_refused_it(
    browser: Browser, hubbed: Served
) -> None:
    with visit(browser, hubbed.url, hubbed.viewer) as vic:
        for path, name in (("/runs", "Resync"), ("/model", "Try a change")):
            vic.go(path)
            expect(vic.page.get_by_text(name, exact=True)).to_have_count(0)
        vic.page.goto(f"{hubbed.url}/model/try")
        expect(vic.page.get_by_role("alert")).to_contain_text("may look, but not act")


def test_somebody_who_did_not_sign_in_sees_the_form_alone(browser: Browser, hubbed: Served) -> None:
    with visit(browser, hubbed.url) as nobody:
        nobody.page.goto(f"{hubbed.url}/leads?temperature=hot")
        assert nobody.page.title() == "Sign in – leadline"  # noqa: RUF001 -- the title's own dash
        nobody.page.get_by_label("Name").fill("ada")
        nobody.page.get_by_label("Password").fill("a wrong password")
        nobody.page.get_by_role("button", name="Sign in").click()
        expect(nobody.page.get_by_role("alert")).to_contain_text("do not fit")
        nobody.sign_in("ada")


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_every_page_fits_its_screen_and_breaks_no_policy(
    browser: Browser, hubbed: Served, scheme: str, width: int
) -> None:
    with visit(browser, hubbed.url, hubbed.admin, scheme, width=width, height=800) as ada:
        for path in ("/", "/leads", "/model", "/runs", "/sources", "/account", "/quarantine"):
            ada.go(path)
            wider = ada.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wider == 0, path
            assert ada.page.get_by_role("heading", level=1).count() == 1
        assert ada.errors == []


def test_the_chosen_look_is_kept_and_the_content_is_reached_by_keyboard(ada: Visit) -> None:
    page = ada.page
    ada.go("/leads")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.get_by_role("button", name="Switch between light and dark").click()
    chosen = page.locator("html").get_attribute("data-theme")
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == chosen == "dark"
