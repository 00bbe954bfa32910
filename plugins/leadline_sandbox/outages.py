"""How trouble looks that looks the same at every CRM."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import HTMLResponse, Response

from leadline_sandbox.faults import Fault

Answer = Callable[[Fault], Response]


def page(status: int, title: str, words: str) -> Answer:
    """A page of HTML where JSON was asked for."""
    text = (
        f"<!DOCTYPE html><html><head><title>{title}</title></head>"
        f"<body><h1>{title}</h1><p>{words}</p></body></html>"
    )
    return lambda fault: HTMLResponse(text, status)


def empty(fault: Fault) -> Response:
    """200, and nothing."""
    return Response(b"", 200, media_type="application/json")
