"""Ids that are kept between syncs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from leadline.connecting.remembered import Remembered
from leadline.errors import SourceError

FIRST, SECOND = "003000000000001AAA", "003000000000002AAA"


@pytest.fixture
def numbers(tmp_path: Path) -> Remembered:
    return Remembered(tmp_path / "numbers", np.dtype(np.int64))


@pytest.fixture
def words(tmp_path: Path) -> Remembered:
    return Remembered(tmp_path / "words", np.dtype("S18"))


def test_an_id_is_there_once_however_often_it_was_added(
    numbers: Remembered, words: Remembered
) -> None:
    assert numbers.ids("1").tolist() == numbers.ids("").tolist() == []
    numbers.add("1", ["30", "4"])
    numbers.add("1", ["4", "5"])
    assert numbers.ids("1").tolist() == [4, 5, 30]
    words.add("1", [SECOND, FIRST, SECOND])
    assert words.ids("1").astype(str).tolist() == [FIRST, SECOND]
    words.drop("1", [SECOND, "unknown"])
    assert words.ids("1").astype(str).tolist() == [FIRST]


def test_an_id_that_was_half_written_is_none(numbers: Remembered, tmp_path: Path) -> None:
    numbers.add("1", ["30"])
    with (tmp_path / "numbers" / "1.ids").open("ab") as file:
        file.write(b"\x01\x02\x03")
    assert numbers.ids("1").tolist() == [30]
    numbers.add("1", ["31"])
    assert numbers.ids("1").tolist() == [30, 31]


def test_the_same_ids_are_kept_under_the_same_name(numbers: Remembered) -> None:
    name = numbers.keep(["2", "1", "2"])
    assert name == numbers.keep(["1", "2"]) != numbers.keep(["1"])
    assert numbers.ids(name).tolist() == [1, 2]


def test_only_what_is_named_stays(numbers: Remembered, tmp_path: Path) -> None:
    assert numbers.latest() == ""
    numbers.keep_only(["1"])
    for name in ("9", "10", "10-told"):
        numbers.add(name, ["1"])
    (tmp_path / "numbers" / "9.part").touch()
    assert numbers.latest() == "10"
    numbers.keep_only(["9", ""])
    assert [path.name for path in (tmp_path / "numbers").iterdir()] == ["9.ids"]


def test_a_folder_that_cannot_be_had_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    taken = Remembered(tmp_path / "file", np.dtype(np.int64))
    with pytest.raises(SourceError, match=r"cannot keep ids in '.*1\.ids': .*; free the disk"):
        taken.add("1", ["1"])
