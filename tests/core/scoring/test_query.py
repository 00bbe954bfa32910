"""The compiled query of a small model, as a person would read it.

After a change that is meant, write the snapshot anew: `python -m tests.core.scoring.test_query`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pyarrow as pa
import pytest

from leadline.model import Model
from leadline.scoring.compiler import CompiledModel
from tests.laws import pools

_HERE = Path(__file__).parent
_DAY = 20_513  # 2026-03-01


def small_model() -> CompiledModel:
    text = (_HERE / "small_model.toml").read_text(encoding="utf-8")
    return CompiledModel(Model.model_validate(tomllib.loads(text)), pools.FACTS)


def snapshot(detail: bool) -> Path:
    return _HERE / "snapshots" / ("detail.sql" if detail else "score.sql")


def written(detail: bool) -> str:
    return small_model().query(_DAY, detail=detail).sql("duckdb", pretty=True) + "\n"


@pytest.mark.parametrize("detail", [False, True])
def test_the_query_is_the_one_that_was_read(detail: bool) -> None:
    assert written(detail) == snapshot(detail).read_text(encoding="utf-8")


def test_the_worth_of_an_occurrence_is_worked_out_beforehand() -> None:
    weights = small_model().weights()
    assert weights.schema == pa.schema(
        [
            ("age", pa.int32()),
            ("w1_0", pa.int32()),
            ("c1", pa.int8()),
            ("w2_0", pa.int32()),
            ("c2", pa.int8()),
        ]
    )
    rows = {row["age"]: row for row in weights.to_pylist()}
    assert list(rows) == list(range(92))
    assert rows[0] == {"age": 0, "w1_0": 5000, "c1": 1, "w2_0": 8000, "c2": 1}
    assert rows[14] == {"age": 14, "w1_0": 2500, "c1": 1, "w2_0": 8000, "c2": 1}
    assert rows[90]["c1"] == 1
    assert rows[91] == {"age": 91, "w1_0": 0, "c1": 0, "w2_0": 8000, "c2": 1}


def test_the_model_names_the_facts_that_it_reads() -> None:
    assert small_model().fields == {"company.employees", "email_domain"}


def test_a_model_that_is_read_back_makes_the_same_query() -> None:
    model = small_model().model
    graded = model.model_copy(update={"grades": dict(reversed(model.grades.items()))})
    again = CompiledModel(Model.model_validate_json(model.content), pools.FACTS)
    assert again.query(_DAY) == small_model().query(_DAY)
    assert graded.version != model.version  # it writes 1A for A1


if __name__ == "__main__":
    for each in (False, True):
        snapshot(each).write_text(written(each), encoding="utf-8")
