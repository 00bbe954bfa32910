"""Two models differ in exactly what their files say differently."""

from __future__ import annotations

import tomllib

import pytest

from leadline.model import Model
from leadline.sync.edits import edits

TEXT = """
name = "small"
max = 90
[dimensions.fit]
max = 50
[[rules]]
name = "Boss"
dimension = "fit"
when = "job_title = 'boss'"
points = 20
[[rules]]
name = "Big"
dimension = "fit"
when = "company.employees > 50"
points = 10
[[exclusions]]
name = "Rival"
when = "email_domain = 'rival.example'"
[[exclusions]]
name = "Gone"
when = "deleted"
[grades]
fit = { A = 30, B = 15 }
[[temperatures]]
name = "hot"
from = 60
"""


def model(*changes: tuple[str, str]) -> Model:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return Model.model_validate(tomllib.loads(text))


@pytest.mark.parametrize(
    ("old", "new", "part", "name", "change", "fields"),
    [
        ("points = 20", "points = 25", "rule", "Boss", "changed", {"points": ("20", "25")}),
        ("points = 20", "points = 20\nlimit = 5", "rule", "Boss", "changed", {"limit": (None, 5)}),
        ("max = 50", "max = 40", "dimension", "fit", "changed", {"max": (50, 40)}),
        ("max = 90", "max = 80", "max", "", "changed", {"max": (90, 80)}),
        ("max = 90\n", "", "max", "", "removed", {"max": (90, None)}),
        ("B = 15", "B = 10", "grade", "fit", "changed", {"B": (15, 10)}),
        (
            '[[temperatures]]\nname = "hot"\nfrom = 60\n',
            "",
            "temperature",
            "hot",
            "removed",
            {},
        ),
    ],
)
def test_one_edit_is_told_as_one(
    old: str, new: str, part: str, name: str, change: str, fields: dict[str, tuple[object, object]]
) -> None:
    (found,) = edits(model(), model((old, new)))
    assert (found.part, found.name, found.change, found.fields) == (part, name, change, fields)


def test_the_way_back_says_the_opposite() -> None:
    changed = model(("points = 20", "points = 25"), ('name = "Big"', 'name = "Large"'))
    there, back = edits(model(), changed), edits(changed, model())
    opposite = {"added": "removed", "removed": "added", "changed": "changed"}
    assert {(each.name, each.change) for each in back} == {
        (each.name, opposite[each.change]) for each in there
    }
    assert next(each for each in back if each.name == "Boss").fields == {"points": ("25", "20")}


def test_another_order_is_an_edit_since_the_first_exclusion_counts() -> None:
    swapped = model(("Rival", "X"), ("Gone", "Rival"), ("X", "Gone")).model_copy(
        update={"exclusions": tuple(reversed(model().exclusions))}
    )
    (found,) = edits(model(), swapped)
    assert (found.part, found.fields) == (
        "exclusions",
        {"order": (["Rival", "Gone"], ["Gone", "Rival"])},
    )


def test_the_same_text_has_no_edits() -> None:
    assert edits(model(), model()) == ()
