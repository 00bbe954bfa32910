"""Laws of a plan, over any scores and whatever the source is known to hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.batches import Source, Stream, contact_schema
from leadline.ledger import Origin
from leadline.sync.plan import Plan, plan
from leadline.workspace import Workspace, open_workspace

MODEL = """
name = "m"
[dimensions.fit]
max = 50
[dimensions.engagement]
max = 50
[[rules]]
name = "A mail"
dimension = "fit"
when = "email IS NOT NULL"
points = 1
[[temperatures]]
name = "hot"
from = 60
stage = "mql"
[[temperatures]]
name = "warm"
from = 30
stage = "lead"
"""
CONFIG = """
models = ["model.toml"]
[write]
stages = "write"
min_change = {min_change}
[sources.crm]
connector = "csv"
contacts = "contacts.csv"
output = "scores.csv"
[sources.crm.stages]
mql = {{ field = "Stage", write = "MQL", from = ["Lead", ""] }}
lead = {{ field = "Stage", write = "Lead", from = ["Open"] }}
"""
ALLOWED = {"hot": ("MQL", {"Lead", ""}), "warm": ("Lead", {"Open"})}
AT = datetime(2026, 5, 1, 23, 59, tzinfo=UTC)
IDS = ("a", "b", "c", "d")

numbers = st.integers(0, 50)
answers = st.none() | st.fixed_dictionaries(
    {
        "fit": numbers,
        "engagement": numbers,
        "grade": st.sampled_from(["A1", "B2"]),
        "temperature": st.sampled_from(["hot", "warm", "cold"]),
    }
)
stages = st.sampled_from(["Lead", "Open", "MQL", "Customer", "lead", ""])
worlds = st.fixed_dictionaries({contact: st.tuples(answers, answers, stages) for contact in IDS})


@contextmanager
def opened(min_change: int, current: dict[str, str]) -> Iterator[tuple[Workspace, Source]]:
    """A workspace whose lake holds these values of the stage field."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.toml").write_text(CONFIG.format(min_change=min_change), "utf-8")
        (folder / "model.toml").write_text(MODEL, "utf-8")
        with open_workspace(folder / "config.toml") as workspace:
            source = workspace.sources["crm"]
            rows = [{"contact_id": one, "stage_field": now or None} for one, now in current.items()]
            workspace.lake.commit(
                Stream.CONTACTS,
                "crm",
                pa.Table.from_pylist(rows, schema=contact_schema(source.wanted)),
                learned_at=AT,
                seq=1,
                checkpoint={},
            )
            yield workspace, source


def scores_of(answers_: dict[str, dict[str, object] | None], at: datetime) -> pa.Table:
    """Rows as the engine makes them; an answer that is None is an exclusion."""
    rows = [
        {
            "source": "crm",
            "contact_id": contact,
            "model": "m",
            "model_version": "v",
            "as_of": at,
            "score": None if answer is None else answer["fit"] + answer["engagement"],  # type: ignore[operator]  # both are numbers
            "dimensions": None
            if answer is None
            else [(name, answer[name]) for name in ("fit", "engagement")],
            "grade": answer and answer["grade"],
            "temperature": "dead" if answer is None else answer["temperature"],
            "reasons": None,
        }
        for contact, answer in answers_.items()
    ]
    kinds: dict[str, pa.DataType] = {
        **dict.fromkeys(("source", "contact_id", "model", "model_version"), pa.string()),
        "as_of": pa.timestamp("us", "UTC"),
        "score": pa.int32(),
        "dimensions": pa.map_(pa.string(), pa.int32()),
        **dict.fromkeys(("grade", "temperature", "reasons"), pa.string()),
    }
    return pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))


def write(workspace: Workspace, made: Plan, at: datetime) -> None:
    """What a push of the plan lets the ledger know."""
    workspace.ledger.known.learn("crm", made.changes, Origin.WRITE, at)


@settings(max_examples=25, deadline=None)
@given(worlds, st.integers(0, 60))
def test_plans_keep_their_laws(
    world: dict[str, tuple[dict[str, object] | None, dict[str, object] | None, str]],
    min_change: int,
) -> None:
    current = {contact: stage for contact, (_, _, stage) in world.items()}
    later = AT + timedelta(days=1)
    with opened(min_change, current) as (workspace, source):
        first = plan(workspace, source, scores_of({c: w[0] for c, w in world.items()}, AT))
        allowed_only(first, {c: w[0] for c, w in world.items()}, current)
        write(workspace, first, AT)
        again = plan(workspace, source, scores_of({c: w[0] for c, w in world.items()}, AT))
        assert again.changes.num_rows == 0, "the second sync of one day writes nothing"

        second = plan(workspace, source, scores_of({c: w[1] for c, w in world.items()}, later))
        allowed_only(second, {c: w[1] for c, w in world.items()}, current)
        written = set(second.changes["contact_id"].to_pylist())
        waits = {c for c, (was, now, _) in world.items() if moved_a_little(was, now, min_change)}
        assert written == {c for c, (was, now, _) in world.items() if was != now} - waits
        assert second.held == len(waits)
        assert second.unchanged == len(world) - len(written)
        write(workspace, second, later)
        weeks = later + timedelta(days=8)
        last = plan(workspace, source, scores_of({c: w[1] for c, w in world.items()}, weeks))
        assert set(last.changes["contact_id"].to_pylist()) == waits, "drift is written weekly"


def allowed_only(
    made: Plan, answers_: dict[str, dict[str, object] | None], current: dict[str, str]
) -> None:
    """A stage is written from a value that `from` lists, and from no other."""
    for row in made.changes.to_pylist():
        answer = answers_[row["contact_id"]]
        value, allowed = ALLOWED.get(str(answer and answer["temperature"]), (None, set[str]()))
        expected = value if current[row["contact_id"]] in allowed else None
        assert row["stage"] == expected


def moved_a_little(
    was: dict[str, object] | None, now: dict[str, object] | None, min_change: int
) -> bool:
    """The same labels, and neither score nor dimension moved by as much as `min_change`."""
    if was is None or now is None or was == now:
        return False
    if (was["grade"], was["temperature"]) != (now["grade"], now["temperature"]):
        return False
    steps = [int(str(now[name])) - int(str(was[name])) for name in ("fit", "engagement")]
    return max(abs(sum(steps)), *map(abs, steps)) < min_change
