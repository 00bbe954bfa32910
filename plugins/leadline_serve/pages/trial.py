"""Try a change: a copy of the model, checked while it is written, and the plan of what it does.

Nothing is kept on the server: the file in the workspace stays the one source of truth.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request, Response
from pydantic import ValidationError

from leadline.errors import ConfigError
from leadline_serve.access import Admin, User
from leadline_serve.api import drafts
from leadline_serve.api import models as answers
from leadline_serve.pages.charts import moves_chart
from leadline_serve.pages.choosing import ModelName, chosen
from leadline_serve.pages.model import told
from leadline_serve.pages.rendering import page
from leadline_serve.reach import server_of

router = APIRouter()

_RULES = 20  # rules whose points move most
_WRONG = 400
Text = Annotated[str, Form()]
Name = Annotated[str, Form(max_length=200)]


@router.get("/model/try")
def begin(request: Request, user: Admin, model: ModelName = None) -> Response:
    """The model's text, to be changed."""
    server = server_of(request)
    name = chosen(server, model)
    _, text = answers.file_of(server, name)
    return _page(request, user, name, text)


@router.post("/model/check")
def check(request: Request, user: Admin, text: Text = "", model: Name = "") -> Response:
    """What is wrong with a text, for the page that it is written on."""
    server = server_of(request)
    name = chosen(server, model)
    found = drafts.check_draft(server, user, name, _draft(text))
    return page(request, "problems.html", user, checked=found)


@router.post("/model/try")
def plan(request: Request, user: Admin, text: Text = "", model: Name = "") -> Response:
    """The plan of the change: who moves, from where to where, and how many reach sales."""
    server = server_of(request)
    name = chosen(server, model)
    plain = text.replace("\r\n", "\n")
    draft = _draft(plain)
    _, path = drafts.place_of(server, name)
    try:
        made = drafts.planned(request, server, user, name, path, draft)
    except ConfigError as error:
        return _page(request, user, name, plain, drafts.unfit(error), status=_WRONG)
    return _page(request, user, name, plain, plan=made)


def _page(
    request: Request,
    user: User,
    name: str,
    text: str,
    checked: drafts.CheckAnswer | None = None,
    plan: dict[str, Any] | None = None,
    status: int = 200,
) -> Response:
    server = server_of(request)
    head = next(each for each in answers.models(server, user) if each.name == name)
    bars = [(_band(each), each["contacts"]) for each in (plan or {}).get("distribution", ())]
    moved = [bar for bar in bars if bar[1]]
    return page(
        request,
        "try.html",
        user,
        status=status,
        model=name,
        file=head.file,
        text=text,
        checked=checked,
        plan=plan,
        bands=moved,
        bands_chart=moves_chart(bars) if moved else None,
        shares=[each for each in (plan or {}).get("rules", ()) if each["contacts"]][:_RULES],
        told=told,
    )


def _draft(text: str) -> drafts.Draft:
    try:
        return drafts.Draft(text=text)
    except ValidationError:
        raise HTTPException(413, "the text is too long for a model file") from None


def _band(band: dict[str, int | None]) -> str:
    least, most = band["least"], band["most"]
    if least is None:
        return f"{most:+d} or less"
    if most is None:
        return f"{least:+d} or more"
    return f"{least:+d}" if least == most else f"{least:+d} to {most:+d}"
