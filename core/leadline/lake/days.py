"""Calendar days of activities: they follow the workspace's time zone when it changes."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import duckdb

from leadline.lake.files import write_file
from leadline.lake.relations import project
from leadline.lake.sql import day_of
from leadline.lake.table import Table


def recount(con: duckdb.DuckDBPyConnection, activities: Table, zone: ZoneInfo) -> None:
    """Write every activity's `day` anew, in one atomic commit."""
    files = activities.files()
    schema = activities.schema()
    day = day_of("occurred_at", zone.key)
    written = [
        write_file(
            con,
            f"SELECT * REPLACE ({day} AS day) FROM (SELECT {project(con, schema, [file.path])})",
            activities.folder,
            file.prefix,
            schema,
        )
        for file in files
    ]
    activities.commit(written, files)
