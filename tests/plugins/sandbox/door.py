"""A plain HTTP client for the simulator: JSON in, status and JSON out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import urllib3

from leadline_sandbox.hubspot import Hub

Query = Iterable[tuple[str, str]]


class Answer:
    """Status, headers and body of an answer."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.text = response.data.decode()

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)


class Door:
    """Calls a portal with its own token, or with another one."""

    def __init__(self, hub: Hub) -> None:
        self.token = hub.token
        self._url = hub.url
        self._pool = urllib3.PoolManager(retries=False)

    def call(self, method: str, path: str, body: Any = None, query: Query = ()) -> Answer:
        """One request; nothing is retried."""
        url = f"{self._url}{path}" + (f"?{urlencode(list(query))}" if query else "")
        headers = {"Authorization": f"Bearer {self.token}"}
        sent = None if body is None else json.dumps(body)
        return Answer(self._pool.request(method, url, body=sent, headers=headers, timeout=5))

    def get(self, path: str, **query: str | int) -> Answer:
        """GET."""
        return self.call("GET", path, query=[(key, str(value)) for key, value in query.items()])

    def post(self, path: str, body: Any) -> Answer:
        """POST."""
        return self.call("POST", path, body)

    def search(self, kind: str = "contacts", **body: Any) -> Answer:
        """A search."""
        return self.post(f"/crm/v3/objects/{kind}/search", body)

    def update(self, *inputs: dict[str, Any]) -> Answer:
        """A batch update of contacts."""
        return self.post("/crm/v3/objects/contacts/batch/update", {"inputs": list(inputs)})

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.clear()


def where(name: str, operator: str, value: str | int) -> list[dict[str, Any]]:
    """filterGroups of one filter."""
    return [{"filters": [{"propertyName": name, "operator": operator, "value": str(value)}]}]
