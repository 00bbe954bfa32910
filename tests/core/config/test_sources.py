"""A source's table is checked against its connector, and becomes a `Source`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from leadline.batches import Capabilities, Source, Support
from leadline.config import Config, open_sources
from leadline.errors import ConfigError, Problem
from leadline.hookspecs import Connector, hookimpl
from leadline.host import Host

from .conftest import Load

SECRET = "tok-4711-Very_Hidden"


class ToySettings(BaseModel):
    """Settings of every sort that a stranger's connector may have."""

    model_config = ConfigDict(extra="forbid")

    token: SecretStr
    region: Literal["eu", "us"] = "eu"
    pages: int = Field(10, ge=1, le=100)
    either: int | bool | None = None
    account: str = "main"

    @field_validator("account")
    @classmethod
    def _named(cls, value: str) -> str:
        if value != "main":
            raise ValueError(f"no account is called {value!r}")
        return value

    @model_validator(mode="before")
    @classmethod
    def _not_both(cls, data: dict[str, object]) -> dict[str, object]:
        if data.get("region") == "us" and data.get("account") == "other":
            raise ValueError(f"{data} cannot be used together")
        return data


class ToyPlugin:
    """Brings a connector that reads contacts only."""

    @hookimpl
    def register_connectors(self) -> Iterable[Connector]:
        nothing = Capabilities(activities=Support.UNSUPPORTED)
        return [Connector("toy", ToySettings, nothing, lambda source: source)]


@pytest.fixture
def host() -> Host:
    """A host with the toy connector."""
    host = Host.load({}, extra=[("toy", ToyPlugin())])
    assert host.refused == []
    return host


def _toy(load: Load, keys: str, rest: str = "") -> Config:
    return load(
        ('connector = "csv"\ncontacts = "contacts.csv"', f'connector = "toy"\n{keys}'),
        ('[sources.crm.activity_types]\npage_view = ["Page view", "Visit"]\ncall = "Call"\n', rest),
    )


def _problems(load: Load, host: Host, keys: str, rest: str = "") -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        open_sources(_toy(load, keys, rest), host)
    return caught.value.problems


def test_a_right_table_becomes_a_source(load: Load, host: Host, folder: Path) -> None:
    config = _toy(load, 'token = "x"\npages = 5')
    (source,) = open_sources(config, host)
    assert isinstance(source, Source)
    assert isinstance(source.settings, ToySettings)
    assert source.settings.pages == 5
    assert (source.name, source.connector, source.base) == ("crm", "toy", folder)
    assert source.state == folder / "var" / "state" / "crm"
    assert source.time_zone.key == "Europe/Warsaw"
    assert source.fields["company.employees"] == "Staff"
    assert set(source.wanted) == {"job_title", "colour", "city", "company.employees"}


@pytest.mark.parametrize(
    ("keys", "line", "field", "words"),
    [
        ("", 9, "token", "the key 'token' is missing"),
        ('tokn = "x"', 11, "tokn", "there is no key 'tokn' here; did you mean 'token'?"),
        ('token = "x"\nregion = "asia"', 12, "region", "must be 'eu' or 'us'"),
        ('token = "x"\npages = 0', 12, "pages", "must be at least 1"),
        ('token = "x"\npages = "many"', 12, "pages", "must be a whole number, not a text"),
        ('token = "x"\neither = "many"', 12, "either", "must be a whole number, not a text"),
        ('token = "x"\naccount = "other"', 12, "account", "no account is called 'other'"),
        ('token = "x"\nregion = "us"\naccount = "other"', 9, "", "cannot be used together"),
        ('token = "x"\ntime_zone = "UTC"', 12, "time_zone", "belongs at the top of the file"),
    ],
)
def test_a_wrong_setting_is_named(
    load: Load, host: Host, folder: Path, keys: str, line: int, field: str, words: str
) -> None:
    problems = _problems(load, host, keys)
    place = ("sources.crm." + field).rstrip(".")
    assert any(
        (each.file, each.line, each.field) == (folder / "config.toml", line, place)
        and words in each.message
        for each in problems
    ), problems


def test_a_setting_from_outside_is_not_printed(
    load: Load, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_TOKEN", SECRET)
    for keys in (
        'token = "x"\naccount = "${CRM_TOKEN}"',
        'token = "x"\nregion = "${CRM_TOKEN}"',
        'token = "x"\npages = "${CRM_TOKEN}"',
        'token = "${CRM_TOKEN}"\nregion = "us"\naccount = "other"',
    ):
        problems = _problems(load, host, keys)
        assert problems
        assert all(
            SECRET[:8] not in str(each) and SECRET[-8:] not in str(each) for each in problems
        )


def test_activities_of_a_connector_without_any_are_refused(load: Load, host: Host) -> None:
    rest = '[sources.crm.activity_types]\ncall = "Call"\n'
    (problem,) = _problems(load, host, 'token = "x"', rest)
    assert (problem.line, problem.field) == (18, "sources.crm.activity_types")
    assert "connector 'toy' brings no activities" in problem.message


def test_an_unknown_connector_names_the_nearest(load: Load, host: Host, folder: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        open_sources(load(('"csv"', '"toyy"')), host)
    (problem,) = caught.value.problems
    assert (problem.line, problem.field) == (10, "sources.crm.connector")
    assert "there is no connector 'toyy'; did you mean 'toy'?" in problem.message
    assert "name it in plugins.enable" in problem.message


def test_an_optional_connector_says_what_to_install(load: Load, host: Host) -> None:
    with pytest.raises(ConfigError, match=r"pip install 'leadline\[postgres\]'"):
        open_sources(load(('"csv"', '"postgres"')), host)


def test_a_connector_whose_plugin_does_not_run_says_why(load: Load, folder: Path) -> None:
    (folder / "house.py").write_text("import no_such_library_at_all\n", encoding="utf-8")
    host = Host.load({}, files=[folder / "house.py"])
    with pytest.raises(ConfigError, match=r"plugin 'house' does not run: .*no_such_library_at_all"):
        open_sources(load(('"csv"', '"house"')), host)
