"""The files that pages use: one sheet, one script, and Plotly's script from its own package."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response

from leadline.errors import UsageError

router = APIRouter()

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_OWN = ("leadline.css", "live.js", "icon.svg")
_PLOTLY = "plotly.min.js"
_FOR_EVER = "public, max-age=31536000, immutable"  # the URL holds a digest of the content


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is sent."""

    content: bytes
    packed: bytes
    kind: str


@router.get("/static/{name}")
def static(request: Request, name: str) -> Response:
    """A file by its name; there is no way to any other file."""
    if name not in (*_OWN, _PLOTLY):
        raise HTTPException(404, "there is no such file")
    found = _file(name)
    headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.packed, headers=headers, media_type=found.kind)
    return Response(found.content, headers=headers, media_type=found.kind)


@cache
def url_of(name: str) -> str:
    """Where a file is, with what changes when its content does."""
    place = _place(name)
    told = place.read_bytes() if name in _OWN else str(place.stat().st_mtime_ns).encode()
    return f"/static/{name}?v={hashlib.sha256(told).hexdigest()[:12]}"


@cache
def _file(name: str) -> File:
    content = _place(name).read_bytes()
    return File(content, gzip.compress(content, 6), _TYPES[Path(name).suffix])


def _place(name: str) -> Path:
    if name in _OWN:
        return _FOLDER / name
    spec = find_spec("plotly")  # looked up, not imported: only its script is needed
    if spec is None or spec.origin is None:
        raise UsageError("the charts need plotly: pip install 'leadline[serve]'")
    return Path(spec.origin).parent / "package_data" / name
