"""A source over a simulated portal, and a lake of what its pulls bring, kept as the host does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from leadline.batches import Batch, Source, Stream, output_schema
from leadline.vocabulary import FieldType
from leadline_hubspot import companies, contacts
from leadline_hubspot.api import Api
from leadline_hubspot.settings import HubSpotSettings
from leadline_sandbox.hubspot import Hub
from tests.connectors import pulling
from tests.connectors.pulling import Row

WANTED = {
    "first_name": FieldType.TEXT,
    "job_title": FieldType.TEXT,
    "company": FieldType.TEXT,
    "company.employees": FieldType.INTEGER,
    "lifecycle_stage": FieldType.TEXT,
}
OUTPUT = output_schema(["fit"]).remove(0)


def source_of(
    hub: Hub,
    folder: Path,
    *,
    wanted: Mapping[str, FieldType] = WANTED,
    fields: Mapping[str, str] | None = None,
    company_fields: Mapping[str, str] | None = None,
    links_to: str = "",
    write: Mapping[str, str] | None = None,
    output: pa.Schema = OUTPUT,
    **settings: Any,
) -> Source:
    """The portal as a source; what is not named here is a setting of the connector."""
    signed = settings if "oauth" in settings else {"access_token": hub.token, **settings}
    return Source(
        name="hs",
        connector="hubspot",
        settings=HubSpotSettings.model_validate({"base_url": hub.url, **signed}),
        base=folder,
        state=folder / "state",
        time_zone=ZoneInfo("Europe/Warsaw"),
        fields=fields or {},
        company_fields=company_fields or {},
        wanted=wanted,
        links_to=links_to,
        write=write or {},
        output=output,
    )


class Reading(pulling.Reading):
    """Pulls of a portal's contacts or companies."""

    def __init__(self, source: Source, stream: Stream = Stream.CONTACTS) -> None:
        super().__init__(source, stream)
        self.api = Api(source)

    def fetch(self) -> Iterable[Batch]:
        fetch = contacts.fetch if self.stream is Stream.CONTACTS else companies.fetch
        return fetch(self.source, self.api, self.checkpoint)

    def forget_sweep(self, days: int) -> None:
        """Let the last full sweep have been so many days earlier."""
        assert self.checkpoint is not None
        swept = self.checkpoint["swept"]
        assert isinstance(swept, int)
        self.checkpoint = {**self.checkpoint, "swept": swept - days * 86_400_000}

    @property
    def live(self) -> dict[str, Row]:
        """The records that there are, as far as the lake knows."""
        return {key: row for key, row in self.rows.items() if not row["deleted"]}


def held(hub: Hub, kind: str = "contacts") -> dict[str, dict[str, str | None]]:
    """What the portal itself holds of its live records: id → the fields that tests compare."""
    names = {"contacts": ("firstname", "jobtitle", "email"), "companies": ("name",)}[kind]
    return {
        record.id: {name: record.value(name) or None for name in names}
        for record in hub.store.records(kind)
    }


def brought(rows: Mapping[str, Row], kind: str = "contacts") -> dict[str, dict[str, str | None]]:
    """Rows in the form of `held`."""
    fields = {
        "contacts": {"first_name": "firstname", "job_title": "jobtitle", "email": "email"},
        "companies": {"company": "name"},
    }[kind]
    return {
        key: {name: row.get(field) or None for field, name in fields.items()}
        for key, row in rows.items()
    }
