"""The names of the dialects that a model can be printed in."""

from __future__ import annotations

from enum import StrEnum


class Dialect(StrEnum):
    """DuckDB and Spark also run the model; the others are for reading, and for a warehouse."""

    DUCKDB = "duckdb"
    SPARK = "spark"
    SNOWFLAKE = "snowflake"
    BIGQUERY = "bigquery"
    POSTGRES = "postgres"
