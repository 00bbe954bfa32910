"""A ledger opens anywhere it can, and says what to do where it cannot."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from leadline.errors import ConfigError, WorkspaceError
from leadline.ledger import Ledger
from leadline.ledger.database import Database
from leadline.ledger.migration import FOLDER, HEAD, VERSION_TABLE
from leadline.ledger.place import place_of
from leadline.ledger.tables import metadata

Where = str | Path
Start = Callable[..., Popen[str]]


def test_a_new_place_is_migrated_and_opening_again_keeps_what_is_there(where: Where) -> None:
    with Ledger.open(where) as first:
        first.settings.set("greeting", "hello")
    with Ledger.open(where) as second:
        assert second.settings.get("greeting") == "hello"


def test_the_migrations_end_at_exactly_the_tables(where: Where) -> None:
    Ledger.open(where).close()
    database = Database(place_of(where))
    with database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD
    database.close()


def test_head_is_the_last_migration() -> None:
    assert ScriptDirectory(str(FOLDER)).get_heads() == [HEAD]


def test_processes_that_open_a_new_place_at_once_all_succeed(where: Where, start: Start) -> None:
    lines = "with Ledger.open(where) as ledger: print(ledger.runs.start('sync', {}))"
    processes = [start(lines) for _ in range(4)]
    ids = {process.communicate(timeout=60)[0].strip() for process in processes}
    assert [process.returncode for process in processes] == [0] * 4
    with Ledger.open(where) as ledger:
        assert {run.run_id for run in ledger.runs.recent(10)} == ids
        assert len(ids) == 4


def test_a_ledger_of_a_newer_leadline_is_refused(where: Where) -> None:
    Ledger.open(where).close()
    database = Database(place_of(where))
    with database.write() as connection:
        connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    database.close()
    with pytest.raises(WorkspaceError, match=r"newer leadline.*upgrade leadline"):
        Ledger.open(where)


def test_somebody_elses_tables_are_left_alone(where: Where, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir(exist_ok=True)
    database = Database(place_of(where))
    with database.write() as connection:
        connection.execute(sa.text("CREATE TABLE runs (distance INTEGER)"))
    with pytest.raises(WorkspaceError, match=r"'runs'.*database of its own"):
        Ledger.open(where)
    with database.read() as connection:
        assert sa.inspect(connection).get_table_names() == ["runs"]
    database.close()


@pytest.mark.parametrize("content", [b"contact_id,email\n1,ada@example.com\n" * 50, b"\0" * 4096])
def test_a_file_that_is_no_database_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ledger.db"
    file.write_bytes(content)
    with pytest.raises(WorkspaceError, match=r"ledger\.db.*damaged.*restore it"):
        Ledger.open(file)
    assert file.read_bytes() == content


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="is a folder"):
        Ledger.open(tmp_path)


def test_a_parent_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    with pytest.raises(WorkspaceError, match=r"folder .*var cannot be made"):
        Ledger.open(tmp_path / "var" / "ledger.db")


def test_a_read_only_file_can_be_read_and_a_write_says_why_not(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    with Ledger.open(file) as ledger:
        ledger.settings.set("greeting", "hello")
    with Ledger.open(f"sqlite:///file:{file}?mode=ro&uri=true") as ledger:
        assert ledger.settings.get("greeting") == "hello"
        with pytest.raises(WorkspaceError, match=r"is read-only.*right to write"):
            ledger.settings.set("greeting", "bye")


def test_a_read_only_file_that_needs_migrating_does_not_open(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    sqlite3.connect(file).execute("CREATE TABLE empty (x)").connection.close()
    with pytest.raises(WorkspaceError, match="is read-only"):
        Ledger.open(f"sqlite:///file:{file}?mode=ro&uri=true")


def test_a_read_only_server_says_so(database: str) -> None:
    with pytest.raises(WorkspaceError, match=r"read-only.*primary server"):
        Ledger.open(f"{database}&options=-c%20default_transaction_read_only%3Don")


def test_a_missing_database_is_named(server: str) -> None:
    with pytest.raises(
        WorkspaceError, match=r"'nowhere'.*does not exist.*the ledger's URL: host, database"
    ):
        Ledger.open(server.replace("/postgres?", "/nowhere?"))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:s3cret@127.0.0.1:1/leads",
        "postgresql://127.0.0.1:1/leads?user=ada&password=s3cret",
        "postgresql://ada:s3cret@no-such-host.invalid/leads",
        "postgresql://ada:pass@s3cret@127.0.0.1:1/leads",
        "postgresql://ada:p/s3cret@127.0.0.1:s3cret/leads",
        "oracle://ada:s3cret@127.0.0.1/leads",
        "s3cret",
    ],
)
def test_no_message_holds_a_password(url: str) -> None:
    with pytest.raises((WorkspaceError, ConfigError)) as raised:
        Ledger.open(url)
    shown = [str(raised.value)]
    cause = raised.value.__cause__
    while cause is not None:
        shown.append(str(cause))
        cause = cause.__cause__
    assert "s3cret" not in " ".join(shown)
    assert any(word in shown[0] for word in ("What to do", "write"))


def test_a_ledger_in_memory_is_refused() -> None:
    with pytest.raises(ConfigError, match="lost at exit"):
        Ledger.open("sqlite://")


def test_sqlite_keeps_a_write_ahead_log_so_that_readers_do_not_wait(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    with Ledger.open(f"sqlite:///{file}") as writer, Ledger.open(file) as reader:
        writer.settings.set("seen", 1)
        with writer.transaction():
            writer.settings.set("seen", 2)
            assert reader.settings.get("seen") == 1
        assert reader.settings.get("seen") == 2
