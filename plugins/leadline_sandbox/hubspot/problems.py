"""The API's error answers, as an exception that the app turns into JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from leadline_sandbox.refusal import Refusal


class Problem(Refusal):
    """A request that is refused: the status and what the body says."""

    def __init__(
        self,
        status: int,
        message: str,
        category: str = "VALIDATION_ERROR",
        sub_category: str = "",
        errors: Sequence[dict[str, Any]] = (),
        context: dict[str, list[str]] | None = None,
    ) -> None:
        super().__init__(status, message)
        self.category, self.sub_category = category, sub_category
        self.errors, self.context = list(errors), context

    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        found: dict[str, Any] = {
            "status": "error",
            "message": self.message,
            "correlationId": str(uuid4()),
            "category": self.category,
        }
        if self.sub_category:
            found["subCategory"] = self.sub_category
        if self.errors:
            found["errors"] = self.errors
        if self.context:
            found["context"] = self.context
        return found

    def entry(self) -> dict[str, Any]:
        """The same as one of the errors of a 207, where nothing may be missing."""
        found = {**self.body(), "errors": self.errors, "context": self.context or {}, "links": {}}
        del found["correlationId"]
        return found


def invalid(message: str, **context: Any) -> Problem:
    """400: the request itself is wrong."""
    return Problem(400, message, context={k: [str(v)] for k, v in context.items()} or None)


def not_found(message: str = "resource not found") -> Problem:
    """404."""
    return Problem(404, message, "OBJECT_NOT_FOUND")


def no_object(record_id: str | int) -> Problem:
    """404: no live record has this id."""
    return not_found(f"Object not found.  objectId are usually numeric: {record_id}")


def missing_scopes(scopes: Sequence[str]) -> Problem:
    """403: the token, or what the account has bought, does not reach this call."""
    return Problem(
        403,
        "This app hasn't been granted all required scopes to make this call. Read more about "
        "required scopes here: https://developers.hubspot.com/scopes.",
        "MISSING_SCOPES",
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": list(scopes)},
            }
        ],
    )


def limited(policy: str) -> dict[str, Any]:
    """The body of a 429. policy: TEN_SECONDLY_ROLLING, SECONDLY or DAILY."""
    return {
        "status": "error",
        "message": f"You have reached your {policy.lower()} limit.",
        "errorType": "RATE_LIMIT",
        "correlationId": str(uuid4()),
        "policyName": policy,
        "groupName": "publicapi:private-apps-api-calls",
    }
