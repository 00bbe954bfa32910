"""Pins of sales as a CRM hands them over: what is no pin is unknown, and told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from pydantic import BaseModel

from leadline.batches import Batch, Pin, Source, Stream
from leadline.sync.admit import admit
from leadline.vocabulary import FieldType


class NoSettings(BaseModel):
    """What this source is told: nothing."""


def source(folder: Path, kind: FieldType, labels: tuple[str, ...]) -> Source:
    return Source(
        "crm",
        "any",
        NoSettings(),
        folder,
        folder,
        ZoneInfo("UTC"),
        wanted={"pin": kind, "until": FieldType.DATE, "reset": FieldType.INSTANT},
        pin=Pin("pin", "until", labels),
    )


def batch(rows: Sequence[tuple[str | None, str | None, str | None]]) -> Batch:
    pins, untils, resets = zip(*rows, strict=True)
    columns = {"contact_id": [str(n) for n in range(len(rows))]}
    texts = {"pin": pins, "until": untils, "reset": resets}
    return Batch(
        pa.table({**columns, **{n: pa.array(v, pa.string()) for n, v in texts.items()}}), {}
    )


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (("hot", "Very Warm"), "is no number of points and none of the labels hot, Very Warm"),
        ((), "is no number of points"),
    ],
)
def test_what_is_no_pin_is_unknown_and_told(
    tmp_path: Path, labels: tuple[str, ...], told: str
) -> None:
    given = [("90", None, None), ("1e3 ", None, None), ("lukewarm", None, None), (None, "", None)]
    table, rejects = admit(batch(given), source(tmp_path, FieldType.TEXT, labels), Stream.CONTACTS)
    assert table["pin"].to_pylist() == ["90", "1e3", None, None]
    assert [(each.where, each.reason) for each in rejects] == [
        ("contact 2", f"pin: 'lukewarm' {told}; nothing is pinned for this record")
    ]


def test_a_label_is_a_pin_in_any_case(tmp_path: Path) -> None:
    given = [("HOT", None, None), ("very warm", None, None), ("inf", None, None)]
    labelled = source(tmp_path, FieldType.TEXT, ("hot", "Very Warm"))
    table, rejects = admit(batch(given), labelled, Stream.CONTACTS)
    assert table["pin"].to_pylist() == ["HOT", "very warm", None]
    assert [each.where for each in rejects] == ["contact 2"]


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (FieldType.TEXT, "number of points and none of the labels hot"),
        (FieldType.INTEGER, "integer"),
    ],
)
def test_a_pin_without_a_readable_end_is_none(tmp_path: Path, kind: FieldType, what: str) -> None:
    given = [("90", "soon", None), ("80", "2026-03-01", "later"), ("x", None, None)]
    table, rejects = admit(batch(given), source(tmp_path, kind, ("hot",)), Stream.CONTACTS)
    assert [str(each) for each in table["pin"].to_pylist()] == ["None", "80", "None"]
    assert {each.where: each.reason for each in rejects} == {
        "contact 0": "until: 'soon' is no date; nothing is pinned for this record",
        "contact 1": "reset: 'later' is no instant; the field is unknown for this record",
        "contact 2": f"pin: 'x' is no {what}; nothing is pinned for this record",
    }
