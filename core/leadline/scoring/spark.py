"""The distributed engine: the heavy part of the compiled query run by Spark over the lake's files.

DuckDB links records into persons and holds what is small; Spark reads the activities' Parquet files
by itself, runs the same tree in its own dialect, and leaves the rows as Parquet in the workspace.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pyarrow as pa
import sqlglot
from sqlglot import exp

from leadline.lake.schemas import sql_type
from leadline.lake.sql import name, scan, text
from leadline.scoring.dialect import Dialect
from leadline.scoring.dialects import said
from leadline.scoring.engine import Engine
from leadline.scoring.spark_session import Sessions, spoken

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pyspark.sql import DataFrame, SparkSession

    from leadline.lake.snapshots import Snapshot
    from leadline.scoring.compiler import Question

_ACTIVITIES = "activities"
# Relations of the embedded engine that say how the lake's activities become those of persons.
_MOVED, _RESETS = "moved", "resets"


class SparkEngine(Engine):
    """Scores everybody with Spark, and some persons with DuckDB: the integers are the same."""

    at_once = 1  # a Spark session has one set of views

    def __init__(self, embedded: Engine, sessions: Sessions) -> None:
        """The same facts as an embedded engine's, scored in these sessions."""
        self.__dict__.update(embedded.__dict__)
        self.embedded, self._sessions = embedded, sessions

    def _rows(
        self,
        con: DuckDBPyConnection,
        question: Question,
        known_at: datetime,
        everybody: bool,
    ) -> str:
        if not everybody:
            return super()._rows(con, question, known_at, everybody)
        query = question.query()
        types = con.execute(f"DESCRIBE {query.sql(dialect='duckdb')}").fetchall()
        with self._folder() as folder, self._sessions.open() as spark, spoken():
            for table in _relations(query):
                if table != _ACTIVITIES:
                    _hand_over(con, spark, table, query, folder)
            self._show_activities(con, spark, known_at, folder)
            rows = spark.sql(said(query, Dialect.SPARK).sql(dialect="spark"))
            rows.write.parquet(f"file://{folder / 'rows'}")
            files = sorted((folder / "rows").glob("*.parquet"))
            columns = ", ".join(f"{name(row[0])}::{row[1]} AS {name(row[0])}" for row in types)
            con.execute(f"CREATE TEMP TABLE spark_rows AS SELECT {columns} FROM {scan(files)}")
        return "SELECT * FROM spark_rows"

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        """A folder for what passes between the engines; the lake sweeps up after a crash."""
        folder = self._lake.root / f".temporary-{uuid4().hex}"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _show_activities(
        self, con: DuckDBPyConnection, spark: SparkSession, known_at: datetime, folder: Path
    ) -> None:
        snapshot = self._lake.snapshot(_ACTIVITIES, known_at)
        _read(spark, snapshot).createOrReplaceTempView("record_activities")
        there = {row[0] for row in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        for table in there & {_MOVED, _RESETS}:
            _hand_over(con, spark, table, None, folder)
        whose = {"source": "a.source", "contact_id": "a.contact_id"}
        joins, where = "", ""
        if _MOVED in there:
            whose = {
                "source": "coalesce(m.person_source, a.source)",
                "contact_id": "coalesce(m.person_id, a.contact_id)",
            }
            joins = _left_join(_MOVED, "m", "a.source", "a.contact_id")
        if _RESETS in there:
            joins += _left_join(_RESETS, "r", *whose.values())
            by_day = spark.table(_RESETS).schema["reset_at"].dataType.typeName() == "date"
            since = "a.day >= unix_date(r.reset_at)" if by_day else "a.occurred_at >= r.reset_at"
            where = f"WHERE r.contact_id IS NULL OR {since}"
        columns = ", ".join(
            f"{whose.get(column, f'a.`{column}`')} AS `{column}`"
            for column in snapshot.schema.names
        )
        spark.sql(
            f"SELECT {columns}, a.source AS record_source, a.contact_id AS record_id "
            f"FROM record_activities a {joins} {where}"
        ).createOrReplaceTempView(_ACTIVITIES)


def _relations(query: exp.Select) -> set[str]:
    """What the query reads that it does not make itself."""
    return {table.name for table in query.find_all(exp.Table)} - {cte.alias for cte in query.ctes}


def _left_join(table: str, alias: str, source: str, contact_id: str) -> str:
    return (
        f" LEFT JOIN {table} {alias} ON {alias}.source = {source} "
        f"AND {alias}.contact_id = {contact_id}"
    )


def _hand_over(
    con: DuckDBPyConnection,
    spark: SparkSession,
    table: str,
    query: exp.Select | None,
    folder: Path,
) -> None:
    """Show a relation of DuckDB to Spark, as far as the query names its columns."""
    columns = [row[0] for row in con.execute(f"DESCRIBE {name(table)}").fetchall()]
    if query is not None:
        asked = {column.name for column in query.find_all(exp.Column)}
        columns = [column for column in columns if column in asked]
    path = folder / f"{table}.parquet"
    con.execute(
        f"COPY (SELECT {', '.join(map(name, columns))} FROM {name(table)}) "
        f"TO {text(str(path))} (FORMAT parquet)"
    )
    spark.read.parquet(_uri(path)).createOrReplaceTempView(table)


def _read(spark: SparkSession, snapshot: Snapshot) -> DataFrame:
    """The rows of a snapshot; what a file lacks is null, and has its type."""
    schema = ", ".join(f"`{field.name}` {_spark_type(field.type)}" for field in snapshot.schema)
    nothing = (f"CAST(NULL AS {_spark_type(f.type)}) AS `{f.name}`" for f in snapshot.schema)
    rows = spark.sql(f"SELECT {', '.join(nothing)} WHERE false")
    for conditions, paths in snapshot.parts:
        part = spark.read.schema(schema).parquet(*map(_uri, paths))
        for condition in conditions:
            part = part.where(sqlglot.transpile(condition, read="duckdb", write="spark")[0])
        rows = rows.unionAll(part)
    return rows


def _spark_type(kind: pa.DataType) -> str:
    return exp.DataType.build(sql_type(kind), dialect="duckdb").sql(dialect="spark")


def _uri(path: Path) -> str:
    """The path as Hadoop reads one: what would be a pattern there stands for itself."""
    return "file://" + "".join(f"\\{sign}" if sign in "{}[]*?\\" else sign for sign in str(path))
