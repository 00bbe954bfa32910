"""A whole workspace over CSV files, as a user has it: config, model, contacts and activities."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from leadline.model import Model
from leadline.sync.run import Report, sync
from leadline.workspace import Workspace, open_workspace
from tests.laws import pools
from tests.reference.scorer import Columns
from tests.reference.world import Record

_CONTACT = [name for name in pools.ABOUT_PEOPLE if name != "email_domain"] + ["email"]
_ACTIVITY = ["contact_id", "type", *pools.ABOUT_ACTIVITIES]


@dataclass(frozen=True, slots=True)
class Office:
    """The folder of one workspace."""

    folder: Path

    @property
    def output(self) -> Path:
        return self.folder / "scores.csv"

    def save(self, contacts: Iterable[Record], activities: Iterable[Record]) -> None:
        """Write both files anew, as a CRM's export does."""
        _write(self.folder / "contacts.csv", "contact_id", _CONTACT, contacts)
        _write(self.folder / "activities.csv", "activity_id", _ACTIVITY, activities)

    @contextmanager
    def opened(self) -> Iterator[Workspace]:
        with open_workspace(self.folder / "config.toml") as workspace:
            yield workspace

    def sync(self, as_of: datetime, *, full: bool = False) -> Report:
        """Run `leadline sync`; nothing may go wrong."""
        with self.opened() as workspace:
            report = sync(workspace, as_of=as_of, full=full)
        assert report.status == "succeeded", report.as_json()
        return report

    def points(self, as_of: datetime) -> dict[str, Columns]:
        """Contact id → every step of its score, without the label, which has a memory."""
        with self.opened() as workspace:
            rows = workspace.engine.score(workspace.model, as_of, detail=True).to_pylist()
        return {row.pop("contact_id"): {**row, "temperature": None} for row in rows}


@contextmanager
def office(model: Model) -> Iterator[Office]:
    """A workspace of its own that is gone afterwards."""
    with TemporaryDirectory(prefix="leadline-office-") as name:
        made = Office(Path(name))
        (made.folder / "config.toml").write_text(_config(), encoding="utf-8")
        (made.folder / "model.toml").write_text(_model_text(model), encoding="utf-8")
        yield made


def _config() -> str:
    # The headings are leadline's own names.
    fields = "\n".join(f"{_toml(name)} = {_toml(name)}" for name in ["contact_id", *_CONTACT])
    about = "\n".join(f"{name} = {_toml(name)}" for name in ["activity_id", *_ACTIVITY])
    return f"""
workspace = "var"
models = ["model.toml"]
[fields]
rating = "number"
[sources.crm]
connector = "csv"
contacts = "contacts.csv"
activities = "activities.csv"
output = "scores.csv"
complete = true
[sources.crm.fields]
{fields}
[sources.crm.activity_fields]
{about}
"""


def _model_text(model: Model) -> str:
    """The model as a TOML file: everything inline."""
    table = json.loads(model.content)
    for rule in table["rules"]:
        rule["points"] = _number(rule["points"])
    return "\n".join(f"{key} = {_toml(value)}" for key, value in table.items())


def _number(points: object) -> object:
    """Points as a file has them: numbers, and not texts."""
    if isinstance(points, dict):
        return {value: _number(each) for value, each in points.items()}
    return [_number(each) for each in points] if isinstance(points, list) else float(str(points))


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{_toml(key)} = {_toml(inside)}" for key, inside in value.items())
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write(path: Path, key: str, columns: list[str], records: Iterable[Record]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([key, *columns])
        for each in records:
            writer.writerow([each.id, *(_cell(each.facts.get(name)) for name in columns)])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ";".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)
