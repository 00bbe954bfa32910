"""Signals, distinct counts, lists and sales' resets give the same integers in both engines."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from leadline.config.writing import Sales
from leadline.model import Model
from leadline.scoring.engine import Engine
from leadline.scoring.spark import SparkEngine
from leadline.scoring.spark_session import Sessions
from tests.laws import lakes, pools, worlds

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ZONE = ZoneInfo("Asia/Kathmandu")
KEYS = [("source", "ascending"), ("contact_id", "ascending")]
MODEL = Model.model_validate(
    {
        "name": "signals",
        "dimensions": {"fit": {"max": 80}, "engagement": {"max": 80}},
        "lists": {"words": ["chief*", "ceo", "head of sales"]},
        "signals": {
            "views": {"activity": ["page_view"], "count": "each", "within": "90 days"},
            "urls": {"activity": "*", "count": "distinct url"},
            "days": {"activity": "page_view", "count": "days", "within": "1 year"},
            "seen": {"activity": ["page_view"], "pick": "last", "value": "occurred_at"},
            "first_channel": {"activity": "*", "pick": "first", "value": "channel"},
            "last_name_given": {"activity": "*", "pick": "last", "value": "name"},
            "spend": {"activity": "*", "sum": "value", "within": "1 year"},
        },
        "rules": [
            {
                "name": "Many pages",
                "dimension": "fit",
                "when": "views >= 2 AND urls * 100 >= views * 30",
                "points": 8,
            },
            {
                "name": "Words",
                "dimension": "fit",
                "when": "in_list(job_title, 'words') OR first_channel = 'CEO'",
                "points": 5,
            },
            {
                "name": "Quiet",
                "dimension": "fit",
                "when": "days_since(COALESCE(seen, created_at)) > 30",
                "points": -3,
            },
            {
                "name": "Spends",
                "dimension": "fit",
                "when": "spend > 50 OR last_name_given ILIKE '%a%'",
                "points": 7,
            },
            {"name": "Days", "dimension": "fit", "when": "days >= 2", "points": 4},
            {
                "name": "Each page once",
                "dimension": "engagement",
                "activity": ["page_view", "custom:visit"],
                "points": 2.5,
                "count": "distinct url",
                "decay": "half 14 days",
                "limit": 20,
            },
            {
                "name": "Any",
                "dimension": "engagement",
                "activity": "*",
                "points": 0.7,
                "once": True,
            },
        ],
    }
)


@pytest.mark.parametrize("sales", [Sales(), Sales(reset_at="created_at")])
def test_signals_are_counted_alike(spark: SparkSession, sessions: Sessions, sales: Sales) -> None:
    world = worlds._deal(Random(1), 40, 900, [worlds.SINCE_EVER])
    with lakes.fresh(ZONE) as lake:
        lakes.fill(lake, world)
        embedded = Engine(lake, pools.FACTS, time_zone=ZONE, sales=sales)
        expected = embedded.score(MODEL, pools.TODAY, detail=True).sort_by(KEYS)
        found = SparkEngine(embedded, sessions).score(MODEL, pools.TODAY, detail=True)
        assert len(set(expected["score"].to_pylist())) > 10
        assert found.schema == expected.schema
        assert found.sort_by(KEYS).combine_chunks().equals(expected.combine_chunks())
