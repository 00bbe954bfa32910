"""Whatever stands in the files, the answer is a config or a list of problems with their places."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.config import Config, load_config
from leadline.errors import ConfigError, Problem

from .conftest import CONFIG, MODEL

WORDS = st.sampled_from(
    [
        "",
        "x",
        "~nobody/x",
        "a\x00b",
        "x" * 5000,
        "${A B}",
        "${file:a\x00}",
        "a.b",
        "../..",
        "/",
        "ü",
    ]
)
SCALARS = (
    WORDS.map(json.dumps)
    | st.integers(-(10**20), 10**20).map(str)
    | st.sampled_from(["true", "nan", "-inf", "1e300", "0.1", "2026-01-31", "12:00:00", "[[]]"])
)
VALUES = SCALARS | st.lists(SCALARS, max_size=2).map(lambda items: f"[{', '.join(items)}]")
TABLES = VALUES | VALUES.map(lambda value: f"{{ name = {value}, x = {{ y = {value} }} }}")
LINES = [line for text in (CONFIG, MODEL) for line in text.splitlines() if " = " in line]


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(LINES), TABLES, min_size=1, max_size=3))
def test_any_value_of_any_key_gives_a_config_or_problems(values: dict[str, str]) -> None:
    config, model = CONFIG, MODEL
    for line, value in values.items():
        changed = f"{line.split(' = ')[0]} = {value}"
        config, model = config.replace(line, changed, 1), model.replace(line, changed, 1)
    _loads_or_complains(config, model)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(CONFIG)), st.text("[]{}=.\"'\n#${}x1\\é\x00", max_size=4))
def test_any_text_anywhere_gives_a_config_or_problems(place: int, text: str) -> None:
    _loads_or_complains(CONFIG[:place] + text + CONFIG[place:], MODEL)


def _loads_or_complains(config: str, model: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model.toml").write_text(model, encoding="utf-8")
        (folder / "config.toml").write_text(config, encoding="utf-8")
        answer = _answer(folder / "config.toml")
    if not isinstance(answer, Config):
        assert answer
        assert all(each.message and each.file and each.line for each in answer)


def _answer(path: Path) -> Config | list[Problem]:
    try:
        return load_config(path)
    except ConfigError as error:
        return error.problems
