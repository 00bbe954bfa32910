"""A world of facts put into a real lake, and scored there by the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pyarrow as pa

from leadline.batches import Stream, activity_schema, contact_schema
from leadline.lake import Lake
from leadline.model import Model
from leadline.scoring.engine import Engine
from leadline.scoring.people import Identity
from leadline.vocabulary import DERIVED_FIELDS, RECORD_FIELDS
from tests.laws import pools
from tests.reference.scorer import Columns
from tests.reference.world import Record, World

SOURCE = "crm"
# The worlds have few addresses, and their laws are those of one record: none is to link two.
_ALONE = Identity(shared_mailboxes=("ada", "bob", "x@y"))
_WANTED = {
    name: kind
    for name, kind in pools.FACTS.items()
    if name not in DERIVED_FIELDS and name not in RECORD_FIELDS
}


@contextmanager
def fresh(zone: ZoneInfo) -> Iterator[Lake]:
    """An empty lake that is gone afterwards."""
    with TemporaryDirectory(prefix="leadline-law-") as folder:
        yield Lake.open(Path(folder) / "lake", zone)


def table(stream: Stream, records: Iterable[Record]) -> pa.Table:
    """Records as a connector's typed batch."""
    key = "contact_id" if stream is Stream.CONTACTS else "activity_id"
    schema = contact_schema(_WANTED) if stream is Stream.CONTACTS else activity_schema()
    return pa.Table.from_pylist([{**each.facts, key: each.id} for each in records], schema=schema)


def learn(lake: Lake, stream: Stream, records: Sequence[Record], seq: int = 1) -> None:
    """Commit records as one batch, at the instant at which they were learned."""
    if records:
        at = records[0].learned_at
        rows = table(stream, records)
        lake.commit(stream, SOURCE, rows, learned_at=at, seq=seq, checkpoint={"seq": seq})


def fill(lake: Lake, world: World) -> None:
    """Commit a whole world, one batch for each instant at which something was learned."""
    records = [(Stream.CONTACTS, each) for each in world.contacts]
    records += [(Stream.ACTIVITIES, each) for each in world.activities]
    instants = sorted({each.learned_at for _, each in records})
    for seq, at in enumerate(instants, start=1):
        for stream in Stream:
            now = [each for kind, each in records if kind is stream and each.learned_at == at]
            learn(lake, stream, now, seq)


def engine(lake: Lake) -> Engine:
    """The embedded engine over a lake."""
    return Engine(lake, pools.FACTS, time_zone=lake.zone, identity=_ALONE)


def score(lake: Lake, model: Model, as_of: datetime, *, detail: bool = True) -> dict[str, Columns]:
    """Contact id → the wide row, without its keys."""
    rows = engine(lake).score(model, as_of, detail=detail).to_pylist()
    keys = ("source", "contact_id", "published")
    answer = {
        row["contact_id"]: {name: value for name, value in row.items() if name not in keys}
        for row in rows
    }
    assert len(answer) == len(rows), "a contact was scored twice"
    return answer
