"""A request that a simulated CRM refuses; how it says so is the CRM's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response


class Refusal(Exception):
    """Raised anywhere behind the gate; the app answers with it. status: of HTTP."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message

    def body(self) -> Any:
        """What the answer says, as JSON has it."""
        raise NotImplementedError

    def answer(self, headers: Mapping[str, str] | None = None) -> Response:
        """The answer itself."""
        return JSONResponse(self.body(), self.status, headers)
