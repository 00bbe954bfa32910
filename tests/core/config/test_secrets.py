"""Values from outside reach the config, and never a message."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from leadline.config import load_config
from leadline.config.secrets import MAX_BYTES
from leadline.errors import ConfigError

from .conftest import Break, Load

SECRET = "tok-4711-Very_Hidden"


def test_a_variable_and_a_file_are_put_in(
    load: Load, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_TOKEN", SECRET)
    (folder / "token").write_text("from a file\n", encoding="utf-8")
    (folder / "far").write_text("elsewhere\r\n", encoding="utf-8")
    keys = (
        'token = "Bearer ${CRM_TOKEN}"\nlist = ["${file:token}"]\n'
        f"table = {{ deep = '${{file:{folder}/far}}' }}\nplain = \"$${{CRM_TOKEN}} costs $5\""
    )
    settings = load(('contacts = "contacts.csv"', keys)).sources["crm"].settings
    assert settings == {
        "token": f"Bearer {SECRET}",
        "list": ["from a file"],
        "table": {"deep": "elsewhere"},
        "plain": "${CRM_TOKEN} costs $5",
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("${NO_SUCH_VARIABLE}", "the environment variable NO_SUCH_VARIABLE is not set"),
        ("${EMPTY_VARIABLE}", "the environment variable EMPTY_VARIABLE is empty"),
        ("${file:nope}", "cannot be read: no such file"),
        ("${file:.}", "cannot be read: is a directory"),
        ("${file:empty}", "is empty"),
        ("${file:binary}", "is not UTF-8"),
        ("${file:large}", "is larger than"),
        ("${not a name}", "write ${NAME}"),
        ("${A:-default}", "write ${NAME}"),
        ("${UNCLOSED", "the '}' of ${…} is missing"),
    ],
)
def test_what_cannot_be_put_in_is_named(
    broken: Break, folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    monkeypatch.delenv("NO_SUCH_VARIABLE", raising=False)
    monkeypatch.setenv("EMPTY_VARIABLE", "")
    (folder / "empty").write_text("\n", encoding="utf-8")
    (folder / "binary").write_bytes(b"\xff\xfe\x00")
    (folder / "large").write_bytes(b"x" * (MAX_BYTES + 1))
    (problem,) = broken(("contacts.csv", text))
    assert (problem.file, problem.line) == (folder / "config.toml", 11)
    assert problem.field == "sources.crm.contacts"
    assert words in problem.message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"Europe/Warsaw"', '"${CRM_TOKEN}"'),
        ('"Europe/Warsaw"', '"Europe/${CRM_TOKEN}"'),
        ("[fields]", 'ledger = "mysql://u:${CRM_TOKEN}@h/d"\n[fields]'),
        ("[fields]", 'memory_limit = "${CRM_TOKEN}"\n[fields]'),
        ('"text"', '"${CRM_TOKEN}"'),
        ("[fields]", '[plugins.enable]\na = "x ${CRM_TOKEN}"\n[fields]'),
        ("[fields]", '[plugins]\nfiles = ["${CRM_TOKEN}"]\n[fields]'),
        ('["Page view", "Visit"]', '["${CRM_TOKEN}", "Call"]\n"email_open" = "${CRM_TOKEN}"'),
    ],
)
def test_a_wrong_value_from_outside_is_not_printed(
    load: Load, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    monkeypatch.setenv("CRM_TOKEN", SECRET)
    with pytest.raises(ConfigError) as caught:
        load((old, new))
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    for part in (SECRET, SECRET.lower(), SECRET[:8], SECRET[-8:]):
        assert part not in shown
    assert caught.value.problems[0].line is not None


def test_a_config_s_repr_shows_no_value(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_TOKEN", SECRET)
    monkeypatch.setenv("DB", f"postgresql://u:{SECRET}@h/d")
    config = load(
        ("contacts.csv", "${CRM_TOKEN}"),
        ('"Town"', '"${CRM_TOKEN}"'),
        ("[fields]", 'ledger = "${DB}"\n[fields]'),
    )
    assert SECRET in (config.ledger or "")
    for part in (config, config.sources, config.secrets, config.document, config.plugins):
        assert SECRET not in repr(part)


def test_a_secret_in_broken_toml_is_not_printed(folder: Path) -> None:
    path = folder / "config.toml"
    path.write_text(f'models = ["model.toml"]\ntoken = {SECRET}\n', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert SECRET not in str(caught.value)
    assert caught.value.problems[0].line == 2
