"""A plan as a file: what it is and how long on the first line, then a zip of JSON and Arrow."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

import pyarrow as pa
from pydantic import TypeAdapter

from leadline.errors import UsageError, WorkspaceError
from leadline.sync.plan import Plan

_MARK = b"leadline plan "
_FORMAT = 2
_HEAD = re.compile(rb"leadline plan (\d+) (\S+) (\d+) ([0-9a-f]{64})\n")
_LONGEST_HEAD = 200
_AGAIN = "make a new plan with leadline plan --out"


@dataclass(frozen=True, slots=True)
class Scorer:
    """A model of a plan: `content` is what its version stands for."""

    name: str
    version: str
    content: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A plan that was looked at: the scores it publishes, what it writes, and its ground."""

    run_id: str
    as_of: datetime
    models: tuple[Scorer, ...]
    scores: pa.Table
    plans: Mapping[str, Plan]
    ground: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A plan file's bytes, proven to be those that its first line speaks of."""

    run_id: str
    digest: str
    body: bytes


def can_keep(path: Path) -> None:
    """UsageError unless a plan can be put there: a new file, or an older plan to replace."""
    if path.is_dir():
        raise UsageError(f"--out {path} is a folder: name a file")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"--out {path}: there is no folder {path.absolute().parent}; make it")
    if path.exists() and not _read(path, len(_MARK)).startswith(_MARK):
        raise UsageError(f"--out {path} is there already and is no plan: choose another name")


def write_plan(path: Path, kept: Kept) -> str:
    """Put the plan there, whole or not at all; answers its digest."""
    body = _body(kept)
    digest = hashlib.sha256(body).hexdigest()
    head = f"leadline plan {_FORMAT} {kept.run_id} {len(body)} {digest}\n".encode()
    fresh = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        try:
            fresh.write_bytes(head + body)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WorkspaceError(f"the plan cannot be written to {path}: {reason}") from error
    return digest


def read_sealed(path: Path) -> Sealed:
    """The file's bytes; UsageError where there is no plan, or it is cut short or changed."""
    content = _read(path)
    head = _HEAD.match(content[:_LONGEST_HEAD])
    if head is None:
        cut = content.startswith(_MARK) or _MARK.startswith(content[: len(_MARK)])
        what = "is a plan cut short or changed" if cut and content else "is no leadline plan"
        raise UsageError(f"{path} {what}: name a file that leadline plan --out wrote")
    if int(head[1]) != _FORMAT:
        raise UsageError(f"{path} was written by another version of leadline: {_AGAIN}")
    body, length, digest = content[head.end() :], int(head[3]), head[4].decode()
    if len(body) < length:
        raise UsageError(
            f"{path} is cut short, at {len(body):,} of {length:,} bytes: copy it again, or {_AGAIN}"
        )
    if hashlib.sha256(body).hexdigest() != digest:
        raise UsageError(f"{path} has been changed since it was written: {_AGAIN}")
    return Sealed(head[2].decode(errors="replace"), digest, body)


def opened(sealed: Sealed) -> Kept:
    """The plan inside; only for bytes whose digest the ledger knows."""
    with zipfile.ZipFile(io.BytesIO(sealed.body)) as archive:
        said: dict[str, Any] = json.loads(archive.read("plan.json"))
        return Kept(
            run_id=said["run_id"],
            as_of=datetime.fromisoformat(said["as_of"]),
            models=tuple(Scorer(**each) for each in said["models"]),
            scores=_table(archive, "scores.arrow"),
            plans={name: _plan(archive, name, each) for name, each in said["sources"].items()},
            ground=said["ground"],
        )


def _body(kept: Kept) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        said = {
            "run_id": kept.run_id,
            "as_of": kept.as_of.isoformat(),
            "models": [dataclasses.asdict(each) for each in kept.models],
            "sources": {name: _said(archive, name, plan) for name, plan in kept.plans.items()},
            "ground": dict(kept.ground),
        }
        _put(archive, "scores.arrow", kept.scores)
        archive.writestr("plan.json", json.dumps(said, indent=2))
    return sink.getvalue()


def _said(archive: zipfile.ZipFile, name: str, plan: Plan) -> dict[str, object]:
    """Everything that a plan holds: tables as Arrow files, the rest as JSON."""
    said: dict[str, object] = {}
    for field in dataclasses.fields(Plan):
        value = getattr(plan, field.name)
        if isinstance(value, pa.Table):
            _put(archive, f"{name}/{field.name}.arrow", value)
        else:
            said[field.name] = _types()[field.name].dump_python(value, mode="json")
    return said


def _plan(archive: zipfile.ZipFile, name: str, said: Mapping[str, object]) -> Plan:
    values: dict[str, Any] = {}
    for field in dataclasses.fields(Plan):
        if field.name in said:
            values[field.name] = _types()[field.name].validate_python(said[field.name])
        else:
            values[field.name] = _table(archive, f"{name}/{field.name}.arrow")
    return Plan(**values)


@cache
def _types() -> Mapping[str, TypeAdapter[Any]]:
    """How each field of a plan that is no table is read and written."""
    hints = get_type_hints(Plan)
    return {name: TypeAdapter(hint) for name, hint in hints.items() if hint is not pa.Table}


def _put(archive: zipfile.ZipFile, name: str, table: pa.Table) -> None:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_file(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    archive.writestr(name, sink.getvalue().to_pybytes())


def _table(archive: zipfile.ZipFile, name: str) -> pa.Table:
    return pa.ipc.open_file(pa.BufferReader(archive.read(name))).read_all()


def _read(path: Path, most: int = -1) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(most)
    except FileNotFoundError:
        raise UsageError(f"there is no plan {path}: leadline plan --out {path} makes one") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(f"the plan {path} cannot be read: {reason}") from None
