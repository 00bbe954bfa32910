"""A file that cannot be read as TOML is explained: which file, where, and the likely cause."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadline.errors import ConfigError, Problem
from leadline.model.documents import read_document


def _problem(path: Path) -> Problem:
    with pytest.raises(ConfigError) as caught:
        read_document(path, what="the model file", hint="write one")
    (problem,) = caught.value.problems
    assert problem.file == path
    return problem


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a = 1\nb = yes\n", 2, "column 5: a text stands in quotes"),
        ("a = 1\nb = “yes”\n", 2, "typographic"),
        ("a = 1\nb: 3\n", 2, "key = value"),
        ('a = 1\nb = "yes\nc = 3\n', 2, "the closing quote may be missing"),
        ('a = 1\nb = """yes\nc = 3\n', 2, "the closing quote is missing"),
        ("a = 1\nb = [1,\n2\n", 2, "the closing ']' is missing"),
        ("a = 1\na = 2\n", 2, "a second time"),
        ("[a]\n[b]\n[a]\n", 3, "a second time"),
        ("a = 1\n[b\n", 2, "bracket"),
        ('a = 1\nb = "c:\\users"\n', 2, "write a backslash twice"),
        ('a = 1\nb = "\\d+"\n', 2, "write a backslash twice"),
        ("a = 1 b = 2\n", 1, "one setting per line"),
    ],
)
def test_a_syntax_error_has_its_line_and_a_likely_cause(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    path = tmp_path / "model.toml"
    path.write_text(text, encoding="utf-8")
    problem = _problem(path)
    assert problem.line == line
    assert words in problem.message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "there is no such file; write one" in _problem(tmp_path / "nope.toml").message


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    assert "this is a folder" in _problem(tmp_path).message


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert "cannot be read" in _problem(tmp_path / "file" / "model.toml").message


@pytest.mark.parametrize("text", ["", "  \n\n"])
def test_an_empty_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "model.toml"
    path.write_text(text, encoding="utf-8")
    assert "is empty; write one" in _problem(path).message


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    path.write_bytes("a = 1\nb = 'Łódź'\n".encode("cp1250"))
    problem = _problem(path)
    assert problem.line == 2
    assert "not UTF-8" in problem.message


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\r\n")
    assert read_document(path, what="the file", hint="").table == {"a": 1, "b": 2}


def test_lists_nested_without_end(tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    path.write_text("a = " + "[" * 100_000, encoding="utf-8")
    assert "nested too deeply" in _problem(path).message
