"""A key's line is found in any way of writing TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.model.keys import KeyPath, dotted, line_of, open_statement

TEXT = '''# a comment
name = "b2b"
points = [
  1,   # the second [
  2,
]
long = """
[not.a.table]
key = "not a key"
"""

[dimensions.fit]
max = 50
[dimensions."odd name"]
max = 1
[[rules]]
name = "one"
[[rules]]
name = "two"
where.country = "PL"
inline = { a = 1, b = { c = 2 } }
[rules.more]
deep = 1
[[rules]]
name = "three"
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 2),
        (("points", 1), 3),
        (("long",), 7),
        (("dimensions",), 12),
        (("dimensions", "fit", "max"), 13),
        (("dimensions", "odd name", "max"), 15),
        (("rules", 0, "name"), 17),
        (("rules", 1), 18),
        (("rules", 1, "where", "country"), 20),
        (("rules", 1, "where.country"), 20),
        (("rules", 1, "inline", "b", "c"), 21),
        (("rules", 1, "more", "deep"), 23),
        (("rules", 2, "name"), 25),
    ],
)
def test_each_key_has_its_line(path: KeyPath, line: int) -> None:
    assert line_of(TEXT, path) == line


def test_a_missing_key_has_the_line_of_its_table() -> None:
    assert line_of(TEXT, ("rules", 1, "points")) == 18
    assert line_of(TEXT, ("rules", 9, "points")) == 16
    assert line_of(TEXT, ("max",)) == 1


def test_lines_are_the_same_with_windows_line_ends() -> None:
    assert line_of(TEXT.replace("\n", "\r\n"), ("rules", 2, "name")) == 25


def test_a_statement_that_never_ends_is_found_where_it_begins() -> None:
    assert open_statement("a = 1\nb = [\n 1,\n 2\n") == 2
    assert open_statement('a = """\nx\n') == 1


def test_paths_are_written_as_people_write_them() -> None:
    assert dotted(("rules", 3, "points")) == "rules[3].points"
    assert dotted(("fields", "company.size")) == 'fields."company.size"'


KEYS = st.text("abcz -.\"'\\[]#=é", min_size=1, max_size=5)
VALUES = st.recursive(
    st.integers() | st.booleans() | st.text("ab\"'\\[]{}#=\n", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=6,
)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'''\n{value}'''" if "'" not in value else _quoted(value)
    if isinstance(value, list):
        return "[\n" + "".join(f"  {_written(each)}, # ]\n" for each in value) + "]"
    if isinstance(value, dict):
        # An inline table is one line, so what is inside it is too.
        pairs = (f"{_quoted(key)} = {_inline(each)}" for key, each in value.items())
        return "{ " + ", ".join(pairs) + " }"
    return str(value)


def _inline(value: object) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        return "[" + ", ".join(_inline(each) for each in value) + "]"
    return _written(value)


def _lines(tables: list[dict[str, object]]) -> Iterator[tuple[str, KeyPath | None]]:
    for place, table in enumerate(tables):
        yield "[[rules]]", ("rules", place)
        for key, value in table.items():
            yield f"{_quoted(key)} = {_written(value)}", ("rules", place, key)
            yield "", None


@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=4), min_size=1, max_size=4))
def test_any_file_s_keys_are_found_on_the_lines_they_were_written(
    tables: list[dict[str, object]],
) -> None:
    written: list[str] = []
    expected: dict[KeyPath, int] = {}
    for text, path in _lines(tables):
        if path is not None:
            expected[path] = sum(each.count("\n") + 1 for each in written) + 1
        written.append(text)
    text = "\n".join(written)
    tomllib.loads(text)
    assert {path: line_of(text, path) for path in expected} == expected
