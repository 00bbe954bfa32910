"""A source over a simulated org, and a lake of what its pulls bring, kept as the host does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from leadline.batches import Batch, Source, Stream, output_schema
from leadline.vocabulary import FieldType
from leadline_salesforce import companies, contacts
from leadline_salesforce.api import Api
from leadline_salesforce.settings import SalesforceSettings
from leadline_sandbox.salesforce import Org
from tests.connectors import pulling
from tests.connectors.pulling import Row

WANTED = {
    "first_name": FieldType.TEXT,
    "job_title": FieldType.TEXT,
    "country": FieldType.TEXT,
    "company": FieldType.TEXT,
    "company.employees": FieldType.INTEGER,
    "lifecycle_stage": FieldType.TEXT,
}
OUTPUT = output_schema(["fit"]).remove(0)
MINUTE, DAY, FOR_EVER = 60, 86_400, 1e9  # seconds


def source_of(
    crm: Org,
    folder: Path,
    *,
    wanted: Mapping[str, FieldType] = WANTED,
    fields: Mapping[str, str] | None = None,
    company_fields: Mapping[str, str] | None = None,
    write: Mapping[str, str] | None = None,
    output: pa.Schema = OUTPUT,
    **settings: Any,
) -> Source:
    """The org as a source; what is not named here is a setting of the connector."""
    given = {"instance_url": crm.url, **settings}
    if not given.keys() & {"jwt", "client_credentials", "password"}:
        given.setdefault("session_id", crm.session_id)
    return Source(
        name="sf",
        connector="salesforce",
        settings=SalesforceSettings.model_validate(given),
        base=folder,
        state=folder / "state",
        time_zone=ZoneInfo("Europe/Warsaw"),
        fields=fields or {},
        company_fields=company_fields or {},
        wanted=wanted,
        write=write or {},
        output=output,
    )


def jwt(crm: Org) -> dict[str, Any]:
    """The settings of a sign-in with the connected app's key."""
    return {
        "jwt": {
            "consumer_key": crm.consumer_key,
            "username": crm.username,
            "private_key": crm.private_key,
        }
    }


class Reading(pulling.Reading):
    """Pulls of an org's people or accounts, each as a sync of its own."""

    def fetch(self) -> Iterable[Batch]:
        fetch = contacts.fetch if self.stream is Stream.CONTACTS else companies.fetch
        return fetch(self.source, Api(self.source), self.checkpoint)

    @property
    def live(self) -> dict[str, Row]:
        """The records that there are, as far as the lake knows; a converted lead is none."""
        return {
            key: row
            for key, row in self.rows.items()
            if not row["deleted"] and not row.get("merged_into")
        }


def held(crm: Org) -> dict[str, dict[str, str | None]]:
    """What the org itself holds of leads and contacts: id → the fields that tests compare."""
    return {
        record.id: {name: record.values.get(name) for name in ("FirstName", "Title", "Email")}
        for kind in ("Lead", "Contact")
        for record in crm.store.records(kind)
        if not record.values.get("IsConverted")
    }


def brought(rows: Mapping[str, Row]) -> dict[str, dict[str, str | None]]:
    """Rows in the form of `held`."""
    names = {"FirstName": "first_name", "Title": "job_title", "Email": "email"}
    return {key: {n: row.get(f) for n, f in names.items()} for key, row in rows.items()}
