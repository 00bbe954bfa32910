"""A plain HTTP client for the org's other doors: forms, XML and CSV besides JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import urllib3

from leadline_sandbox.salesforce import Org

_VERSION = "v62.0"


class Answer:
    """Status, headers and body of an answer."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.data

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The errorCode of a refusal."""
        code: str = self.json[0]["errorCode"]
        return code

    @property
    def rows(self) -> list[dict[str, str]]:
        """The body as CSV."""
        return list(csv.DictReader(io.StringIO(self.body.decode(), newline="")))


class Caller:
    """Calls an org with a session of its own, or with another one."""

    def __init__(self, crm: Org) -> None:
        self.crm, self.token = crm, crm.session_id
        self._pool = urllib3.PoolManager(retries=False)

    def raw(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request to any path, without a session unless the headers have one."""
        url = f"{self.crm.url}{path}"
        return Answer(
            self._pool.request(method, url, body=body, headers=dict(headers or {}), timeout=5)
        )

    def call(
        self, method: str, path: str, body: Any = None, *, kind: str = "", **query: str | int
    ) -> Answer:
        """One request of the REST API; bytes are sent as they are, as `kind`."""
        path = f"/services/data/{_VERSION}{path}" + (f"?{urlencode(query)}" if query else "")
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": kind or "application/json",
        }
        return self.raw(method, path, sent, headers)

    def query(self, text: str) -> list[dict[str, Any]]:
        """All records of a query of one page."""
        found: list[dict[str, Any]] = self.call("GET", "/query", q=text).json["records"]
        return found

    def form(self, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
        """A request for a session."""
        body = urlencode(fields).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.raw("POST", "/services/oauth2/token", body, kind | dict(headers or {}))

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.clear()
