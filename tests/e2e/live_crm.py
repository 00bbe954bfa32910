"""A CRM in one JSON file that people work in at once: stages go into its own fields.

A plugin of one file. `"die_after": N` in the file ends the process after N contacts were written.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from leadline.batches import (
    Batch,
    Capabilities,
    Checkpoint,
    Finding,
    Known,
    Outcome,
    Source,
    Support,
    WriteResult,
)
from leadline.hookspecs import Connector, hookimpl

OURS = ("score", "fit", "engagement", "grade", "temperature", "scored_at")


class Settings(BaseModel):
    """The keys of the source's table."""

    model_config = ConfigDict(extra="forbid")

    file: str = Field(description="The JSON file.")


class LiveCrm:
    """One source: every contact is read each time."""

    def __init__(self, source: Source) -> None:
        assert isinstance(source.settings, Settings)
        self.source, self.path = source, source.base / source.settings.file

    @hookimpl
    def check(self) -> Iterable[Finding]:
        yield Finding(str(self.path), self.path.is_file())

    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        contacts = self._read()["contacts"]
        names = ["contact_id", *self.source.fields]
        rows = {
            name: pa.array(
                [each.get(self.source.fields.get(name, name), "") for each in contacts.values()]
                if name != "contact_id"
                else list(contacts),
                pa.string(),
            )
            for name in names
        }
        held = {contact: each for contact, each in contacts.items() if self._name("score") in each}
        known = {"contact_id": pa.array(list(held), pa.string())}
        for name in OURS:
            values = [each.get(self._name(name)) for each in held.values()]
            known[name] = pa.array(values, pa.int32() if name in OURS[:3] else pa.string())
        yield Batch(pa.table(rows), {"read": True}, known=Known(pa.table(known), complete=True))

    @hookimpl
    def write_scores(self, changes: pa.Table) -> Iterator[WriteResult]:
        for row in changes.to_pylist():
            data = self._read()
            contact = data["contacts"][row["contact_id"]]
            for name in OURS:
                value = row[name]
                contact[self._name(name)] = (
                    value if isinstance(value, int) else value and str(value)
                )
            if row.get("stage") is not None:
                contact[row["stage_field"]] = row["stage"]
                data["stages_written"] = [*data.get("stages_written", []), row["contact_id"]]
            left = data.get("die_after")
            if left is not None:
                data["die_after"] = left - 1
            self.path.write_text(json.dumps(data), encoding="utf-8")
            if left == 1:
                os._exit(9)
            yield WriteResult(row["contact_id"], Outcome.WRITTEN)

    def _name(self, name: str) -> str:
        return self.source.write.get(name, name)

    def _read(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
        return data


@hookimpl
def register_connectors() -> list[Connector]:
    can = Capabilities(write=Support.FULL, stages=Support.FULL, live=True, batch_size=2)
    return [Connector("live", Settings, can, LiveCrm)]
