"""Whatever happens in an org, and wherever pulls break off, the rows end up right."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from leadline_sandbox.salesforce import Org, org
from leadline_sandbox.salesforce.records import Record

from .activity_world import Pulls, ago, contact, email, event, lead, source_of, task
from .writing import fast_clock

STEPS = 45


class Life:
    """Random changes of an org, the same for the same seed."""

    def __init__(self, crm: Org, seed: int) -> None:
        self.crm, self.draw = crm, random.Random(seed)
        for number in range(4):
            lead(crm, f"Lead {number}")
            contact(crm, f"Contact {number}")
        self.campaign = crm.store.create("Campaign", {"Name": "Fair", "Type": "Webinar"}).id

    def step(self) -> None:
        """One thing happens, some seconds or some hours after the last."""
        self.crm.clock.advance(self.draw.choice([0, 1, 30, 700, 20_000]))
        self.crm.options.commit_lag_seconds = self.draw.choice([0, 0, 0, 200])
        acts: list[Callable[[], object]] = [
            self._task,
            self._close,
            self._share,
            self._meet,
            self._write,
            self._open,
            self._respond,
            self._deal,
            self._win,
            self._role,
            self._stage,
            self._convert,
            self._merge,
            self._delete,
            self._restore,
        ]
        self.draw.choice(acts)()

    def _people(self) -> list[Record]:
        found = [*self.crm.store.records("Lead"), *self.crm.store.records("Contact")]
        return [each for each in found if not each.value("IsConverted")]

    def _who(self) -> str:
        return self.draw.choice(self._people()).id

    def _any(self, kind: str, deleted: bool = False) -> Record | None:
        found = self.crm.store.records(kind, deleted)
        return self.draw.choice(found) if found else None

    def _task(self) -> None:
        status = self.draw.choice(["Completed", "Not Started"])
        task(self.crm, self._who(), Status=status, TaskSubtype=self.draw.choice(["Call", "Email"]))

    def _close(self) -> None:
        if found := self._any("Task"):
            self.crm.store.update("Task", found.id, {"Status": "Completed"})

    def _share(self) -> None:
        if found := self._any("Task"):
            relation = {"TaskId": found.id, "RelationId": self._who()}
            self.crm.store.create("TaskRelation", relation)

    def _meet(self) -> None:
        days = self.draw.choice([-400, -2, 1, 3])
        event(self.crm, self._who(), self.crm.clock.now() + timedelta(days=days))

    def _write(self) -> None:
        logged = self._any("Task")
        linked = {"ActivityId": logged.id} if logged else {}
        email(self.crm, self._who(), incoming=self.draw.random() < 0.3, **linked)

    def _open(self) -> None:
        if found := self._any("EmailMessage"):
            opened = {"FirstOpenedDate": ago(self.crm, minutes=1)}
            self.crm.store.update("EmailMessage", found.id, opened)

    def _respond(self) -> None:
        found = self._any("CampaignMember")
        if found is None or self.draw.random() < 0.5:
            who = self._who()
            field = "LeadId" if who.startswith("00Q") else "ContactId"
            member = {"CampaignId": self.campaign, field: who, "Status": "Sent"}
            self.crm.store.create("CampaignMember", member)
        else:
            status = self.draw.choice(["Sent", "Registered", "Attended"])
            self.crm.store.update("CampaignMember", found.id, {"Status": status})

    def _deal(self) -> None:
        close = (self.crm.clock.now() + timedelta(days=9)).date().isoformat()
        values = {"Name": "x", "StageName": "Prospecting", "CloseDate": close, "Amount": 10}
        self.crm.store.create("Opportunity", values)

    def _win(self) -> None:
        if found := self._any("Opportunity"):
            stage = self.draw.choice(["Closed Won", "Closed Lost", "Proposal"])
            self.crm.store.update("Opportunity", found.id, {"StageName": stage})

    def _role(self) -> None:
        deal, who = self._any("Opportunity"), self._any("Contact")
        if deal and who:
            role = {"OpportunityId": deal.id, "ContactId": who.id, "IsPrimary": False}
            self.crm.store.create("OpportunityContactRole", role)

    def _stage(self) -> None:
        found = self._any("Lead")
        if found and not found.value("IsConverted"):
            status = self.draw.choice(["Working", "Nurturing", "Qualified"])
            self.crm.store.update("Lead", found.id, {"Status": status})

    def _convert(self) -> None:
        found = self._any("Lead")
        if found and not found.value("IsConverted"):
            self.crm.store.convert(found.id)

    def _merge(self) -> None:
        there = self.crm.store.records("Contact")
        if len(there) > 2:
            winner, loser = self.draw.sample(there, 2)
            self.crm.store.merge("Contact", winner.id, loser.id)

    def _delete(self) -> None:
        kinds = ("Task", "Event", "EmailMessage", "CampaignMember", "Opportunity", "TaskRelation")
        kind = self.draw.choice(kinds)
        if found := self._any(kind):
            self.crm.store.delete(kind, found.id)

    def _restore(self) -> None:
        if found := self._any("Task", deleted=True):
            self.crm.store.undelete("Task", found.id)


@pytest.mark.parametrize("seed", range(6))
def test_pulls_in_any_rhythm_end_where_one_pull_ends(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast_clock(monkeypatch)
    with org(contacts=0, short_pages=True) as crm:
        life = Life(crm, seed)
        above = 0 if seed % 2 else 2000
        world = Pulls(crm, source_of(crm, tmp_path / "world", bulk_above=above))
        for step in range(STEPS):
            life.step()
            if step % 6 == 5:
                most = life.draw.choice([None, 2, 4, 7])
                life.draw.choice([world.pull, world.lose])(most)
        crm.clock.advance(300)
        world.pull()
        fresh = Pulls(crm, source_of(crm, tmp_path / "fresh"))
        fresh.pull()
    assert world.lake == fresh.lake
    assert len(fresh.lake) > 5
