"""What a plan stands on: facts, published scores, known values and config, each as a digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from leadline.ledger.payload import packed
from leadline.sync.pull import signature
from leadline.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Part of the ground → its digest. A part is words that end in what the part belongs to.
Ground = Mapping[str, str]

# Where state lies and what it costs decide nothing about what is written.
_ELSEWHERE = {"models", "sources", "workspace", "ledger", "lake", "memory_limit"}
_FACTS = ("contacts", "companies", "activities")


def ground(workspace: Workspace, targets: Iterable[str]) -> Ground:
    """The ground as it is now. targets: the sources that a plan writes to.

    The model is no part: a plan brings its own. Compaction of the lake moves nothing.
    """
    return {
        **dict(_lake(workspace)),
        **{f"known {name}": _known(workspace, name) for name in targets},
        **dict(_config(workspace)),
    }


def moved(before: Ground, after: Ground) -> list[str]:
    """Which parts differ, in words."""
    parts = dict.fromkeys((*before, *after))
    return [_words(part) for part in parts if before.get(part) != after.get(part)]


def _words(part: str) -> str:
    what, _, name = part.partition(" ")
    return {
        "facts": f"facts about {name} have been learned",
        "scores": f"scores of model {name} have been published",
        "known": f"the scores that source '{name}' holds are others: they were written or edited",
        "source": f"the config of source '{name}' has changed",
        "config": f"'{name}' in the config has changed",
    }[what]


def _lake(workspace: Workspace) -> Iterator[tuple[str, str]]:
    with workspace.lake.session(workspace.config.memory_limit) as con:
        for table in (*_FACTS, "feeds", "scores"):
            workspace.lake.relation(con, table)
        for table in _FACTS:
            query = (
                "SELECT source, count(*), sum(digest), sum(epoch_us(learned_at)) "
                f"FROM {table} GROUP BY source ORDER BY source"
            )
            for source, *sums in con.execute(query).fetchall():
                yield f"facts {table} of {source}", _digest([str(each) for each in sums])
        said = con.execute("SELECT source, max(statement) FROM feeds GROUP BY source ORDER BY 1")
        for source, statement in said.fetchall():
            yield f"facts feeds of {source}", str(statement)
        for model in workspace.models:
            yield f"scores {model.name}", _scores(con, model.name)


def _scores(con: DuckDBPyConnection, model: str) -> str:
    query = (
        "SELECT any_value(model_version), count(*), max(as_of)::VARCHAR, sum(score), "
        "sum(hash(source, contact_id, score, temperature, grade)) FROM scores WHERE model = $1"
    )
    return _digest([str(each) for each in con.execute(query, [model]).fetchall()[0]])


def _known(workspace: Workspace, source: str) -> str:
    """The values alone: seeing the same ones once more moves nothing."""
    known: pa.Table = workspace.ledger.known.table(source)
    return hashlib.sha256(packed(known.select(["contact_id", "values"]))).hexdigest()


def _config(workspace: Workspace) -> Iterator[tuple[str, str]]:
    table = workspace.config.document.table
    for name, source in workspace.sources.items():
        # Settings may hold secrets, which the signature masks; tables are mappings and never do.
        given = workspace.config.sources[name].settings
        mappings = {
            key: value for key, value in _source_table(table, name).items() if key not in given
        }
        # What is fetched follows from the model, which is looked at by itself.
        yield f"source {name}", _digest([signature(replace(source, wanted={})), mappings])
    for key, value in table.items():
        if key not in _ELSEWHERE:
            yield f"config {key}", _digest(value)


def _source_table(table: Mapping[str, object], name: str) -> Mapping[str, object]:
    sources = table.get("sources")
    found = sources.get(name) if isinstance(sources, dict) else None
    return found if isinstance(found, dict) else {}


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
