"""Plugins that score: the facts that they fill in, and the rules that they join to models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from leadline.batches import ModelView
from leadline.errors import PluginError
from leadline.hookspecs import hookimpl
from leadline.host import Host
from leadline.vocabulary import FieldType
from leadline.workspace import configured

SEEN = ModelView("b2b", 100, ("fit", "engagement"), ("Director",))

CONFIG = """
models = ["model.toml"]
[plugins]
files = ["house.py"{more}]
{table}
[sources.crm]
connector = "csv"
contacts = "contacts.csv"
"""
MODEL = """
name = "b2b"
[dimensions]
fit = { max = 50 }
[[rules]]
name = "Director"
dimension = "fit"
points = 10
when = "job_title = 'Director'"
"""
HOUSE = """
from __future__ import annotations
from leadline.hookspecs import hookimpl
from leadline.vocabulary import FieldType

@hookimpl
def register_facts():
    return {{"house_size": FieldType.INTEGER}}

@hookimpl
def score(model):
    return [{rule}]
"""
GOOD = (
    """{"name": "Large", "dimension": model.dimensions[0], "points": 7, "when": "house_size > 9"}"""
)


class Scores:
    """A plugin that answers score with this."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    @hookimpl
    def score(self, model: ModelView) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Facts:
    """A plugin that answers register_facts with this."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    @hookimpl
    def register_facts(self) -> Any:
        return self.answer


def test_hook_score() -> None:
    class Greets:
        @hookimpl
        def score(self, model: ModelView) -> Iterator[Mapping[str, object]]:
            yield {"name": f"Is in {model.name}", "dimension": model.dimensions[0]}

    host = Host.load({}, extra=[("one", Greets()), ("two", Scores([{"name": "B"}]))])
    assert host.score("one", SEEN) == [{"name": "Is in b2b", "dimension": "fit"}]
    assert host.score("two", SEEN) == [{"name": "B"}]


def test_hook_register_facts() -> None:
    host = Host.load({}, extra=[("one", Facts({"house_size": FieldType.INTEGER}))])
    (plugin,) = host.plugins()
    assert plugin.facts == {"house_size": FieldType.INTEGER}


@pytest.mark.parametrize("answer", [None, {"name": "A"}, "rules", [1], 7])
def test_what_is_no_list_of_tables_is_named(answer: object) -> None:
    host = Host.load({}, extra=[("one", Scores(answer))])
    if answer is None:  # pluggy leaves an answer of None out
        assert host.score("one", SEEN) == []
        return
    with pytest.raises(PluginError, match=r"'one', hook score: model 'b2b': .*list of tables"):
        host.score("one", SEEN)


def test_a_failing_scorer_is_named() -> None:
    host = Host.load({}, extra=[("one", Scores(KeyError("points")))])
    with pytest.raises(PluginError, match="plugin 'one', hook score: model 'b2b': KeyError"):
        host.score("one", SEEN)


@pytest.mark.parametrize("answer", [["house_size"], {"house_size": "integer"}, {1: FieldType.TEXT}])
def test_facts_must_have_types(answer: object) -> None:
    host = Host.load({}, extra=[("one", Facts(answer))])
    (refusal,) = host.refused
    assert "to register_facts; return a mapping of a fact's name to its" in refusal.reason


def test_rules_join_the_model_and_its_version(tmp_path: Path) -> None:
    plain = _open(tmp_path, "").models[0]
    model = _open(tmp_path, GOOD).models[0]
    assert [rule.name for rule in model.rules] == ["Director", "house: Large"]
    assert model.version != plain.version
    assert _open(tmp_path, GOOD.replace("7", "18")).models[0].version != model.version
    assert type(model).model_validate_json(model.content) == model


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ('{"dimension": "fit", "points": 1, "when": "house_size > 1"}', "rule '0': name: "),
        (GOOD.replace("house_size", "garden"), "rule 'house: Large': when: unknown field 'garden'"),
        (GOOD.replace("model.dimensions[0]", "'fitt'"), "dimension: there is no dimension 'fitt'"),
        (GOOD.replace("7", "'7'"), "points: must be a number"),
        (GOOD.replace("7", "0"), "points: 0 points change nothing"),
        (GOOD.replace("7", "7, 'python': 'x'"), "python"),
        (GOOD.replace("7", "{1, 2}"), "hold what no model file can"),
        (GOOD + ", " + GOOD, "two rules have the name 'house: Large'"),
        ("1 / 0", "score: model 'b2b': ZeroDivisionError"),
    ],
)
def test_a_bad_rule_refuses_the_plugin_and_the_rest_go_on(
    tmp_path: Path, rule: str, reason: str
) -> None:
    other = HOUSE.replace("house_size", "town_size").format(rule=GOOD.replace("house", "town"))
    (tmp_path / "town.py").write_text(other, encoding="utf-8")
    opened = _Opened(tmp_path, rule, more=', "town.py"')
    assert [rule.name for rule in opened.models[0].rules] == ["Director", "town: Large"]
    (refusal,) = opened.host.refused
    assert refusal.name == "house"
    assert reason in refusal.reason


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        ("email", "'email', which is leadline's own"),
        ("score", "'score' is a name that leadline uses itself"),
        ("House", "'House' cannot be a field's name"),
    ],
)
def test_a_fact_that_cannot_be_refuses_the_plugin(tmp_path: Path, fact: str, reason: str) -> None:
    opened = _Opened(tmp_path, "", fact=fact)
    (refusal,) = opened.host.refused
    assert refusal.reason.startswith(f"registers the fact {reason}")
    assert [rule.name for rule in opened.models[0].rules] == ["Director"]


def test_a_fact_of_two_plugins_refuses_the_second(tmp_path: Path) -> None:
    (tmp_path / "town.py").write_text(HOUSE.format(rule=""), encoding="utf-8")
    opened = _Opened(tmp_path, "", more=', "town.py"')
    (refusal,) = opened.host.refused
    assert (refusal.name, "which another plugin fills in" in refusal.reason) == ("town", True)


class _Opened:
    """The config of a folder with the house's plugin, opened."""

    def __init__(
        self, folder: Path, rule: str, *, fact: str = "house_size", more: str = "", table: str = ""
    ) -> None:
        house = HOUSE.replace("house_size", fact).format(rule=rule)
        (folder / "house.py").write_text(house, encoding="utf-8")
        (folder / "model.toml").write_text(MODEL, encoding="utf-8")
        (folder / "contacts.csv").write_text("contact_id\n1\n", encoding="utf-8")
        config = folder / "config.toml"
        config.write_text(CONFIG.format(more=more, table=table), encoding="utf-8")
        self.config, self.host = configured(config)
        self.models = self.config.models


def _open(folder: Path, rule: str) -> _Opened:
    opened = _Opened(folder, rule)
    assert opened.host.refused == []
    return opened


def test_a_model_may_name_a_plugins_fact_and_sources_bring_it(tmp_path: Path) -> None:
    model = MODEL.replace("job_title = 'Director'", "house_size > 3")
    _open(tmp_path, "")
    (tmp_path / "model.toml").write_text(model, encoding="utf-8")
    config, _ = configured(tmp_path / "config.toml")
    assert config.fields["house_size"] is FieldType.INTEGER


def test_a_field_of_the_config_must_agree_with_a_plugins_fact(tmp_path: Path) -> None:
    same = _Opened(tmp_path, GOOD, table='[fields]\nhouse_size = "integer"')
    assert same.config.fields["house_size"] is FieldType.INTEGER
    with pytest.raises(Exception, match="'house_size' is filled in by a plugin, and is integer"):
        _Opened(tmp_path, GOOD, table='[fields]\nhouse_size = "text"')
