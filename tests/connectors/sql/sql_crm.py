"""A database as a CRM that can be seeded, changed and looked into: in SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from leadline.testing import Crm, Row

OWN = ("score", "fit", "engagement", "grade", "temperature", "reasons", "model_version")
_TYPED = {
    "age": 41,
    "rating": 4.5,
    "consent": True,
    "planned_purchase_date": date(2026, 5, 31),
    "last_seen_at": datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
}
_PEOPLE = (
    "contact_id TEXT PRIMARY KEY, email TEXT, first_name TEXT, job_title TEXT, company TEXT, "
    "age INTEGER, rating {double}, consent BOOLEAN, planned_purchase_date DATE, "
    "last_seen_at {instant}, updated_at {instant}, deleted BOOLEAN, merged_into TEXT, "
    "salary INTEGER DEFAULT 7"
)
_TABLES = {
    "people": _PEOPLE,
    "firms": "company_id TEXT PRIMARY KEY, company TEXT, updated_at {instant}",
    "events": "activity_id TEXT PRIMARY KEY, contact_id TEXT, type TEXT, occurred_at {instant}, "
    "name TEXT, url TEXT, learned_at {instant}",
}
_SPELLED = {
    "sqlite": {"double": "REAL", "instant": "TEXT"},
    "postgresql": {"double": "DOUBLE PRECISION", "instant": "TIMESTAMPTZ"},
}


class SqlCrm(Crm):
    """Three tables, and scores in a fourth or in columns of the first.

    admin: how the test looks in. url: what the connector is given. schema: "" for none.
    """

    typed = MappingProxyType(_TYPED)

    def __init__(
        self,
        admin: str,
        url: str,
        *,
        schema: str = "",
        update: bool = False,
        with_cursor: bool = True,
    ) -> None:
        self.url, self.schema, self.update = url, schema, update
        self.with_cursor = with_cursor
        self.engine: Engine = create_engine(admin, poolclass=NullPool)
        self._off: list[str] = []
        self._make()

    def settings(self) -> Mapping[str, object]:
        people, firms, events = map(self.table, _TABLES)
        cursor = {"cursor": "updated_at"} if self.with_cursor else {}
        contacts = {"id": "contact_id", **cursor}
        output = {"update": people, "key": "contact_id"}
        return {
            "url": self.url,
            "contacts": {"query": f"SELECT * FROM {people}", **contacts},
            "companies": {"query": f"SELECT * FROM {firms};", "id": "company_id", **cursor},
            "activities": {
                "query": f"SELECT * FROM {events} -- each of them",
                "id": "activity_id",
                **({"cursor": "learned_at"} if self.with_cursor else {}),
                "feeds_off": self._off,
            },
            "output": output if self.update else {"table": self.table("lead_scores")},
            "batch_rows": 2,
        }

    def put_contacts(self, rows: Sequence[Row], at: datetime) -> None:
        self._put("people", "contact_id", rows, "updated_at", at)

    def put_activities(self, rows: Sequence[Row], at: datetime) -> None:
        self._put("events", "activity_id", rows, "learned_at", at)

    def put_companies(self, rows: Sequence[Row], at: datetime) -> None:
        self._put("firms", "company_id", rows, "updated_at", at)

    def delete_contact(self, contact_id: str, at: datetime) -> None:
        if self.with_cursor:
            self.put_contacts([{"contact_id": contact_id, "deleted": True}], at)
        else:
            self.run(f"DELETE FROM {self.table('people')} WHERE contact_id = '{contact_id}'")

    def merge_contacts(self, loser: str, winner: str, at: datetime) -> str:
        self.put_contacts([{"contact_id": loser, "merged_into": winner}], at)
        return winner

    def read_back(self) -> Mapping[str, Mapping[str, object]]:
        rows = self.rows(f"SELECT * FROM {self.table('people' if self.update else 'lead_scores')}")
        prefix = "leadline_" if self.update else ""
        return {
            str(row["contact_id"]): {
                name.removeprefix(prefix): value
                for name, value in row.items()
                if name.startswith(prefix) and name != "contact_id"
            }
            for row in rows
        }

    def everything_else(self) -> object:
        return [
            [
                {name: value for name, value in row.items() if not name.startswith("leadline_")}
                for row in self.rows(f"SELECT * FROM {self.table(table)} ORDER BY 1")
            ]
            for table in _TABLES
        ]

    def switch_feeds(self, off: Collection[str]) -> bool:
        self._off = sorted(off)
        return True

    def refuse_contact(self, contact_id: str) -> bool:
        table = self.table("people" if self.update else "lead_scores")
        for event in ("INSERT", "UPDATE"):
            self.run(
                f"CREATE TRIGGER refuse_{event} BEFORE {event} ON {table} "
                f"WHEN NEW.contact_id = '{contact_id}' "
                "BEGIN SELECT RAISE(ABORT, 'this contact is locked'); END"
            )
        return True

    def table(self, name: str) -> str:
        """A table's name with its schema."""
        return f"{self.schema}.{name}" if self.schema else name

    def run(self, statement: str, **values: object) -> None:
        """Run a statement without leadline."""
        with self.connected() as connection:
            connection.execute(text(statement), values)

    def rows(self, query: str) -> list[dict[str, object]]:
        """What a query answers without leadline."""
        with self.connected() as connection:
            return [dict(row) for row in connection.execute(text(query)).mappings()]

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A transaction of the test's own."""
        with self.engine.begin() as connection:
            yield connection

    def _make(self) -> None:
        spelled = _SPELLED[self.engine.dialect.name]
        for name, columns in _TABLES.items():
            self.run(f"CREATE TABLE {self.table(name)} ({columns.format(**spelled)})")
        own = {name: "INTEGER" if name in OWN[:3] else "TEXT" for name in (*OWN, "stage")}
        own["scored_at"] = "TIMESTAMP" if spelled["instant"] == "TEXT" else "TIMESTAMPTZ"
        if self.update:
            for name, kind in own.items():
                self.run(f"ALTER TABLE {self.table('people')} ADD COLUMN leadline_{name} {kind}")
            return
        columns = ", ".join(f"{name} {kind}" for name, kind in own.items())
        scores = self.table("lead_scores")
        self.run(f"CREATE TABLE {scores} (contact_id VARCHAR(255) PRIMARY KEY, {columns})")

    def _put(self, table: str, key: str, rows: Sequence[Row], clock: str, at: datetime) -> None:
        name = self.table(table)
        with self.connected() as connection:
            for row in rows:
                values = {k: self._value(v) for k, v in {**row, clock: at}.items()}
                changed = ", ".join(f"{each} = :{each}" for each in values)
                update = text(f"UPDATE {name} SET {changed} WHERE {key} = :{key}")
                if not connection.execute(update, values).rowcount:
                    columns, marks = ", ".join(values), ", ".join(f":{each}" for each in values)
                    insert = f"INSERT INTO {name} ({columns}) VALUES ({marks})"
                    connection.execute(text(insert), values)

    def _value(self, value: object) -> object:
        if isinstance(value, date) and self.engine.dialect.name == "sqlite":
            return value.isoformat()
        return value


class PostgresCrm(SqlCrm):
    """A schema of its own in a server, and a user who signs in with a password."""

    unable = frozenset({"nul"})

    def __init__(
        self, admin: str, url: str, *, schema: str, user: str, update: bool = False
    ) -> None:
        self.user = user
        super().__init__(admin, url, schema=schema, update=update)
        self.run(f"GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO {user}")

    def end_session(self) -> bool:
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = :user",
            user=self.user,
        )
        return True

    def break_down(self) -> bool:
        self.run(f"ALTER ROLE {self.user} NOLOGIN")
        return self.end_session()

    def refuse_sign_in(self) -> bool:
        self.run(f"ALTER ROLE {self.user} PASSWORD 'changed-last-night'")
        return True

    def say_too_many(self, times: int) -> bool:
        if 0 < times < 100:  # a limit of connections does not count attempts
            return False
        self.run(f"ALTER ROLE {self.user} CONNECTION LIMIT {0 if times else -1}")
        return True

    def refuse_contact(self, contact_id: str) -> bool:
        self.trigger(
            f"IF NEW.contact_id = '{contact_id}' THEN "
            "RAISE EXCEPTION 'this contact is locked'; END IF;"
        )
        return True

    def break_in_write(self, after: int) -> bool:
        count = self.table("writes")
        self.run(f"CREATE SEQUENCE {count}")  # counts on when a transaction is rolled back
        self.run(f"GRANT ALL ON {count} TO {self.user}")
        self.trigger(
            f"IF nextval('{count}') = {after + 1} THEN "
            "PERFORM pg_terminate_backend(pg_backend_pid()); END IF;"
        )
        return True

    def trigger(self, body: str) -> None:
        """Run this before each row of scores that is written."""
        function, table = self.table("watch"), "people" if self.update else "lead_scores"
        self.run(
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {body} RETURN NEW; END $$"
        )
        self.run(
            f"CREATE TRIGGER watch BEFORE INSERT OR UPDATE ON {self.table(table)} "
            f"FOR EACH ROW EXECUTE FUNCTION {function}()"
        )


def sqlite_crm(folder: Path, *, update: bool = False, with_cursor: bool = True) -> SqlCrm:
    """A file in the folder, which the settings name by a relative path."""
    file = folder / "crm.db"
    return SqlCrm(f"sqlite:///{file}", "sqlite:///crm.db", update=update, with_cursor=with_cursor)
