"""The serving table as a sync fills it: the same answers as the lake, all at once, only changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leadline.demo import generate, write_workspace
from leadline.leads import ranked
from leadline.serving import LeadFilter, Serving
from leadline.serving.publishing import catch_up
from leadline.sync.run import sync
from leadline.workspace import Workspace, open_workspace

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
MODEL = "b2b-demo"
LEADS = 80


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    generate(tmp_path, contacts=LEADS, seed=3, today=NOW.date())
    write_workspace(tmp_path)
    with open_workspace(tmp_path / "config.toml") as opened:
        assert sync(opened, as_of=NOW, allow_changes=True).status == "succeeded"
        yield opened


@pytest.fixture
def serving(workspace: Workspace) -> Iterator[Serving]:
    with Serving.open_in(workspace.config) as opened:
        yield opened


def rename(workspace: Workspace, old: str, new: str) -> None:
    """Change the source's file."""
    file = workspace.config.base / "contacts.csv"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def digests(serving: Serving) -> dict[str, tuple[int, int]]:
    rows = serving.digests(MODEL).to_pylist()
    return {row["contact_id"]: (row["id"], row["digest"]) for row in rows}


def test_the_table_is_what_the_lake_has_in_the_same_order(
    workspace: Workspace, serving: Serving
) -> None:
    found = serving.leads(LeadFilter(MODEL), size=500)
    heads = [(lead.contact_id, lead.score, lead.grade, lead.temperature) for lead in found.rows]
    assert heads == [
        (lead.contact_id, lead.score, lead.grade, lead.temperature) for lead in ranked(workspace)
    ]
    assert (found.total, found.exact) == (LEADS, True)


def test_the_rows_of_every_lead_add_up_to_its_score(serving: Serving) -> None:
    excluded = 0
    for lead in serving.leads(LeadFilter(MODEL), size=500).rows:
        one = serving.lead(MODEL, lead.source, lead.contact_id)
        assert one is not None
        assert one.detailed
        assert sum(row.points for row in one.rows) == (one.score or 0)
        excluded += one.score is None
        assert [(step.day, step.score) for step in one.trail] == [(NOW.date(), one.score)]
    summary = serving.summary(MODEL)
    assert summary is not None
    assert summary.excluded == excluded == summary.temperatures["dead"]


def test_a_second_sync_touches_only_what_changed(workspace: Workspace, serving: Serving) -> None:
    before = digests(serving)
    lead = next(each for each in serving.leads(LeadFilter(MODEL)).rows if each.email)
    assert lead.email is not None
    rename(workspace, lead.email, "somebody.else@changed.example")
    assert sync(workspace, as_of=NOW, allow_changes=True).status == "succeeded"
    after = digests(serving)
    changed = {contact for contact in after if after[contact] != before[contact]}
    assert changed == {lead.contact_id}
    assert {each: row for each, (row, _) in after.items()} == {
        each: row for each, (row, _) in before.items()
    }
    found = serving.leads(LeadFilter(MODEL, search="body.else@chan"))
    assert [each.contact_id for each in found.rows] == [lead.contact_id]
    assert serving.leads(LeadFilter(MODEL, search=lead.email)).total == 0


def test_who_cooled_down_is_told_with_what_moved(workspace: Workspace, serving: Serving) -> None:
    assert serving.became(MODEL, NOW - timedelta(days=1)) == []  # a first publication moves nobody
    later = NOW + timedelta(days=60)
    assert sync(workspace, as_of=later, allow_changes=True).status == "succeeded"
    moves = serving.became(MODEL, NOW - timedelta(days=1))
    assert moves
    for move in moves:
        assert move.before != move.after
        assert move.at == later
        one = serving.lead(MODEL, move.source, move.contact_id)
        assert one is not None
        assert one.score == move.score_after
        assert [step.temperature for step in one.trail] == [move.before, move.after]
        assert move.because
    assert serving.became(MODEL, later + timedelta(seconds=1)) == []
    hot = serving.became(MODEL, NOW, to="hot")
    assert [move for move in moves if move.after == "hot"] == hot


def test_who_leaves_the_audience_is_gone(workspace: Workspace, serving: Serving) -> None:
    lead = next(each for each in serving.leads(LeadFilter(MODEL)).rows if each.email)
    file = workspace.config.base / "model.toml"
    audience = f"for = \"email IS NULL OR email <> '{lead.email}'\"\n"
    file.write_text(audience + file.read_text("utf-8"), "utf-8")
    with open_workspace(workspace.config.path) as changed:
        assert sync(changed, as_of=NOW, allow_changes=True).status == "succeeded"
    assert serving.lead(MODEL, lead.source, lead.contact_id) is None
    assert serving.leads(LeadFilter(MODEL)).total == LEADS - 1
    assert lead.email is not None
    assert serving.leads(LeadFilter(MODEL, search=lead.email)).total == 0


def test_a_changed_model_publishes_the_whole(workspace: Workspace, serving: Serving) -> None:
    before = digests(serving)
    file = workspace.config.base / "model.toml"
    file.write_text(file.read_text("utf-8").replace("points = 18", "points = 16"), "utf-8")
    with open_workspace(workspace.config.path) as changed:
        assert sync(changed, as_of=NOW, allow_changes=True).status == "succeeded"
        after = digests(serving)
        assert all(after[contact] != before[contact] for contact in after)
        assert serving.models()[0].version == changed.model.version
        for lead in serving.leads(LeadFilter(MODEL), size=10).rows:
            one = serving.lead(MODEL, lead.source, lead.contact_id)
            assert one is not None
            assert sum(row.points for row in one.rows) == (one.score or 0)


def test_a_reader_sees_the_old_leads_until_the_new_ones_are_whole(
    workspace: Workspace, serving: Serving
) -> None:
    rows = serving.every(LeadFilter(MODEL), "-score", 1_000)
    first = next(rows)
    later = NOW + timedelta(days=90)
    assert sync(workspace, as_of=later, allow_changes=True).status == "succeeded"
    assert {lead.as_of for lead in (first, *rows)} == {NOW}
    assert serving.leads(LeadFilter(MODEL)).rows[0].as_of == later


def test_a_publication_that_breaks_off_leaves_the_old_one(
    workspace: Workspace, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digests(serving)

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("leadline.serving.publication._replace", broken)
        with pytest.raises(KeyboardInterrupt):
            sync(workspace, as_of=NOW + timedelta(days=30), allow_changes=True)
    assert digests(serving) == before
    assert serving.models()[0].as_of == NOW
    sync(workspace, as_of=NOW + timedelta(days=30), allow_changes=True)
    assert serving.models()[0].as_of == NOW + timedelta(days=30)


def test_a_damaged_or_older_file_is_made_again(workspace: Workspace) -> None:
    file = workspace.config.workspace / "serving.db"
    for spoil in (lambda: file.write_bytes(b"no database at all" * 1_000), lambda: _age(file)):
        spoil()
        with Serving.open_in(workspace.config) as opened:
            assert opened.leads(LeadFilter(MODEL)).rows == ()
            assert catch_up(workspace)
            assert opened.leads(LeadFilter(MODEL)).total == LEADS
            lead = opened.leads(LeadFilter(MODEL)).rows[0]
            one = opened.lead(MODEL, lead.source, lead.contact_id)
            assert one is not None
            assert (one.detailed, one.rows) == (False, ())
            assert not catch_up(workspace)
            sync(workspace, as_of=NOW, allow_changes=True)
            one = opened.lead(MODEL, lead.source, lead.contact_id)
            assert one is not None
            assert one.detailed


def test_a_sync_mends_a_file_that_is_damaged_inside(workspace: Workspace) -> None:
    file = workspace.config.workspace / "serving.db"
    with file.open("r+b") as stream:
        stream.seek(4096)
        stream.write(b"\xff" * (file.stat().st_size - 4096))
    assert sync(workspace, as_of=NOW, allow_changes=True).status == "succeeded"
    with Serving.open_in(workspace.config) as opened:
        assert opened.leads(LeadFilter(MODEL)).total == LEADS


def test_a_reader_notices_that_the_file_was_deleted(workspace: Workspace, serving: Serving) -> None:
    assert serving.leads(LeadFilter(MODEL)).total == LEADS
    for ending in ("", "-wal", "-shm"):
        (workspace.config.workspace / f"serving.db{ending}").unlink(missing_ok=True)
    assert serving.leads(LeadFilter(MODEL)).total == 0
    assert catch_up(workspace)
    assert serving.leads(LeadFilter(MODEL)).total == LEADS


def _age(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 0")
