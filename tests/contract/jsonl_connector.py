"""A connector over JSON-lines files: small enough to read at once, and it keeps the contract.

Each line is the whole record as it is from `updated_at` on; the last line of an id counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import FileIO
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from leadline.batches import (
    Batch,
    Capabilities,
    Checkpoint,
    Finding,
    Outcome,
    Reject,
    Source,
    Support,
    WriteResult,
)
from leadline.errors import RetryLater, SignInError, SourceError
from leadline.hookspecs import Connector, hookimpl


class Settings(BaseModel):
    """The keys of the source's table."""

    model_config = ConfigDict(extra="forbid")

    contacts: Path = Field(description="JSON-lines file of contacts")
    activities: Path = Field(description="JSON-lines file of activities")
    companies: Path = Field(description="JSON-lines file of companies")
    output: Path = Field(description="JSON file that scores are written to")
    stages: Path = Field(description="JSON file with the stage fields of each contact")
    off: Path = Field(description="JSON file with the types of activity that do not come")
    door: Path = Field(description="JSON file with who is let in, and how often")
    key: SecretStr = Field(description="what the door asks for")
    page: int = Field(default=1_000, ge=1, description="rows per batch")


CAPABILITIES = Capabilities(
    activities=Support.FULL,
    companies=Support.FULL,
    deletes=Support.FULL,
    merges=Support.FULL,
    history=Support.UNSUPPORTED,
    write=Support.FULL,
    batch_size=3,
    stages=Support.FULL,
)


class Door:
    """What stands before the files: a key, a session, a limit, and a line that may break."""

    patience = 5  # calls that are refused as too many before the connector gives up

    def __init__(self, path: Path, key: SecretStr) -> None:
        self._path, self.key = path, key
        self.session: object = None

    def enter(self) -> dict[str, Any]:
        """One request: what the door says, once it lets the source in."""
        for _ in range(self.patience):
            door = _read(self._path)
            if door["key"] != self.key.get_secret_value():
                raise SignInError("the door takes another key: correct it in the config")
            if not door["too_many"]:
                self.session = door["session"]
                return door
            _replace(self._path, {**door, "too_many": door["too_many"] - 1})
        raise RetryLater("too many calls")

    def broke(self, door: dict[str, Any]) -> None:
        """The line is whole again."""
        _replace(self._path, {**door, "break_after": None})


class JsonLines:
    """One source: four files in, two out."""

    doors = Door

    def __init__(self, source: Source) -> None:
        settings = source.settings
        assert isinstance(settings, Settings)
        self.door = self.doors(source.base / settings.door, settings.key)
        self.page = settings.page
        self.contacts = source.base / settings.contacts
        self.activities = source.base / settings.activities
        self.companies = source.base / settings.companies
        self.output = source.base / settings.output
        self.stages = source.base / settings.stages
        self.off = source.base / settings.off
        self.been = source.state / "been"

    @hookimpl
    def check(self) -> Iterable[Finding]:
        for path in (self.contacts, self.activities):
            there = path.is_file()
            try:
                self.door.enter()
            except SignInError as error:
                yield Finding("door", False, str(error))
            yield Finding(str(path), there, "" if there else "there is no such file")

    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        return self._pages(self.contacts, "contact_id", since)

    @hookimpl
    def fetch_activities(self, since: Checkpoint | None) -> Iterator[Batch]:
        off = frozenset[str](json.loads(self.off.read_text(encoding="utf-8")))
        for batch in self._pages(self.activities, "activity_id", since):
            yield replace(batch, feeds_off=off)

    @hookimpl
    def fetch_companies(self, since: Checkpoint | None) -> Iterator[Batch]:
        return self._pages(self.companies, "company_id", since)

    @hookimpl
    def write_scores(self, changes: pa.Table) -> Iterator[WriteResult]:
        door = self.door.enter()
        scores, stages = _read(self.output), _read(self.stages)
        own = "stage_field" not in changes.column_names
        known = {key for _, key, _ in self._index(self.contacts, "contact_id")[0]}
        results = list[WriteResult]()
        for row in changes.to_pylist():
            contact_id = row.pop("contact_id")
            field, stage = row.pop("stage_field", None), row.get("stage")
            if not own:
                row.pop("stage")
            if door["break_after"] is not None and len(results) >= door["break_after"]:
                results.append(WriteResult(contact_id, Outcome.RETRY, "the line broke"))
            elif contact_id in door["refused"]:
                results.append(WriteResult(contact_id, Outcome.REJECTED, "a rule forbids it"))
            elif contact_id in known:
                if stage is not None and not own:
                    stages[contact_id] = {**stages.get(contact_id, {}), field: stage}
                scores[contact_id] = {n: str(v) for n, v in row.items() if v is not None}
                results.append(WriteResult(contact_id, Outcome.WRITTEN))
            else:
                results.append(WriteResult(contact_id, Outcome.REJECTED, "no such contact"))
        _replace(self.output, scores)
        if not own:
            _replace(self.stages, stages)
        self.door.broke(door)
        yield from results

    def _pages(self, path: Path, key: str, since: Checkpoint | None) -> Iterator[Batch]:
        self.door.enter()
        index, rejects = self._index(path, key)
        start = str(since["updated_at"]) if since else ""
        due = [entry for entry in sorted(index) if entry[0] >= start]
        with path.open("rb", buffering=0) as file:  # each page is read when it is asked for
            for first in range(0, len(due), self.page):
                page = due[first : first + self.page]
                self.door.enter()
                rows = [_line_at(file, offset, path) for *_, offset in page]
                yield Batch(
                    pa.Table.from_pylist(rows, schema=_text_schema(rows)),
                    checkpoint={"updated_at": page[-1][0]},
                    rejects=tuple(rejects) if first == 0 else (),
                )

    def _index(self, path: Path, key: str) -> tuple[list[tuple[str, str, int]], list[Reject]]:
        """When, which and where: the last line of each id; and the lines that cannot be read."""
        found: dict[str, tuple[str, str, int]] = {}
        rejects = []
        offset = 0
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    row = json.loads(line)
                    found[row[key]] = (row["updated_at"], row[key], offset)
                except (ValueError, KeyError, TypeError) as error:
                    reason = f"not a record with {key} and updated_at: {error}"
                    where = f"{path.name}:{number}"
                    rejects.append(Reject(where, reason, line.decode("utf-8", "replace")[:2000]))
                offset += len(line)
        return list(found.values()), rejects


def _line_at(file: FileIO, offset: int, path: Path) -> dict[str, Any]:
    file.seek(offset)
    try:
        row: dict[str, Any] = json.loads(file.readline())
    except ValueError as error:
        raise SourceError(f"{path} changed while it was read; sync again") from error
    return row


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def _replace(path: Path, content: dict[str, Any]) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(content, indent=1, sort_keys=True), encoding="utf-8")
    beside.replace(path)


def _text_schema(rows: list[dict[str, Any]]) -> pa.Schema:
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.schema([(name, pa.string()) for name in names])


@hookimpl
def register_connectors() -> list[Connector]:
    return [Connector("jsonl", Settings, CAPABILITIES, JsonLines)]
