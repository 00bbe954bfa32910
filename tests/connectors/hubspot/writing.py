"""A portal that scores are written to, and the connector at work on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from pydantic import SecretStr

from leadline.batches import Finding, Outcome, Source, WriteResult, output_schema
from leadline_hubspot import limits
from leadline_hubspot.api import Api
from leadline_hubspot.checking import check, fix
from leadline_hubspot.settings import HubSpotSettings
from leadline_hubspot.write import write
from leadline_sandbox.hubspot import Hub, portal

NOW = datetime(2026, 11, 20, 10, 30, 0, 123_456, UTC)
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
        results = list(write(self.source, self.api, changes(rows)))
        assert [len(results), {each.contact_id for each in results}] == [
            len(rows),
            {row["contact_id"] for row in rows},
        ]
        return {each.contact_id: each for each in results}

    def stage(self, contact_id: str, value: str, field: str = "lifecyclestage") -> WriteResult:
        """One contact's result of writing a stage."""
        return self.write({"contact_id": contact_id, "stage": value, "stage_field": field})[
            contact_id
        ]

    def check(self) -> dict[str, Finding]:
        return {each.subject: each for each in check(self.source, self.api)}

    def fix(self) -> dict[str, Finding]:
        return {each.subject: each for each in fix(self.source, self.api)}


def changes(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Changes with a score of 40 unless the row says otherwise."""
    usual = {"score": 40, "fit": 30, "engagement": 10, "grade": "A2", "temperature": "warm"}
    usual |= {"reasons": "Head of IT", "model_version": "v1", "scored_at": NOW}
    staged = ("stage", "stage_field") if any("stage" in row for row in rows) else ()
    schema = output_schema(["fit", "engagement"], staged)
    return pa.Table.from_pylist([{**usual, **row} for row in rows], schema=schema)


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
        output = output_schema(["fit", "engagement"]).remove(0)
        opened = Source(
            name="hub",
            connector="hubspot",
            settings=given,
            base=folder,
            state=folder / "state",
            time_zone=ZoneInfo("UTC"),
            **{"output": output, "stages": STAGES, **(source or {})},
        )
        found = Desk(hub, opened, Api(opened))
        if fixed:
            assert all(each.ok for each in found.fix().values())
            hub.journal.clear()
        yield found


class FastClock:
    """Time that passes only while somebody waits: a hold of ten seconds takes none."""

    def __init__(self) -> None:
        self.now = 0.0

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def install(self, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(limits, "now", lambda: self.now)
        patch.setattr(limits, "pause", self.pause)


def outcomes(results: Mapping[str, WriteResult]) -> dict[str, Outcome]:
    return {contact_id: each.outcome for contact_id, each in results.items()}
