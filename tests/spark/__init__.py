"""What Spark answers is what DuckDB answers."""

from __future__ import annotations
