"""One source over a test's database, asked through the host as a sync asks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

from leadline.batches import (
    Batch,
    Checkpoint,
    Finding,
    Known,
    Source,
    Stream,
    WriteResult,
    output_schema,
)
from leadline.host import Host
from leadline.sync.admit import admit
from leadline.testing.bench import through_json
from leadline.vocabulary import FieldType

WANTED = {"job_title": FieldType.TEXT, "company": FieldType.TEXT}
OUTPUT = output_schema(["fit", "engagement"]).remove(0)


@dataclass(frozen=True)
class Opened:
    """A source with these settings; `source` changes other parts of its table."""

    settings: Mapping[str, object]
    base: Path
    source: Mapping[str, object] = field(default_factory=dict)

    def host(self) -> tuple[Host, Source]:
        """A host as of a new process."""
        host = Host.load({"sql": None})
        assert not host.refused, host.refused
        connector = host.connectors["sql"]
        state = self.base / "state"
        state.mkdir(exist_ok=True)
        parts: dict[str, object] = {
            "time_zone": ZoneInfo("UTC"),
            "wanted": WANTED,
            "output": OUTPUT,
            **self.source,
        }
        source = Source(
            "warehouse",
            "sql",
            connector.settings.model_validate(dict(self.settings)),
            base=self.base,
            state=state,
            **parts,  # type: ignore[arg-type]  # each part has its type at its call
        )
        host.add_source(source)
        return host, source

    def batches(
        self, stream: Stream = Stream.CONTACTS, since: Checkpoint | None = None
    ) -> list[Batch]:
        """What a fetch yields."""
        host, _ = self.host()
        fetch = {
            Stream.CONTACTS: host.fetch_contacts,
            Stream.ACTIVITIES: host.fetch_activities,
            Stream.COMPANIES: host.fetch_companies,
        }[stream]
        with fetch("warehouse", through_json(since)) as answer:
            return list(answer)

    def pulled(
        self, stream: Stream = Stream.CONTACTS, since: Checkpoint | None = None
    ) -> tuple[dict[str, dict[str, object]], list[str], Checkpoint]:
        """The rows by id as the host admits them, why others are not, and the last checkpoint."""
        found, reasons = {}, []
        _, source = self.host()
        batches = self.batches(stream, since)
        for batch in batches:
            rows, rejects = admit(batch, source, stream)
            found.update({str(row[stream.key]): row for row in rows.to_pylist()})
            reasons += [f"{reject.where}: {reject.reason}" for reject in rejects]
        return found, reasons, batches[-1].checkpoint

    def known(self, since: Checkpoint | None = None) -> dict[str, dict[str, object]]:
        """leadline's own values as a fetch of contacts tells them, by id."""
        told = [batch.known for batch in self.batches(since=since)]
        tables = [each.rows for each in told if isinstance(each, Known)]
        return {str(row["contact_id"]): row for table in tables for row in table.to_pylist()}

    def write(self, changes: pa.Table) -> dict[str, WriteResult]:
        """The results of a write, by id."""
        host, _ = self.host()
        return {each.contact_id: each for each in host.write_scores("warehouse", changes)}

    def check(self) -> dict[str, Finding]:
        """The findings by subject."""
        host, _ = self.host()
        return {each.subject: each for each in host.check("warehouse")}

    def fix(self) -> dict[str, Finding]:
        """What was made, by subject."""
        host, _ = self.host()
        return {each.subject: each for each in host.fix("warehouse")}


def changes(scores: Mapping[str, int | None], **columns: object) -> pa.Table:
    """A change for each contact; None empties its fields."""
    rows = [
        {
            "contact_id": contact_id,
            "score": score,
            "fit": score,
            "engagement": None if score is None else 0,
            "grade": None if score is None else "A1",
            "temperature": "dead" if score is None else "hot",
            "reasons": "Decision maker +20",
            "model_version": "m1",
            **columns,
        }
        for contact_id, score in scores.items()
    ]
    return pa.Table.from_pylist(rows, schema=output_schema(["fit", "engagement"]))
