"""Asking DuckDB for a whole answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from leadline.errors import InternalError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def fetch(con: DuckDBPyConnection, query: str, parameters: object = None) -> pa.Table:
    """The rows of a query as one Arrow table."""
    rows = con.sql(query, params=parameters).to_arrow_table()
    if not isinstance(rows, pa.Table):
        raise InternalError(f"a query gave no rows at all: {query[:200]}")
    return rows
