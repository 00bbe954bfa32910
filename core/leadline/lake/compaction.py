"""Compaction: current rows laid in their table's order again, so that scoring reads in sequence.

Rows are sorted in slices of about two million that follow each other without overlap, so memory is
bounded by a slice and each slice is a file. Superseded rows are kept, in files of their own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import duckdb
import pyarrow as pa
from deltalake.transaction import AddAction

from leadline.errors import InternalError
from leadline.lake.files import PAST_SORTED, SORTED, DataFile, write_file
from leadline.lake.relations import project
from leadline.lake.sql import name, scan, text
from leadline.lake.table import Table

SLICE_ROWS = 2_000_000
_MOST_FILES = 16
_MOST_SHARE = 0.10


def compact(
    con: duckdb.DuckDBPyConnection, table: Table, force: bool, slice_rows: int = SLICE_ROWS
) -> bool:
    """Rewrite what has become scattered, in one atomic commit; True when anything was."""
    schema, files = table.schema(), table.files()
    stale: list[DataFile] = []
    added: list[AddAction] = []
    for past, settled in ((False, SORTED), (True, PAST_SORTED)):
        group = [f for f in files if f.past == past]
        loose = [f for f in group if f.prefix != settled]
        if group and (force or _scattered(group, loose)):
            written = list(_rewrite(con, table, schema, group, settled, slice_rows))
            _check_complete(table, group, written)
            stale += group
            added += written
    table.commit(added, stale, data_change=False)
    return bool(stale)


def _scattered(group: Sequence[DataFile], loose: Sequence[DataFile]) -> bool:
    added = sum(f.rows for f in loose)
    return len(loose) > _MOST_FILES or added > _MOST_SHARE * sum(f.rows for f in group)


def _check_complete(table: Table, before: Sequence[DataFile], written: Sequence[AddAction]) -> None:
    rows = sum(int(json.loads(action.stats)["numRecords"]) for action in written)
    if rows != sum(f.rows for f in before):
        raise InternalError(
            f"compacting {table.folder} would have turned {sum(f.rows for f in before)} rows "
            f"into {rows}; nothing was changed"
        )


def _rewrite(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    schema: pa.Schema,
    files: Sequence[DataFile],
    prefix: str,
    slice_rows: int,
) -> Iterator[AddAction]:
    rows = f"SELECT {project(con, schema, [file.path for file in files])}"
    order = ", ".join(name(column) for column in table.layout.order)
    for condition in _slices(con, table, files, slice_rows) if order else ["true"]:
        query = f"{rows} WHERE {condition}" + (f" ORDER BY {order}" if order else "")
        action = write_file(con, query, table.folder, prefix, schema, data_change=False)
        if action is not None:
            yield action


def _slices(
    con: duckdb.DuckDBPyConnection, table: Table, files: Sequence[DataFile], slice_rows: int
) -> Iterator[str]:
    """Conditions that part the rows by source and contact (or company): each row meets one."""
    starts: dict[str, list[str]] = {}
    whose = table.layout.order[1]
    for source, contact in con.execute(
        f"SELECT source, min({whose}) FROM (SELECT source, {whose}, "
        f"sum(count(*)) OVER (PARTITION BY source ORDER BY {whose}) AS upto "
        f"FROM {scan([f.path for f in files])} GROUP BY source, {whose}) "
        f"GROUP BY source, (upto - 1) // {slice_rows} ORDER BY 1, 2"
    ).fetchall():
        starts.setdefault(source, []).extend([] if contact is None else [contact])
    for source, found in starts.items():
        for place in range(max(1, len(found))):
            parts = [f"source = {text(source)}"]
            if place > 0:
                parts.append(f"{whose} >= {text(found[place])}")
            if place + 1 < len(found):
                # Rows of nobody lie in the first slice.
                loose = f" OR {whose} IS NULL" if place == 0 else ""
                parts.append(f"({whose} < {text(found[place + 1])}{loose})")
            elif place > 0:
                parts.append(f"{whose} IS NOT NULL")
            yield " AND ".join(parts)
