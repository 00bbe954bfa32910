"""One demo for all tests that only read it, and a database over its files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from leadline.demo import DemoSummary, generate

TODAY = date(2026, 6, 1)


@dataclass(frozen=True, slots=True)
class Demo:
    """The files of a demo, and SQL over them.

    Tables contacts, activities and outcomes have the files' own headings; the views people, acts
    and deals have short names: id, email, title, company, created … and id, kind, at, name, url.
    """

    folder: Path
    summary: DemoSummary
    database: duckdb.DuckDBPyConnection

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return self.database.execute(sql).fetchall()

    def count(self, source: str) -> int:
        """How many rows `FROM source` has."""
        return int(self.number(f"SELECT count(*) FROM {source}"))

    def number(self, sql: str) -> float:
        """The single number that the query answers."""
        value = self.rows(sql)[0][0]
        assert isinstance(value, int | float), f"{sql} answered {value!r}"
        return float(value)


def load(folder: Path) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    for name in ("contacts", "activities", "outcomes"):
        database.execute(
            f"CREATE TABLE {name} AS SELECT row_number() OVER () AS line, * "
            f"FROM read_csv('{folder / name}.csv', header=true, all_varchar=true, quote='\"', "
            "parallel=false)"
        )
    database.execute(
        """
        CREATE VIEW people AS SELECT "Contact ID" AS id, lower("Email") AS email,
            split_part(lower("Email"), '@', 2) AS domain, "Job title" AS title,
            "Company" AS company, "Seniority" AS seniority, "Created" AS created,
            "Last modified" AS modified
        FROM contacts;
        CREATE VIEW acts AS SELECT line, "Contact ID" AS id, "Activity" AS kind, "When" AS happened,
            "When"::TIMESTAMP AS moment, "Name" AS name, "URL" AS url FROM activities;
        CREATE VIEW deals AS SELECT "Contact ID" AS id, "Outcome" AS outcome, "Closed" AS closed
        FROM outcomes;
        """
    )
    return database


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    summary = generate(folder, contacts=12_000, today=TODAY)
    with load(folder) as database:
        yield Demo(folder, summary, database)
