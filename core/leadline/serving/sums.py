"""The numbers of a model's leads, moved by what a part of them changes.

Beside the file's own tables it reads `incoming`, the rows to come (`id` of the one that is there),
and `leaving`, the ids of those that go.
"""

from __future__ import annotations

import sqlite3

import pyarrow as pa

from leadline.serving.points import uses
from leadline.serving.tables import COUNTED

_BEFORE = "id IN (SELECT id FROM incoming UNION ALL SELECT id FROM leaving)"


def move_sums(connection: sqlite3.Connection, model: int, places: int) -> None:
    """Take off what the rows were, and add what they will be; call it before they are brought."""
    _move(connection, model, "counts", COUNTED)
    _move(connection, model, "histogram", ("score",))
    connection.execute(
        "UPDATE models SET leads = leads + (SELECT count(*) FROM incoming WHERE id IS NULL) "
        "- (SELECT count(*) FROM leaving) WHERE id = ?",
        [model],
    )
    before = _uses(connection, f"SELECT points FROM leads WHERE {_BEFORE}", places)
    after = _uses(connection, "SELECT points FROM incoming", places)
    connection.executemany(
        "UPDATE uses SET contacts = contacts + ?, points = points + ? "
        "WHERE model = ? AND place = ?",
        (
            (now[0] - was[0], now[1] - was[1], model, place)
            for place, (was, now) in enumerate(zip(before, after, strict=True))
            if was != now
        ),
    )


def _move(connection: sqlite3.Connection, model: int, table: str, columns: tuple[str, ...]) -> None:
    kept, own = ", ".join(columns), ", ".join(f"{each} COLLATE BINARY" for each in columns)
    connection.execute(
        f"CREATE TEMP TABLE moved AS SELECT {kept}, sum(number) AS leads FROM ("
        f"SELECT {kept}, leads AS number FROM {table} WHERE model = ? "
        f"UNION ALL SELECT {kept}, -1 FROM leads WHERE {_BEFORE} "
        f"UNION ALL SELECT {kept}, 1 FROM incoming) GROUP BY {own} HAVING sum(number) <> 0",
        [model],
    )
    connection.execute(f"DELETE FROM {table} WHERE model = ?", [model])
    connection.execute(
        f"INSERT INTO {table} (model, {kept}, leads) SELECT ?, {kept}, leads FROM moved", [model]
    )
    connection.execute("DROP TABLE moved")


def _uses(connection: sqlite3.Connection, query: str, places: int) -> list[tuple[int, int]]:
    packed = [row[0] for row in connection.execute(query)]
    return uses(pa.chunked_array([pa.array(packed, pa.binary())]), places)
