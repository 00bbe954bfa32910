"""A real browser, headless: one for all tests, a context of its own for each visit."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from .conftest import PASSWORDS

_PATIENCE = 15_000  # milliseconds, for machines that do much else
_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Plotly brings a sheet for maps, which no page has: that the policy refuses it is as it should be.
_EXPECTED = "Applying inline style violates"


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser that is installed; the test is skipped where there is none."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("no Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        # Containers often run as root, under which Chromium's own sandbox does not start.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True)
class Visit:
    """Somebody at a server's pages. errors: what the browser complained about."""

    page: Page
    url: str
    errors: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page, and wait until its later parts are there."""
        self.page.goto(self.url + path)
        self.settle()

    def settle(self) -> None:
        """Wait until the later parts of the page are there."""
        self.page.wait_for_selector("[aria-busy]", state="detached")

    def sign_in(self, name: str) -> None:
        """By the form, as a person does."""
        self.page.goto(f"{self.url}/login")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORDS[name])
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/login" not in url)

    def text(self, selector: str = "main") -> str:
        return self.page.inner_text(selector)


@contextmanager
def visit(
    browser: Browser, url: str, who: httpx.Client | None = None, scheme: str = "light", **size: int
) -> Iterator[Visit]:
    """A visit by whoever signed in with that client, or by nobody yet.

    scheme: "light" or "dark", as the device says. size: width and height of the screen.
    """
    screen: Any = {"color_scheme": scheme, **({"viewport": size} if size else {})}
    context = browser.new_context(**screen)
    context.set_default_timeout(_PATIENCE)
    for cookie in () if who is None else who.cookies.jar:
        context.add_cookies([{"name": cookie.name, "value": cookie.value or "", "url": url}])
    made = Visit(context.new_page(), url)
    made.page.on(
        "console",
        lambda said: (
            made.errors.append(said.text)
            if said.type == "error" and not said.text.startswith(_EXPECTED)
            else None
        ),
    )
    made.page.on("pageerror", lambda error: made.errors.append(str(error)))
    try:
        yield made
    finally:
        context.close()
