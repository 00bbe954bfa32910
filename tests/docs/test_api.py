"""docs/api.md names every route of the API, and who may use it."""

from __future__ import annotations

import re

from fastapi import FastAPI

from leadline_serve import api
from leadline_serve.access.gates import gates

from .pages import ROOT

_ROW = re.compile(r"^\| `([A-Z]+) (\S+)` \| (viewer|admin) \|", re.MULTILINE)


def test_the_page_names_every_route_and_its_role() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    api.include(app)
    there = {
        (method, gate.path.replace(":path", ""), str(gate.role))
        for gate in gates(app)
        for method in gate.methods - {"HEAD"}
    }
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert set(_ROW.findall(page)) == there
