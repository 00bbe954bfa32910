"""Spark says the same as DuckDB of every worked example."""

from __future__ import annotations

import pytest

from leadline.scoring.spark import SparkEngine
from leadline.scoring.spark_session import Sessions
from tests.cases.test_cases import FILES, groups
from tests.laws import lakes


@pytest.mark.parametrize("name", sorted(FILES))
def test_spark_says_the_same_of_every_case(spark: object, sessions: Sessions, name: str) -> None:
    for group in groups(name):
        with group.lake() as lake:
            embedded = lakes.engine(lake)
            expected = embedded.score(group.model, group.as_of, detail=True)
            found = SparkEngine(embedded, sessions).score(group.model, group.as_of, detail=True)
        order = [("contact_id", "ascending")]
        assert found.schema == expected.schema
        assert found.sort_by(order).to_pylist() == expected.sort_by(order).to_pylist()
