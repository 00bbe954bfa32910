"""Whatever happens in a portal, and wherever pulls break off, the rows end up right."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from leadline_hubspot.instants import iso
from leadline_sandbox.hubspot import Hub, portal
from leadline_sandbox.hubspot.feeds import Form

from .activity_world import DAY, Pulls, source_of

STEPS = 30


class Life:
    """Random changes of a portal, the same for the same seed."""

    def __init__(self, hub: Hub, seed: int) -> None:
        self.hub, self.draw = hub, random.Random(seed)
        self.contacts = [self._contact() for _ in range(4)]
        self.calls: list[str] = []
        self.deals: list[str] = []
        self.forms: list[Form] = [hub.store.feeds.form(name) for name in ("Contact", "Demo")]
        self.mailing = hub.store.feeds.mailing("News")
        self._strangers = 0

    def step(self) -> None:
        """One thing happens."""
        acts: list[Callable[[], None]] = [
            self._call,
            self._associate,
            self._delete_call,
            self._deal,
            self._close,
            self._submit,
            self._strange_submission,
            self._meet_stranger,
            self._open,
            self._visit,
            self._stage,
        ]
        self.draw.choice(acts)()

    def _contact(self, email: str = "") -> str:
        number = self.draw.randrange(10**9)
        return self.hub.store.create("contacts", {"email": email or f"p{number}@x.example"}).id

    def _address(self) -> str:
        record = self.hub.store.get("contacts", self.draw.choice(self.contacts))
        assert record is not None
        return record.value("email")

    def _call(self) -> None:
        call = self.hub.store.create("calls", {"hs_timestamp": iso(self.hub.clock.ms() - DAY)})
        self.calls.append(call.id)
        self.hub.store.link("calls", call.id, "contacts", self.draw.choice(self.contacts))

    def _associate(self) -> None:
        if self.calls:
            ends = self.draw.choice(self.calls), self.draw.choice(self.contacts)
            self.hub.store.link("calls", ends[0], "contacts", ends[1])

    def _delete_call(self) -> None:
        if self.calls:
            self.hub.store.archive("calls", self.calls.pop())

    def _deal(self) -> None:
        deal = self.hub.store.create("deals", {"dealname": "x", "amount": "10"})
        self.deals.append(deal.id)
        self.hub.store.link("deals", deal.id, "contacts", self.draw.choice(self.contacts))

    def _close(self) -> None:
        if self.deals:
            won = self.draw.choice(["true", "false"])
            deal = self.draw.choice(self.deals)
            self.hub.store.calculate(
                "deals", deal, {"hs_is_closed": "true", "hs_is_closed_won": won}
            )
            self.hub.store.update("deals", deal, {"closedate": iso(self.hub.clock.ms())})

    def _submit(self, address: str = "") -> None:
        form, at = self.draw.choice(self.forms), self.hub.clock.ms()
        self.hub.store.feeds.submit(form, at, {"email": address or self._address()})

    def _strange_submission(self) -> None:
        self._submit(f"stranger{self._strangers}@x.example")

    def _meet_stranger(self) -> None:
        self.contacts.append(self._contact(f"stranger{self._strangers}@x.example"))
        self._strangers += 1

    def _open(self) -> None:
        self.hub.store.feeds.mailed("OPEN", self._address(), self.hub.clock.ms(), self.mailing)

    def _visit(self) -> None:
        contact = self.draw.choice(self.contacts)
        url = {"hs_url": "https://x.example"}
        self.hub.store.feeds.event("e_visited_page", contact, self.hub.clock.ms(), **url)

    def _stage(self) -> None:
        stage = self.draw.choice(["lead", "opportunity", "customer"])
        contact = self.draw.choice(self.contacts)
        self.hub.store.update("contacts", contact, {"lifecyclestage": stage})


@pytest.mark.parametrize("seed", range(4))
def test_pulls_in_any_rhythm_end_where_one_pull_ends(tmp_path: Path, seed: int) -> None:
    with portal(contacts=0, limited=False) as hub:
        life = Life(hub, seed)
        world = Pulls(source_of(hub, tmp_path / "world", page_size=2))
        for step in range(STEPS):
            life.step()
            if step % 5 == 4:
                most = life.draw.choice([None, 2, 5, 9, 14])
                life.draw.choice([world.pull, world.lose])(most)
        world.pull()
        world.let_pass(days=8)
        world.pull()
        fresh = Pulls(source_of(hub, tmp_path / "fresh"))
        fresh.pull()
    assert world.lake == fresh.lake
    assert len(fresh.lake) > 10
