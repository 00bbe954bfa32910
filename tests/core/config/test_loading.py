"""A right config loads; a wrong one names every problem of it and of its model at once."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from leadline.config import facts, load_config, wanted_fields
from leadline.config.own_fields import GIVEN
from leadline.errors import ConfigError
from leadline.lake.schemas import CONTACTS
from leadline.vocabulary import FieldType

from .conftest import MODEL, Break, Load


def test_a_right_config_loads(load: Load, folder: Path) -> None:
    config = load()
    assert (config.path, config.base) == (folder / "config.toml", folder)
    assert config.workspace == folder / "var"
    assert config.model_paths == (folder / "model.toml",)
    assert [model.name for model in config.models] == ["b2b"]
    assert config.time_zone.key == "Europe/Warsaw"
    assert (config.ledger, config.lake, config.memory_limit) == (None, None, "1GiB")
    assert config.fields == {"colour": FieldType.TEXT, "shoe.size": FieldType.NUMBER}
    crm = config.sources["crm"]
    assert crm.connector == "csv"
    assert crm.fields == {"contact_id": "Id", "company.employees": "Staff", "city": "Town"}
    assert crm.activity_types == {"page_view": ("Page view", "Visit"), "call": ("Call",)}
    assert crm.settings == {"contacts": "contacts.csv"}


def test_a_config_cannot_be_changed(load: Load) -> None:
    config = load()
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.workspace = Path()  # type: ignore[misc]  # the point of the test
    with pytest.raises(TypeError):
        config.sources["x"] = config.sources["crm"]  # type: ignore[index]  # the point of the test


def test_defaults_stand_in_for_what_is_left_out(load: Load, folder: Path) -> None:
    config = load(('workspace = "var"\n', ""), ('time_zone = "Europe/Warsaw"\n', ""))
    assert config.workspace == folder / "var"
    assert config.time_zone.key == "UTC"


def test_paths_start_in_the_config_s_folder(
    load: Load, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(("[fields]", 'ledger = "sqlite:///runs.db"\nlake = "lake"\n[fields]'))
    monkeypatch.chdir(folder.parent)
    config = load_config(Path(folder.name) / "config.toml")
    assert config.base == folder
    assert config.ledger == f"sqlite:///{folder}/runs.db"
    assert config.lake == folder / "lake"


def test_an_absolute_ledger_stays_where_it_is(load: Load) -> None:
    for url in ("sqlite:////srv/runs.db", "postgresql://u@h/d"):
        assert load(("[fields]", f'ledger = "{url}"\n[fields]')).ledger == url


def test_plugins_are_named_with_or_without_a_pin(load: Load, folder: Path) -> None:
    (folder / "house.py").write_text("", encoding="utf-8")
    listed = load(("[fields]", '[plugins]\nenable = ["a", "b"]\nfiles = ["house.py"]\n[fields]'))
    assert listed.plugins.enable == {"a": None, "b": None}
    assert listed.plugins.files == (folder / "house.py",)
    pinned = load(("[fields]", '[plugins.enable]\na = "leadline-a==1.2"\n[fields]'))
    assert pinned.plugins.enable == {"a": "leadline-a==1.2"}


def test_facts_are_the_standard_ones_and_one_s_own(load: Load) -> None:
    known = facts(load())
    assert known["colour"] is FieldType.TEXT
    assert known["company.revenue"] is FieldType.MONEY
    assert known["email_domain"] is FieldType.TEXT
    assert known["created_at"] is FieldType.INSTANT


def test_only_what_is_named_or_mapped_is_wanted(load: Load) -> None:
    assert wanted_fields(load(), "crm") == {
        "job_title": FieldType.TEXT,
        "colour": FieldType.TEXT,
        "city": FieldType.TEXT,
        "company.employees": FieldType.INTEGER,
    }


# What is changed, the line and field it is reported at, and words of the message.
CASES = [
    ('"Europe/Warsaw"', '"Europe/Warschau"', 3, "time_zone", "did you mean 'Europe/Warsaw'?"),
    ('"Europe/Warsaw"', '"../zone"', 3, "time_zone", "there is no time zone"),
    ('["model.toml"]', '"model.toml"', 2, "models", "must be a list, not a text"),
    ('["model.toml"]', "[]", 2, "models", "must not be empty"),
    ('["model.toml"]', '["model.toml", "model.toml"]', 2, "models[1]", "two models are named"),
    ('["model.toml"]', '["nope.toml"]', 2, "models[0]", "there is no model file 'nope.toml'"),
    ('models = ["model.toml"]', "", 1, "models", "the key 'models' is missing"),
    ('"var"', '"config.toml"', 1, "workspace", "is a file; name a folder"),
    ('"var"', "3", 1, "workspace", "must be a text in quotes, not a whole number"),
    ("workspace", "workspce", 1, "workspce", "did you mean 'workspace'?"),
    ("[fields]", 'ledger = "mysql://h/d"\n[fields]', 5, "ledger", "sqlite:///FILE"),
    ("[fields]", 'lake = "s3://b"\n[fields]', 5, "lake", "must be a folder"),
    ("[fields]", 'memory_limit = "lots"\n[fields]', 5, "memory_limit", 'such as "1GiB"'),
    ('"text"', '"txt"', 6, "fields.colour", "must be 'integer', 'number'"),
    ("colour", "age", 6, "fields.age", "a standard field of type integer"),
    ("colour", "source", 6, "fields.source", "leadline uses itself"),
    ("colour", "a__b", 6, "fields.a__b", "cannot be a field's name"),
    ("shoe.size", "Shoe.size", 7, 'fields."Shoe.size"', "cannot be a field's name"),
    ("[fields]", "[plugins]\nenabled = []\n[fields]", 6, "plugins.enabled", "'enable'?"),
    ("[fields]", "[plugins]\nenable = [1]\n[fields]", 6, "plugins.enable", "in quotes"),
    ("[fields]", '[plugins.enable]\na = "b = 1"\n[fields]', 6, "plugins.enable.a", "distribution"),
    ("[fields]", '[plugins]\nfiles = ["h.py"]\n[fields]', 6, "plugins.files[0]", "no Python file"),
    ("sources.crm]", "sources.CRM]", 9, "sources.CRM", "lower-case letters"),
    ('connector = "csv"', 'conector = "csv"', 9, "sources.crm.connector", "is 'conector' meant?"),
    ("company.employees", "company.employes", 15, 'sources.crm.fields."company.employes"', "emplo"),
    ('"city" = "Town"', "url = 'x'", 16, "sources.crm.fields.url", "move it to activity_fields"),
    ('"city" = "Town"', "email_domain = 'x'", 16, "sources.crm.fields.email_domain", "itself"),
    ('"city" = "Town"', "city = 3", 16, "sources.crm.fields.city", "must be a text in quotes"),
    ('"city" = "Town"', "zzz = 'x'", 16, "sources.crm.fields.zzz", "under [fields] first"),
    ("page_view", "pageview", 19, "sources.crm.activity_types.pageview", "'page_view'?"),
    ('"Call"', '" visit"', 20, "sources.crm.activity_types.call", "already means page_view"),
    ('"Call"', "3", 20, "sources.crm.activity_types.call", "must be a"),
]


@pytest.mark.parametrize(("old", "new", "line", "field", "words"), CASES)
def test_a_wrong_key_is_named(
    broken: Break, folder: Path, old: str, new: str, line: int, field: str, words: str
) -> None:
    problems = broken((old, new))
    at_place = [each for each in problems if (each.line, each.field) == (line, field)]
    assert any(words in each.message for each in at_place), problems
    assert all(each.file == folder / "config.toml" for each in at_place)


def test_no_field_can_take_a_column_that_the_lake_keeps_itself(broken: Break) -> None:
    columns = set(CONTACTS.columns.names) - GIVEN.keys()
    assert columns
    for name in columns:
        (problem,) = broken(("shoe.size", name))
        assert f"'{name}' is a name that leadline uses itself" in problem.message


def test_a_character_that_no_path_can_hold_is_named(broken: Break) -> None:
    (problem,) = broken(('"var"', '"a\\u0000b"'))
    assert (problem.line, problem.field) == (1, "workspace")
    assert "NUL" in problem.message


def test_a_misspelled_activity_field_is_named(broken: Break) -> None:
    fields = '[sources.crm.activity_fields]\ntpye = "x"\n[sources.crm.activity_types]'
    (problem,) = broken(("[sources.crm.activity_types]", fields))
    assert (problem.line, problem.field) == (19, "sources.crm.activity_fields.tpye")
    assert "did you mean 'type'?" in problem.message


def test_a_config_without_sources_says_how_to_add_one(folder: Path) -> None:
    path = folder / "config.toml"
    rest = 'models = ["model.toml"]\n[fields]\ncolour = "text"\n'
    for tail, line in (("", 1), ("[sources]\n", 4)):
        path.write_text(rest + tail, encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            load_config(path)
        (problem,) = caught.value.problems
        assert (problem.line, problem.field) == (line, "sources")
        assert "there is no source: add [sources.NAME]" in problem.message


def test_problems_of_config_and_model_are_shown_together(broken: Break, folder: Path) -> None:
    (folder / "model.toml").write_text(MODEL.replace("points = 10", "points = 0"), encoding="utf-8")
    problems = broken(('"Europe/Warsaw"', '"Mars"'), ('"city"', '"ciyt"'))
    assert [(each.file, each.line) for each in problems] == [
        (folder / "config.toml", 3),
        (folder / "config.toml", 16),
        (folder / "model.toml", 13),
    ]


def test_a_badly_declared_fact_is_reported_once(broken: Break) -> None:
    (problem,) = broken(('"text"', '"txt"'))
    assert problem.field == "fields.colour"


def test_a_broken_model_does_not_hide_the_config_s_problems(broken: Break, folder: Path) -> None:
    (folder / "model.toml").write_text("name = b2b", encoding="utf-8")
    problems = broken(('"Europe/Warsaw"', '"Mars"'))
    assert [each.file for each in problems] == [folder / "config.toml", folder / "model.toml"]
    assert "not TOML at column 8" in problems[1].message


def test_a_config_that_is_not_there(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no such file; name another with --config"):
        load_config(folder / "nope.toml")


def test_a_contact_s_page_in_the_crm_is_a_url_with_its_id(load: Load) -> None:
    told = '[sources.crm]\nrecord_url = "https://crm.example/c/{contact_id}?tab=1"'
    crm = load(("[sources.crm]", told)).sources["crm"]
    assert crm.page_of("a/b 1") == "https://crm.example/c/a%2Fb%201?tab=1"
    assert load().sources["crm"].page_of("1") is None
    for wrong in ("javascript:{contact_id}", "https://crm.example/c"):
        with pytest.raises(ConfigError, match=r"must be a URL with \{contact_id\} in it"):
            load(("[sources.crm]", f'[sources.crm]\nrecord_url = "{wrong}"'))
