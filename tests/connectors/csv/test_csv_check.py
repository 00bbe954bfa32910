"""`check` says what is in each file and what to do about what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pydantic
import pytest

from leadline.batches import Finding, Support
from leadline_csv import register_connectors
from leadline_csv.settings import CsvSettings
from leadline_csv.source import CsvSource

SourceMaker = Callable[..., CsvSource]


def findings(source: CsvSource) -> dict[str, Finding]:
    return {finding.subject: finding for finding in source.check()}


def test_a_good_file_is_described(tmp_path: Path, csv_source: SourceMaker) -> None:
    (tmp_path / "contacts.csv").write_bytes("Id;age;Straße\nA;1;x\n".encode("cp1252"))
    found = findings(csv_source(fields={"contact_id": "Id"}, output="scores.csv"))
    contacts = found["contacts file contacts.csv"]
    assert contacts.ok
    for part in ("cp1252", "semicolon", "contact_id ← 'Id'", "age ← 'age'", "'Straße'"):
        assert part in contacts.detail
    assert found[f"output {tmp_path / 'scores.csv'}"].ok
    assert not (tmp_path / "scores.csv").exists()


def test_a_mapped_heading_that_is_missing_names_the_nearest(
    tmp_path: Path, csv_source: SourceMaker
) -> None:
    (tmp_path / "contacts.csv").write_text("contact_id,Occupations\n")
    (finding,) = csv_source(fields={"job_title": "Occupation"}).check()
    assert not finding.ok
    assert "no column 'Occupation' for job_title (did you mean 'Occupations'?)" in finding.detail


@pytest.mark.parametrize("output", ["none/scores.csv", "contacts.csv/scores.csv", "folder"])
def test_an_output_that_cannot_be_written_is_found(
    tmp_path: Path, csv_source: SourceMaker, output: str
) -> None:
    (tmp_path / "contacts.csv").write_text("contact_id,age\n")
    (tmp_path / "folder").mkdir()
    assert not findings(csv_source(output=output))[f"output {tmp_path / output}"].ok


def test_every_file_has_its_own_finding(tmp_path: Path, csv_source: SourceMaker) -> None:
    (tmp_path / "a.csv").write_text("contact_id,age\n")
    (tmp_path / "b.csv").write_text("")
    found = findings(csv_source(contacts="?.csv", activities="none.csv"))
    assert [finding.ok for finding in found.values()] == [True, False, False]
    assert "no file" in found["activities file"].detail


def test_every_setting_is_described_and_unknown_ones_are_refused() -> None:
    assert all(field.description for field in CsvSettings.model_fields.values())
    for wrong in ({"contact": "x"}, {"contacts": "x", "encoding": "klingon"}, {"contacts": ""}):
        with pytest.raises(pydantic.ValidationError):
            CsvSettings.model_validate(wrong)


def test_the_connector_declares_what_it_can_do() -> None:
    (connector,) = register_connectors()
    assert connector.name == "csv"
    assert connector.capabilities.write is Support.FULL
    assert connector.capabilities.batch_size is None
