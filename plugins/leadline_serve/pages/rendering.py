"""Templates into pages: one environment, autoescaped, for whatever a CRM holds is hostile text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from leadline_serve.access import User, csrf_token
from leadline_serve.pages.files import url_of
from leadline_serve.reach import server_of

THEME_COOKIE = "leadline_theme"
_TEMPLATES = Path(__file__).parent / "templates"
_THEMES = ("light", "dark")
_WORDS = {
    "succeeded": "done",
    "waiting": "waits",
    "not implemented": "not yet",
    "full": "yes",
    "unsupported": "no",
}
_CHIPS = {
    "succeeded": "done",
    "cold": "cool",
    "waiting": "running",
    "cancelled": "dead",
}


def page(
    request: Request, template: str, user: User | None, *, status: int = 200, **context: object
) -> HTMLResponse:
    """A whole page, or a part of one, for whoever asked; `user` is None where nobody signed in."""
    server = server_of(request)
    theme = request.cookies.get(THEME_COOKIE)
    said = (
        _environment(server.config.time_zone.key)
        .get_template(template)
        .render(
            user=user,
            here=request.url.path,
            theme=theme if theme in _THEMES else None,
            csrf=csrf_token(request),
            zone=server.config.time_zone.key,
            signs_in=server.serve.sign_in,
            **context,
        )
    )
    return HTMLResponse(said, status)


def link(path: str, *parts: str, **query: object) -> str:
    """A path of this server with its parts quoted; of the query what is None or "" is left out."""
    whole = "/".join((path.rstrip("/"), *(quote(part, safe="") for part in parts)))
    asked = {name: value for name, value in query.items() if value not in (None, "")}
    return (whole or "/") + (f"?{urlencode(asked)}" if asked else "")


@cache
def _environment(zone: str) -> Environment:
    """One for each time zone: pages tell instants in the workspace's own."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    here = ZoneInfo(zone)
    made.globals |= {"link": link, "asset": url_of}
    made.filters |= {
        "whole": _whole,
        "signed": _signed,
        "minute": lambda at: _minute(at, here),
        "iso": lambda at: at.isoformat(),
        "chip": lambda word: _CHIPS.get(word, word),
        "word": lambda word: _WORDS.get(word, word),
        "named": named,
        "web": _web,
        "plural": plural,
    }
    return made


def _whole(value: int | None) -> str:
    return "none" if value is None else f"{value:,}"


def _signed(points: int) -> str:
    return f"{points:+,}".replace("-", "−")  # noqa: RUF001 -- a minus is as wide as a plus


def _minute(at: datetime | None, zone: ZoneInfo) -> str:
    return "never" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def named(fact: str) -> str:
    """A field's or type's name for people: "company.employees" is "company employees"."""
    return fact.replace("_", " ").replace(".", " ")


def _web(url: str | None) -> str | None:
    """A URL that a page may link to; None for "javascript:" and whatever else a CRM may hold."""
    return url if url is not None and url.startswith(("https://", "http://")) else None


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its word: "1 lead", "1,200 leads"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def chart(data: list[Mapping[str, Any]], layout: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A figure for the page's script; "@accent" stands for a colour of the stylesheet."""
    return {"data": data, "layout": dict(layout or {})}
