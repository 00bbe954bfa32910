"""The page lists every setting with its default."""

from __future__ import annotations

import json

from leadline_notify.settings import NotifySettings
from tests.docs.pages import ROOT
from tests.docs.test_tables import code, rows


def test_every_setting_is_there_with_its_default() -> None:
    table = rows((ROOT / "docs" / "notify.md").read_text("utf-8"), "Settings")
    documented = {code(key)[0]: "".join(code(default)) for key, default, *_ in table}
    fields = NotifySettings.model_fields
    assert documented == {
        name: "" if field.is_required() else json.dumps(field.default)
        for name, field in fields.items()
    }
