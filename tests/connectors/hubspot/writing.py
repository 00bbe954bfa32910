"""A portal that scores are written to, and the connector at work on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from leadline.batches import Finding, Source, WriteResult
from leadline_hubspot import limits
from leadline_hubspot.api import Api
from leadline_hubspot.checking import check, fix
from leadline_hubspot.settings import HubSpotSettings
from leadline_hubspot.write import write
from leadline_sandbox.hubspot import Hub, portal
from tests.connectors.changes import OUTPUT, by_contact, changes
from tests.connectors.waiting import FastClock

STAGES = {
    "lifecyclestage": {
        "marketingqualifiedlead": frozenset({"", "subscriber", "lead"}),
        "lead": frozenset({"", "subscriber", "customer"}),
    },
    "hs_lead_status": {"OPEN": frozenset({"", "NEW"})},
}


@dataclass(frozen=True, slots=True)
class Desk:
    """One portal, one connector."""

    hub: Hub
    source: Source
    api: Api

    @property
    def calls(self) -> int:
        """How many calls the connector has made."""
        return self.source.meter.calls

    @property
    def contacts(self) -> list[str]:
        """The ids of the portal's live contacts."""
        return [record.id for record in self.hub.store.records("contacts")]

    def held(self, contact_id: str, name: str) -> str:
        """What a contact has in a property now; '' for nothing."""
        record = self.hub.store.get("contacts", contact_id)
        assert record is not None
        return record.value(name)

    def write(self, *rows: Mapping[str, Any]) -> dict[str, WriteResult]:
        """The results by contact; exactly one each."""
        return by_contact(write(self.source, self.api, changes(rows)), rows)

    def stage(self, contact_id: str, value: str, field: str = "lifecyclestage") -> WriteResult:
        """One contact's result of writing a stage."""
        return self.write({"contact_id": contact_id, "stage": value, "stage_field": field})[
            contact_id
        ]

    def check(self) -> dict[str, Finding]:
        return {each.subject: each for each in check(self.source, self.api)}

    def fix(self) -> dict[str, Finding]:
        return {each.subject: each for each in fix(self.source, self.api)}


@contextmanager
def desk(
    folder: Path,
    *,
    fixed: bool = True,
    settings: Mapping[str, Any] | None = None,
    source: Mapping[str, Any] | None = None,
    **options: Any,
) -> Iterator[Desk]:
    """A portal with leadline's properties, unless `fixed` is false."""
    with portal(**{"contacts": 12, **options}) as hub:
        given = HubSpotSettings(
            access_token=SecretStr(hub.token), base_url=hub.url, **(settings or {})
        )
        opened = Source(
            name="hub",
            connector="hubspot",
            settings=given,
            base=folder,
            state=folder / "state",
            time_zone=ZoneInfo("UTC"),
            **{"output": OUTPUT, "stages": STAGES, **(source or {})},
        )
        found = Desk(hub, opened, Api(opened))
        if fixed:
            assert all(each.ok for each in found.fix().values())
            hub.journal.clear()
        yield found


def fast_clock(patch: pytest.MonkeyPatch) -> FastClock:
    """Let the connector wait for as long as it likes: it takes no time."""
    return FastClock().install(patch, limits)
