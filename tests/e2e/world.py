"""A small workspace of real files, and the command line to work on it."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from leadline.cli import main

DAY = "2024-05-01"

CONFIG = """
workspace = "var"
models = ["model.toml"]
time_zone = "UTC"

[sources.crm]
connector = "csv"
contacts = "contacts.csv"
activities = "activities.csv"
output = "scores.csv"

[sources.crm.fields]
contact_id = "Id"
email = "Email"
job_title = "Title"
company.employees = "Employees"
updated_at = "Changed"

[sources.crm.activity_fields]
activity_id = "Id"
contact_id = "Contact"
type = "Kind"
occurred_at = "When"
url = "Page"
"""

MODEL = """
name = "small"

[dimensions.fit]
max = 50
[dimensions.engagement]
max = 50

[[rules]]
name = "Head of something"
dimension = "fit"
when = "job_title ILIKE 'head of%'"
points = 20

[[rules]]
name = "Fifty or more"
dimension = "fit"
when = "company.employees >= 50"
points = 15

[[rules]]
name = "Pricing page"
dimension = "engagement"
activity = "page_view"
when = "url LIKE '%/pricing%'"
points = 20
decay = "half 10 days"
within = "90 days"

[[rules]]
name = "Asked for a demo"
dimension = "engagement"
activity = "demo_request"
points = 30
within = "120 days"
once = true

[[exclusions]]
name = "Competitor"
when = "email_domain = 'rival.example'"

[grades]
fit = { A = 30, B = 15 }
engagement = { 1 = 30, 2 = 10 }

[[temperatures]]
name = "hot"
from = 60
release = 50
[[temperatures]]
name = "warm"
from = 25
release = 20
"""

CONTACTS = """Id,Email,Title,Employees,Changed
ada,ada@north.example,Head of IT,200,2024-04-01
bob,bob@south.example,Developer,10,2024-04-02
cyd,cyd@rival.example,Head of Sales,80,2024-04-03
dan,,,,2024-04-04
"""

ACTIVITIES = """Id,Contact,Kind,When,Page
1,ada,page_view,2024-05-01T10:00:00Z,https://x.example/pricing
2,ada,demo_request,2024-05-01T11:00:00Z,
3,bob,page_view,2024-04-21T10:00:00Z,https://x.example/pricing
"""

# At the end of DAY, worked out by hand: ada 20 + 15 + 20 + 30, bob 20 halved once.
SCORES = {"ada": "85", "bob": "10", "cyd": "", "dan": "0"}


@dataclass(frozen=True, slots=True)
class Result:
    """What a command said, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document it must be."""
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The message, unwrapped; fails unless it is one and no traceback."""
        assert "Traceback" not in self.err + self.out, self.err
        assert self.err.startswith(("leadline: ", "Usage: ")), self.err
        return " ".join(self.err.split())


@dataclass(frozen=True, slots=True)
class World:
    """A folder with a config, a model and a CRM of files."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def output(self) -> Path:
        return self.folder / "scores.csv"

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def change(self, name: str, old: str, new: str) -> None:
        """Replace a text in a file; the text must be there."""
        text = (self.folder / name).read_text("utf-8")
        assert old in text, f"{name} has no {old!r}"
        self.write(name, text.replace(old, new))

    def run(self, command: str, *arguments: str, columns: int = 120) -> Result:
        """A command on this workspace, in this process: the same entry point, faster."""
        return run_here(command, *arguments, "-c", str(self.config), columns=columns)

    def sync(self, *arguments: str, status: int = 0) -> dict[str, Any]:
        """`sync --json`, which must end with this status."""
        done = self.run("sync", "--json", *arguments)
        assert done.status == status, done
        document: dict[str, Any] = done.document
        return document

    def leads(self) -> dict[str, dict[str, Any]]:
        """The published leads by id."""
        return {lead["contact_id"]: lead for lead in self.run("leads", "--json").document}

    def rows(self) -> dict[str, dict[str, str]]:
        """The output file by contact id; a contact that stands there twice fails."""
        with self.output.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        found = {row["contact_id"]: row for row in rows}
        assert len(found) == len(rows)
        return found

    def scores(self) -> dict[str, str]:
        """The output file's scores."""
        return {contact_id: row["score"] for contact_id, row in self.rows().items()}


def make_world(folder: Path, config: str = CONFIG, model: str = MODEL) -> World:
    folder.mkdir(parents=True, exist_ok=True)
    world = World(folder)
    for name, text in (
        ("config.toml", config),
        ("model.toml", model),
        ("contacts.csv", CONTACTS),
        ("activities.csv", ACTIVITIES),
    ):
        world.write(name, text)
    return world


def run_here(*arguments: str, columns: int = 120) -> Result:
    """`leadline …` through its own entry point, without the time a new process takes to start."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    with (
        patch.object(sys, "argv", ["leadline", *arguments]),
        patch.dict(os.environ, {"COLUMNS": str(columns)}),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as leaving:
            status = int(leaving.code or 0)
    return Result(status, out.getvalue(), err.getvalue())


def run_process(
    *arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None, prefix: str = ""
) -> Result:
    """`leadline …` as a process of its own; `prefix` is Python that runs in it before."""
    done = subprocess.run(
        [*start(prefix), *arguments],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "120", **(env or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def start(prefix: str = "") -> list[str]:
    """What starts leadline in a new process."""
    return [sys.executable, "-c", f"{prefix}\nfrom leadline.cli import main; main()"]
