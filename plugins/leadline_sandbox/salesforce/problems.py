"""The REST API's refusals, as an exception that the app turns into JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leadline_sandbox.refusal import Refusal


class Problem(Refusal):
    """A request, or one record of it, that is refused. code: Salesforce's errorCode."""

    def __init__(
        self, status: int, code: str, message: str, fields: Sequence[str] | None = None
    ) -> None:
        super().__init__(status, message)
        self.code = code
        self.fields = None if fields is None else list(fields)

    def body(self) -> list[dict[str, Any]]:
        """The JSON of the answer: a list of one."""
        found: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        if self.fields is not None:
            found["fields"] = self.fields
        return [found]

    def entry(self) -> dict[str, Any]:
        """The same as one of the errors of a record in a collection, where the code is a status."""
        return {"statusCode": self.code, "message": self.message, "fields": self.fields or []}

    def cell(self) -> str:
        """The same as Bulk writes it into the column sf__Error."""
        return f"{self.code}:{self.message}:{', '.join(self.fields or [])}--"


def bad(code: str, message: str, fields: Sequence[str] | None = None) -> Problem:
    """400."""
    return Problem(400, code, message, fields)


def not_found(status: int = 404) -> Problem:
    """Something that a path does not lead to."""
    return Problem(status, "NOT_FOUND", "The requested resource does not exist")


def no_type(name: str) -> Problem:
    """An object that there is not, or that the user may not see, in a query."""
    return bad(
        "INVALID_TYPE",
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, "
        "be sure to append the '__c' after the entity name. Please reference your WSDL or the "
        "describe call for the appropriate names.",
    )


def no_column(name: str, kind: str) -> Problem:
    """A field that there is not, or that the user may not see, in a query."""
    return bad(
        "INVALID_FIELD",
        f"No such column '{name}' on entity '{kind}'. If you are attempting to use a custom field, "
        "be sure to append the '__c' after the custom field name. Please reference your WSDL or "
        "the describe call for the appropriate names.",
    )


def deleted() -> Problem:
    """A record in the recycle bin."""
    return Problem(404, "ENTITY_IS_DELETED", "entity is deleted", [])


def no_reference(record_id: str) -> Problem:
    """An id that leads to no record."""
    if not record_id:
        return bad("MISSING_ARGUMENT", "Id not specified in an update call", [])
    return bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [])


def malformed_id(record_id: str) -> Problem:
    """Text that is no id of this kind."""
    return bad("MALFORMED_ID", f"Record ID: id value of incorrect type: {record_id}", ["Id"])


def locked() -> Problem:
    """A row, or its parent, that another transaction holds."""
    return bad(
        "UNABLE_TO_LOCK_ROW",
        "unable to obtain exclusive access to this record or 1 records",
        [],
    )
