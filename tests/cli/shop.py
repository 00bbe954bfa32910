"""A connector in one file that keeps the contract, as text for tests to break in one place each."""

from __future__ import annotations

SHOP = """
from __future__ import annotations

import json
import logging
import os
import time
import weakref

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from leadline.batches import Batch, Capabilities, Finding, Known, Outcome, Support, WriteResult
from leadline.hookspecs import Connector, hookimpl

IDS = ["ada", "bob", "cyd", "dan", "eve"]
VIEWS = [f"view-{name}" for name in IDS]


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    token: SecretStr = Field(description="The token.")


class Shop:
    def __init__(self, source):
        self.source, self.file = source, source.base / "shop.json"
        self.log = logging.getLogger("shop")

    @hookimpl
    def check(self):
        yield Finding("shop", True, "open")

    @hookimpl
    def fetch_contacts(self, since):
        self.log.debug("asked")
        held = self._held()
        for place in self._places(since):
            ids = IDS[place : place + 2]
            known = {n: [held.get(i, {}).get(n) for i in ids] for n in self.source.output.names}
            at = "2026-01-05T09:00:00Z"
            rows = pa.table({"contact_id": ids, "updated_at": [at] * len(ids)})
            table = pa.table({"contact_id": ids, **known})
            table = table.cast(pa.schema([table.schema.field(0), *self.source.output]))
            yield Batch(rows, {"from": place + 2}, known=Known(table))

    @hookimpl
    def fetch_activities(self, since):
        for place in self._places(since):
            ids = VIEWS[place : place + 2]
            rows = pa.table({"activity_id": ids, "contact_id": IDS[place : place + 2]})
            rows = rows.append_column("type", pa.array(["page_view"] * len(ids)))
            rows = rows.append_column("occurred_at", pa.array(["2026-01-05"] * len(ids)))
            yield Batch(rows, {"from": place + 2})

    @hookimpl
    def write_scores(self, changes):
        held = self._held()
        for row in changes.to_pylist():
            del row["scored_at"]
            held[row.pop("contact_id")] = row
        self.file.write_text(json.dumps(held))
        yield from (WriteResult(i, Outcome.WRITTEN) for i in changes["contact_id"].to_pylist())

    def _held(self):
        return json.loads(self.file.read_text()) if self.file.exists() else {}

    def _places(self, since):
        start = since["from"] if since else 0
        return range(start, len(IDS), 2)


@hookimpl
def register_connectors():
    can = Capabilities(activities=Support.FULL, write=Support.FULL, merges=Support.UNSUPPORTED)
    return [Connector("shop", Settings, can, Shop)]
"""

TABLES = """
[plugins]
files = ["shop.py"]

[sources.shop]
connector = "shop"
token = "s3cret-of-the-shop"
"""
