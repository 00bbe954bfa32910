"""Salesforce's side of the gate: sessions, the day's calls, versions and the length of the URI."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp

from leadline_sandbox.faults import Fault
from leadline_sandbox.gate import Passage
from leadline_sandbox.salesforce.calls import Known, recognise
from leadline_sandbox.salesforce.org import Org
from leadline_sandbox.salesforce.outages import outage
from leadline_sandbox.salesforce.problems import Problem, not_found

_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


class Keeper:
    """What an org says at the gate."""

    torn = b'{"totalSize":1,"done":true,"records":['

    def __init__(self, org: Org) -> None:
        self.crm = org

    def recognise(self, method: str, path: str, body: bytes) -> tuple[Known, str]:
        """The call, and its path behind the version."""
        return recognise(method, path, body)

    def refuse(self, passage: Passage[Known]) -> ASGIApp | None:
        """414, 431, 401, 404 or 403."""
        if (page := self._too_long(passage)) is not None:
            return page
        if passage.known.open:
            return None
        try:
            self.crm.sessions.admit(passage.header("authorization"))
            self._check_version(passage.known.version)
            self.crm.usage.take()
        except Problem as problem:
            return problem.answer()
        return None

    def headers(self, passage: Passage[Known]) -> Iterable[tuple[str, str]]:
        """The day's calls; a login and the list of versions do not tell them."""
        header = "" if passage.known.open else self.crm.usage.header()
        return [("Sforce-Limit-Info", header)] if header else []

    def outage(self, fault: Fault, passage: Passage[Known]) -> ASGIApp | None:
        """As `outages` has it."""
        return outage(fault, passage.scope)

    def _too_long(self, passage: Passage[Known]) -> ASGIApp | None:
        most = self.crm.options.uri_limit
        uri = len(passage.scope["leadline.raw_path"]) + 1 + len(passage.scope["query_string"])
        if uri > most:
            return HTMLResponse(_PAGE.format("414 URI Too Long"), 414)
        headers = sum(len(name) + len(value) + 4 for name, value in passage.scope["headers"])
        if uri + headers > most:
            return HTMLResponse(_PAGE.format("431 Request Header Fields Too Large"), 431)
        return None

    def _check_version(self, version: str) -> None:
        if version and version not in self.crm.options.versions:
            if float(version) < float(self.crm.options.versions[0]):
                raise Problem(410, "UNSUPPORTED_API_VERSION", f"API version v{version} is retired")
            raise not_found()
