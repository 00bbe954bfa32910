"""`leadline model check` from the outside: what it prints, where, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadline.presets import presets
from tests.e2e.world import DAY, MODEL, World, run_here

EXPECT = '\n[[expect]]\ncontact = "bob"\ntemperature = "hot"\n'


def _check(world: World, *arguments: str) -> tuple[int, dict[str, list[str]]]:
    """The exit status, and the remarks of `model check --json` by check."""
    done = run_here("model", "check", *arguments, "--json", "-c", str(world.config))
    found: dict[str, list[str]] = {}
    for each in done.document["remarks"]:
        found.setdefault(each["check"], []).append(f"{each['severity']} {each['line']}")
    return done.status, found


def test_without_data_it_says_what_it_could_not_check(world: World) -> None:
    done = run_here("model", "check", "-c", str(world.config))
    assert done.status == 0
    assert "not checked for want of data: expect, activity-types, values" in done.out
    assert f"{world.folder / 'model.toml'}:1: note: no day is set" in done.out
    document = run_here("model", "check", "--json", "-c", str(world.config)).document
    assert document["people"] is None
    assert "firing" in document["waiting"]
    assert (document["ok"], document["errors"], document["notes"]) == (True, 0, 2)


def test_of_four_people_it_draws_no_conclusions(synced: World) -> None:
    done = run_here("model", "check", "--as-of", DAY, "-c", str(synced.config))
    assert done.status == 0
    assert "checked on 4 people" in done.out
    assert "not checked, as so few people tell nothing: values, firing" in done.out


def test_an_expectation_that_holds_is_silent_and_one_that_fails_is_an_error(synced: World) -> None:
    synced.write("model.toml", MODEL + EXPECT.replace("bob", "ada"))
    assert _check(synced, "--as-of", DAY) == (0, {"review": ["note 1"], "reach": ["note 5"]})
    synced.write("model.toml", MODEL + EXPECT)
    done = run_here("model", "check", "--as-of", DAY, "-c", str(synced.config))
    assert done.status == 1
    line = MODEL.count("\n") + 2
    expected = "error: bob: expected temperature hot; it is score 10, C2, cold [expect]"
    assert f"{synced.folder / 'model.toml'}:{line}: {expected}" in done.out
    assert "1 error, 2 notes" in done.out


def test_warnings_alone_are_no_failure(synced: World) -> None:
    synced.change("model.toml", "[grades]", '[lists]\nspare = ["a"]\n[grades]')
    status, found = _check(synced)
    assert status == 0
    assert found["unused"] == [f"warning {MODEL[: MODEL.index('[grades]')].count(chr(10)) + 2}"]


def test_a_file_that_is_not_configured_can_be_checked(synced: World) -> None:
    draft = synced.write("draft.toml", MODEL + EXPECT)
    status, found = _check(synced, str(draft), "--as-of", DAY)
    assert status == 1
    assert list(found) == ["review", "reach", "expect"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("job_title ILIKE", "job_titel ILIKE", "did you mean 'job_title'?"),
        ("points = 20", "points = twenty", "a text stands in quotes"),
    ],
)
def test_a_model_that_cannot_be_loaded_is_a_usage_error(
    synced: World, old: str, new: str, words: str
) -> None:
    synced.change("model.toml", old, new)
    done = run_here("model", "check", "-c", str(synced.config))
    assert done.status == 2
    assert "model.toml:" in done.error
    assert words in done.error


def test_files_that_are_not_there(synced: World) -> None:
    done = run_here("model", "check", "nowhere.toml", "-c", str(synced.config))
    assert done.status == 2
    assert "nowhere.toml: there is no such file" in done.error


def test_all_wrong_files_are_told_at_once(synced: World) -> None:
    one = synced.write("one.toml", MODEL.replace("points = 20", "pionts = 20"))
    two = synced.write("two.toml", MODEL.replace("within", "withn"))
    done = run_here("model", "check", str(one), str(two), "-c", str(synced.config))
    assert done.status == 2
    assert "one.toml" in done.error
    assert "two.toml" in done.error


def test_it_writes_nothing(synced: World) -> None:
    before = {path: path.stat().st_mtime_ns for path in synced.folder.iterdir() if path.is_file()}
    runs = synced.run("runs", "--json").document
    assert run_here("model", "check", "-c", str(synced.config)).status == 0
    after = {path: path.stat().st_mtime_ns for path in synced.folder.iterdir() if path.is_file()}
    assert after == before
    assert synced.run("runs", "--json").document == runs


def test_the_demo_s_model_has_notes_alone(demo: World) -> None:
    document = run_here("model", "check", "--json", "-c", str(demo.config)).document
    assert (document["errors"], document["warnings"]) == (0, 0), document["remarks"]
    assert document["waiting"] == []


@pytest.mark.parametrize("preset", presets())
def test_a_preset_starts_with_notes_alone(preset: str, tmp_path: Path) -> None:
    assert run_here("init", str(tmp_path), "--preset", preset).status == 0
    done = run_here("model", "check", "--json", "-c", str(tmp_path / "config.toml"))
    assert done.status == 0
    allowed = {"protected"}  # a preset for consumers may warn of age and gender
    loud = [each for each in done.document["remarks"] if each["severity"] != "note"]
    assert [each for each in loud if each["check"] not in allowed] == []
