"""The data of the benchmarks: a synced demo workspace, and its CSV as Parquet in time order."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from deltalake import DeltaTable

from leadline.demo import generate, write_workspace
from leadline.sync.run import sync
from leadline.workspace import open_workspace

TODAY = date(2026, 11, 1)
MODEL = Path(__file__).with_name("model.toml")
EDITS = (("points = 18", "points = 22"), ("from = 50", "from = 55"))


@dataclass(frozen=True, slots=True)
class Data:
    """Where the files are. clustered: the lake's own; timely: the CRM's order, one per table."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def clustered(self, table: str) -> list[str]:
        return DeltaTable(self.folder / "var" / "lake" / table).file_uris()

    def timely(self, table: str) -> list[str]:
        return [str(self.folder / f"{table}.parquet")]

    def draft(self) -> Path:
        """The model with one rule's points and the hottest label's threshold edited."""
        path = self.folder / "draft.toml"
        text = MODEL.read_text(encoding="utf-8")
        for old, new in EDITS:
            if old not in text:
                raise SystemExit(f"{MODEL} has no {old!r} to edit")
            text = text.replace(old, new, 1)
        path.write_text(text, encoding="utf-8")
        return path


def prepare(folder: Path, contacts: int) -> Data:
    """Generate and sync once; later calls find it there."""
    data = Data(folder)
    if not (folder / "activities.parquet").exists():
        generate(folder, contacts, today=TODAY)
        _one_address_each(folder)
        write_workspace(folder)
        shutil.copy(MODEL, folder / "model.toml")
        with open_workspace(data.config) as workspace:
            sync(workspace)
            workspace.lake.compact(force=True)
        _timely(folder)
    return data


def _one_address_each(folder: Path) -> None:
    """No two contacts are one person: rules written by hand would not put them together."""
    with duckdb.connect() as con:
        con.execute(
            f"""COPY (SELECT * REPLACE ("Contact ID" || '@' || split_part(Email, '@', 2) AS Email)
            FROM read_csv('{folder}/contacts.csv', all_varchar = true, quote = '"'))
            TO '{folder}/unlike.csv' (HEADER)"""
        )
    (folder / "unlike.csv").replace(folder / "contacts.csv")


def _timely(folder: Path) -> None:
    """The export as it comes, typed and in time order, under the lake's column names."""
    with duckdb.connect() as con:
        con.execute("SET memory_limit = '2GiB'")
        con.execute(
            f"""COPY (SELECT "Contact ID"::VARCHAR AS contact_id, lower(split_part(Email, '@', 2))
            AS email_domain, "Job title" AS job_title, Seniority AS seniority,
            Department AS department, Industry AS company__industry,
            Employees::BIGINT AS company__employees, Budget::DECIMAL(18, 2) AS budget,
            "Planned purchase"::DATE AS planned_purchase_date
            FROM read_csv('{folder}/contacts.csv', all_varchar = true, quote = '"'))
            TO '{folder}/contacts.parquet' (COMPRESSION zstd)"""
        )
        types = (
            "CASE Activity " + " ".join(f"WHEN '{label}' THEN '{kind}'" for label, kind in LABELS)
        ) + " ELSE Activity END"
        con.execute(
            f"""COPY (SELECT "Contact ID"::VARCHAR AS contact_id, {types} AS type,
            "When"::TIMESTAMP AS occurred_at,
            date_diff('day', DATE '1970-01-01', "When"::TIMESTAMP)::INTEGER AS day,
            Name AS name, URL AS url FROM read_csv('{folder}/activities.csv', all_varchar = true,
            quote = '"')) TO '{folder}/activities.parquet' (COMPRESSION zstd)"""
        )


# The export's words for the types that the model names.
LABELS = (
    ("Page view", "page_view"),
    ("Email clicked", "email_click"),
    ("Email bounced", "email_bounce"),
    ("Content downloaded", "content_download"),
    ("Webinar attended", "webinar_attend"),
    ("Form submitted", "form_submit"),
    ("Chat", "chat"),
    ("Demo requested", "demo_request"),
    ("Trial started", "trial_start"),
    ("Meeting held", "meeting"),
    ("Call", "call"),
    ("Unsubscribed", "unsubscribe"),
)
