"""Every call that the simulator knows, by its label; the version of the API stands in the path."""

from __future__ import annotations

import re
from dataclasses import dataclass

_VERSIONED = re.compile(r"^/services/data/v(\d+\.\d)(/.*)?$")
_LIST = re.compile(r"^/services/data/?$")
_USER_INFO = "/services/oauth2/userinfo"
VERSIONS = "/versions"


@dataclass(frozen=True, slots=True)
class Known:
    """One call. open: it is asked for without a session, and not counted."""

    label: str
    version: str = ""
    open: bool = False


_JOB = {
    "": "get",
    "results": "results",
    "batches": "upload",
    "failedResults": "failed",
    "successfulResults": "successful",
    "unprocessedrecords": "unprocessed",
}
_VERBS = {"GET": "get", "POST": "create", "PATCH": "update", "PUT": "update", "DELETE": "delete"}
_EXACT = {
    "/query": "query",
    "/queryAll": "query.all",
    "/limits": "limits",
    "/composite/batch": "composite.batch",
    "/sobjects": "sobjects.list",
    "/tooling/query": "tooling.query",
    "/": "resources",
}
_OPEN = {
    "/services/oauth2/token": "oauth.token",
    "/services/Soap/": "soap.login",
}
_PATTERNS = [
    (re.compile(r"^/query(All)?/[^/]+$"), "query.more"),
    (re.compile(r"^/sobjects/(?P<kind>\w+)/describe$"), "describe.{kind}"),
    (re.compile(r"^/sobjects/\w+/updated$"), "sobjects.updated"),
    (re.compile(r"^/sobjects/\w+/deleted$"), "sobjects.deleted"),
    (re.compile(r"^/sobjects/\w+(/\w+)?$"), "sobjects.{verb}"),
    (re.compile(r"^/composite/sobjects(/\w+)?$"), "collections.{verb}"),
    (re.compile(r"^/tooling/sobjects/\w+(/\w+)?$"), "tooling.{verb}"),
    (re.compile(r"^/jobs/(?P<way>query|ingest)(/\w+(/(?P<part>\w+))?)?$"), "bulk.{way}.{step}"),
]


def recognise(method: str, path: str, body: bytes = b"") -> tuple[Known, str]:
    """Which call this is, and its path behind the version."""
    if _LIST.match(path):
        return Known("versions", open=True), VERSIONS
    for start, label in _OPEN.items():
        if path.startswith(start):
            return Known(label, open=True), path
    if path == _USER_INFO:
        return Known("oauth.userinfo"), path
    found = _VERSIONED.match(path)
    if found is None:
        return Known("unknown"), path
    rest = (found[2] or "/").rstrip("/") or "/"
    return Known(_label(method, rest, body), found[1]), rest


def _label(method: str, path: str, body: bytes) -> str:
    if path in _EXACT:
        return _EXACT[path]
    for pattern, label in _PATTERNS:
        if found := pattern.match(path):
            parts = found.groupdict()
            step = _step(method, path, parts.get("part") or "", body) if "way" in parts else ""
            return label.format(verb=_VERBS.get(method, "get"), step=step, **parts)
    return "unknown"


def _step(method: str, path: str, part: str, body: bytes) -> str:
    """What is done to a Bulk job."""
    if path.count("/") == 2:
        return "create" if method == "POST" else "list"
    if method == "DELETE":
        return "delete"
    if method == "PATCH":
        return "abort" if b'"Aborted"' in body else "close"
    return _JOB.get(part, "get")
