"""A source of real files in a temporary folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from leadline.batches import Source
from leadline.vocabulary import FieldType
from leadline_csv.settings import CsvSettings
from leadline_csv.source import CsvSource

WANTED = {"job_title": FieldType.TEXT, "age": FieldType.INTEGER, "budget": FieldType.MONEY}

SourceMaker = Callable[..., CsvSource]


@pytest.fixture
def csv_source(tmp_path: Path) -> SourceMaker:
    """Make the source object; keywords are settings, `fields` and so on the host's tables."""

    def make(
        fields: Mapping[str, str] | None = None,
        activity_fields: Mapping[str, str] | None = None,
        activity_types: Mapping[str, tuple[str, ...]] | None = None,
        wanted: Mapping[str, FieldType] = WANTED,
        time_zone: str = "UTC",
        **settings: object,
    ) -> CsvSource:
        return CsvSource(
            Source(
                name="crm",
                connector="csv",
                settings=CsvSettings.model_validate({"contacts": "contacts.csv", **settings}),
                base=tmp_path,
                state=tmp_path / "state",
                time_zone=ZoneInfo(time_zone),
                fields=fields or {},
                activity_fields=activity_fields or {},
                activity_types=activity_types or {},
                wanted=wanted,
            )
        )

    return make
