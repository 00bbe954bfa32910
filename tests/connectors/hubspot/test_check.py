"""`check` finds what a sync would stumble over and writes nothing; `fix` makes what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadline.errors import SignInError
from leadline.vocabulary import FieldType
from leadline_sandbox.hubspot.definitions import Choice, Property

from .writing import desk

NAMES = ("score", "fit", "engagement", "grade", "temperature", "reasons", "model_version")
OWN = {f"leadline_{name}" for name in (*NAMES, "scored_at")}


def test_an_account_without_leadlines_properties_is_told_how_to_get_them(tmp_path: Path) -> None:
    with desk(tmp_path, fixed=False) as at:
        found = at.check()
        missing = {name for name, each in found.items() if each.fix}
        assert missing == {f"property {name}" for name in OWN}
        assert "leadline check --fix" in found["property leadline_score"].detail
        assert "a number property 'leadline_score'" in found["property leadline_score"].fix
        assert "date and time" in found["property leadline_scored_at"].fix


def test_check_changes_nothing(tmp_path: Path) -> None:
    with desk(tmp_path, fixed=False) as at:
        before = {record.id: {**record.values} for record in at.hub.store.records("contacts")}
        properties = set(at.hub.store.schemas["contacts"].properties)
        at.check()
        assert {r.id: r.values for r in at.hub.store.records("contacts")} == before
        assert set(at.hub.store.schemas["contacts"].properties) == properties


def test_the_account_says_who_it_is_and_how_many_calls_are_left(tmp_path: Path) -> None:
    with desk(tmp_path, tier="pro") as at:
        found = at.check()
        assert found["account"].ok
        for part in ("portal 4242424", "Europe/Warsaw", "Professional", "625,000"):
            assert part in found["account"].detail
        assert found["calls"].ok
        assert "of the account's 625,000" in found["calls"].detail
        assert all(each.ok for each in found.values())


def test_fix_makes_each_property_with_its_type_in_a_group_of_its_own(tmp_path: Path) -> None:
    with desk(tmp_path, fixed=False) as at:
        assert {each.detail for each in at.fix().values()} == {"made"}
        schema = at.hub.store.schemas["contacts"]
        assert schema.groups["leadline"] == "leadline"
        made = {name: schema.properties[name] for name in OWN}
        assert {each.group for each in made.values()} == {"leadline"}
        assert not any(each.form_field for each in made.values())
        assert made["leadline_score"].type == "number"
        assert made["leadline_reasons"].field_type == "textarea"
        assert (made["leadline_scored_at"].type, made["leadline_scored_at"].field_type) == (
            "datetime",
            "date",
        )
        assert {each.detail for each in at.fix().values()} == {"is there"}
        assert not any(each.fix for each in at.check().values())


def test_fix_brings_an_archived_property_back(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.hub.store.schemas["contacts"].archive("leadline_score")
        assert at.check()["property leadline_score"].fix
        found = at.fix()["property leadline_score"]
        assert (found.ok, found.detail) == (True, "made")
        assert not at.hub.store.schemas["contacts"].properties["leadline_score"].archived


def test_a_property_of_the_wrong_type_is_left_as_it_is_and_named(tmp_path: Path) -> None:
    with desk(tmp_path, fixed=False) as at:
        schema = at.hub.store.schemas["contacts"]
        schema.properties["leadline_score"] = Property(
            "leadline_score", "Score", built_in=False, options=[Choice("1", "One")]
        )
        for found in (at.check(), at.fix()):
            wrong = found["property leadline_score"]
            assert not wrong.ok
            assert "is string and has to be number" in wrong.detail
            assert "write.score" in wrong.detail
        assert schema.properties["leadline_score"].type == "string"


def test_a_token_that_may_not_make_properties_gets_them_to_be_made_by_hand(tmp_path: Path) -> None:
    with desk(tmp_path, fixed=False) as at:
        at.hub.options.scopes = at.hub.options.without("crm.schemas.contacts.write")
        found = at.fix()
        assert set(found) == {f"property {name}" for name in OWN}
        assert not any(each.ok for each in found.values())
        detail = found["property leadline_reasons"].detail
        assert "crm.schemas.contacts.write" in detail
        assert "a multi-line text property 'leadline_reasons' in the group 'leadline'" in detail


@pytest.mark.parametrize(
    ("scope", "subject"),
    [
        ("crm.objects.contacts.read", "reading contacts"),
        ("crm.objects.contacts.write", "writing contacts"),
    ],
)
def test_a_missing_permission_is_named(tmp_path: Path, scope: str, subject: str) -> None:
    with desk(tmp_path) as at:
        at.hub.options.scopes = at.hub.options.without(scope)
        found = at.check()[subject]
        assert not found.ok
        assert scope in found.detail


def test_a_wanted_property_that_is_missing_is_named_with_the_nearest(tmp_path: Path) -> None:
    wanted = {
        "fields": {"job_title": "job_titel", "city": "city"},
        "wanted": {"job_title": FieldType.TEXT, "city": FieldType.TEXT},
    }
    with desk(tmp_path, source=wanted) as at:
        found = at.check()
        missing = found["contacts properties: job_title"]
        assert not missing.ok
        assert "'job_titel'; did you mean 'jobtitle'?" in missing.detail
        assert "city ← city" in found["contacts properties"].detail


def test_stages_that_the_account_does_not_know_are_named(tmp_path: Path) -> None:
    stages = {
        "lifecyclestage": {"mql": frozenset({"lead", "nurture"})},
        "phase": {"x": frozenset({""})},
    }
    with desk(tmp_path, source={"stages": stages}) as at:
        found = at.check()
        assert "'mql' is no value" in found["stage field lifecyclestage"].detail
        assert "'nurture' is no value" in found["stage field lifecyclestage"].detail
        assert "no contact property 'phase'" in found["stage field phase"].detail


def test_a_feed_that_the_account_does_not_have_is_off_and_no_fault(tmp_path: Path) -> None:
    with desk(tmp_path, tier="free") as at:
        found = at.check()["feed events"]
        assert found.ok
        assert found.detail.startswith("off (")


def test_a_token_that_hubspot_does_not_take_stops_the_check(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.hub.faults.add("401")
        with pytest.raises(SignInError) as raised:
            at.check()
        assert at.hub.token not in str(raised.value)
