"""What kind of address somebody has, as a fact and as points."""

from __future__ import annotations

import pytest

from leadline_quality.addresses import Addresses
from leadline_quality.settings import QualitySettings

from .conftest import Mailing

LISTED = QualitySettings.model_validate(
    {
        "disposable": ["burn.example"],
        "free": ["Post.Example"],
        "role": ["kasse"],
        "except": ["gmail.com", "info@acme.example", "mailinator.com"],
    }
)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("jan@mailinator.com", "disposable"),
        ("jan@box.mailinator.com", "disposable"),
        ("info@mailinator.com", "disposable"),
        ("Info@Acme.example", "role"),
        ("info+shop@acme.example", "role"),
        ("info@gmail.com", "role"),
        (" Eva@GMAIL.com ", "free"),
        ("eva@acme.example", "business"),
        ("eva@mail.acme.example.", "business"),
        ("", None),
        (None, None),
        ("nobody", None),
        ("@gmail.com", None),
        ("eva@localhost", None),
    ],
)
def test_an_address_has_one_kind(address: str | None, kind: str | None) -> None:
    assert Addresses(QualitySettings.model_validate({})).kind(address) == kind


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("jan@burn.example", "disposable"),
        ("eva@post.example", "free"),
        ("kasse@acme.example", "role"),
        ("info@acme.example", "business"),
        ("info@gmail.com", "business"),
        ("jan@mailinator.com", "business"),
        ("sales@acme.example", "role"),
    ],
)
def test_the_settings_extend_and_overrule_the_lists(address: str, kind: str) -> None:
    assert Addresses(LISTED).kind(address) == kind


def test_kinds_are_worth_points(mailing: Mailing) -> None:
    mailing.world.sync()
    assert mailing.rows("jan") == {"Director": 30, "quality: Disposable address": -20}
    assert mailing.rows("ola") == {"Director": 30, "quality: Role address": -5}
    assert mailing.rows("eva") == mailing.rows("roy") == {"Director": 30}
    (row,) = (r for r in mailing.explained("jan")["rows"] if r["points"] < 0)
    assert (row["dimension"], row["detail"]) == ("fit", "email_kind is disposable")
    unknown = [row for row in mailing.explained("nil")["rows"] if row["points"] == 0]
    assert [row["rule"] for row in unknown] == [
        "quality: Disposable address",
        "quality: Role address",
    ]
    assert unknown[0]["detail"] == "unknown: no email_kind; could give -20"


def test_points_and_dimension_are_settings(mailing: Mailing) -> None:
    mailing.set('dimension = "engagement"\npoints = { free = 4, disposable = 0, role = 0 }')
    mailing.world.sync()
    assert mailing.rows("roy") == {"Director": 30, "quality: Free mail provider": 4}
    assert mailing.rows("jan") == {"Director": 30}
    mailing.set('models = ["another"]')
    mailing.world.sync("--allow-changes")
    assert mailing.rows("roy") == {"Director": 30}


def test_a_model_names_the_fact_itself(mailing: Mailing) -> None:
    mailing.set("points = { disposable = 0, role = 0 }")
    mailing.world.change("model.toml", "job_title = 'Director'", "email_kind = 'business'")
    mailing.world.sync()
    assert {i: lead["score"] for i, lead in mailing.world.leads().items()} == {
        "eva": 30,
        "jan": 0,
        "ola": 0,
        "roy": 0,
        "nil": 0,
    }


def test_the_rules_are_in_all_that_speaks_of_the_model(mailing: Mailing) -> None:
    mailing.world.sync()
    checked = mailing.world.run("check", "--json")
    assert "rule quality: Role address" in checked.out
    assert "mailinator" not in mailing.world.run("model", "sql").out
    assert "disposable" in mailing.world.run("model", "sql").out
    assert mailing.world.run("model", "check").status == 0
    planned = mailing.world.run("plan", "--model", str(mailing.world.folder / "model.toml"))
    assert planned.status == 0, planned


def test_other_points_are_another_version_and_the_past_stays_explainable(mailing: Mailing) -> None:
    first = mailing.world.sync()["models"][0]["version"]
    assert mailing.world.sync()["models"][0]["version"] == first
    mailing.set("points = { disposable = -25 }")
    second = mailing.world.sync("--allow-changes")["models"][0]["version"]
    assert second != first
    (change,) = mailing.explained("jan")["changes"]
    assert (change["rule"], change["points"]) == ("quality: Disposable address", -5)
    mailing.switch_off()
    mailing.world.sync("--allow-changes")
    (change,) = mailing.explained("jan")["changes"]
    assert (change["points"], change["detail"]) == (25, "-25 → +0; no longer")


def test_a_dimension_that_is_not_there_refuses_the_plugin_alone(mailing: Mailing) -> None:
    mailing.set('dimension = "fitness"')
    synced = mailing.world.run("sync")
    assert (synced.status, "there is no dimension 'fitness'" in synced.error) == (1, True)
    assert mailing.rows("jan") == {"Director": 30}
    done = mailing.world.run("check")
    assert done.status == 1
    assert "there is no dimension 'fitness'" in " ".join(done.out.split())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("burst_clicks = 1", "config.toml:5: plugins.quality.burst_clicks: must be at least 2"),
        ("burst = 1", "there is no key 'burst'"),
        ('disposable = [""]', "is empty"),
        ("points = { bought = 1 }", "bought"),
    ],
)
def test_a_wrong_setting_is_told_with_its_line(
    mailing: Mailing, settings: str, message: str
) -> None:
    mailing.set(settings)
    assert message in mailing.world.run("sync").error
