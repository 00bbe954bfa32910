"""Spark's scores are DuckDB's, integer for integer and type for type."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given, settings

from leadline.cli.demo import run as make_demo
from leadline.errors import WorkspaceError
from leadline.model import Model
from leadline.scoring.spark import SparkEngine
from leadline.scoring.spark_session import Sessions
from leadline.workspace import open_workspace
from tests.laws import lakes, pools
from tests.laws.models import models
from tests.laws.worlds import ZONES, worlds
from tests.reference.world import World

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

KEYS = [("source", "ascending"), ("contact_id", "ascending")]


def _sorted(rows: pa.Table) -> pa.Table:
    return rows.sort_by(KEYS).combine_chunks()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo in a folder whose name is a pattern to others; scored by Spark by its config."""
    folder = tmp_path_factory.mktemp("demo") / "a [b] {c} *"
    make_demo(folder, 2000, 7)
    config = folder / "config.toml"
    told = (
        '\n[spark]\nmaster = "local[2]"\n[spark.settings]\n"spark.sql.shuffle.partitions" = "2"\n'
    )
    config.write_text('engine = "spark"\n' + config.read_text("utf-8") + told, "utf-8")
    return config


def test_the_demo_is_scored_alike(spark: SparkSession, demo: Path) -> None:
    with open_workspace(demo) as workspace:
        engine = workspace.engine
        assert isinstance(engine, SparkEngine)
        for as_of in (datetime.now(UTC), datetime.now(UTC) - timedelta(days=30)):
            expected = engine.embedded.score(workspace.model, as_of, detail=True)
            found = engine.score(workspace.model, as_of, detail=True)
            assert expected.num_rows > 1000
            assert found.schema == expected.schema
            assert _sorted(found).equals(_sorted(expected))


def test_nothing_is_left_behind(spark: SparkSession, demo: Path) -> None:
    with open_workspace(demo) as workspace:
        workspace.engine.score(workspace.model, datetime.now(UTC))
        assert list(workspace.lake.root.glob(".temporary-*")) == []


def test_one_contact_needs_no_spark(demo: Path) -> None:
    with open_workspace(demo) as workspace:
        engine = SparkEngine(workspace.engine, Sessions("no such master"))
        everybody = workspace.lake.session()
        workspace.lake.relation(everybody, "contacts")
        contact = everybody.execute("SELECT source, contact_id FROM contacts LIMIT 1").fetchone()
        everybody.close()
        assert contact is not None
        row = engine.score(workspace.model, datetime.now(UTC), contact=contact)
        assert row.num_rows == 1


@settings(max_examples=4)
@given(model=models(), world=worlds())
def test_any_model_is_scored_alike(
    spark: SparkSession, sessions: Sessions, model: Model, world: World
) -> None:
    zone = ZONES[len(model.rules) % len(ZONES)]
    with lakes.fresh(zone) as lake:
        lakes.fill(lake, world)
        embedded = lakes.engine(lake)
        expected = embedded.score(model, pools.TODAY, detail=True)
        found = SparkEngine(embedded, sessions).score(model, pools.TODAY, detail=True)
        assert found.schema == expected.schema
        assert _sorted(found).equals(_sorted(expected))


def test_a_machine_without_java_is_told_what_to_install(
    demo: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        open_workspace(demo) as workspace,
        pytest.raises(WorkspaceError, match="openjdk-17-jre-headless"),
    ):
        workspace.engine.score(workspace.model, datetime.now(UTC))


def test_an_old_java_is_told(demo: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_392\"' >&2\n")
    java.chmod(0o755)
    assert subprocess.run([java, "-version"], check=True, capture_output=True).stderr
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with open_workspace(demo) as workspace, pytest.raises(WorkspaceError, match="Java 8"):
        workspace.engine.score(workspace.model, datetime.now(UTC))
