"""One record of the org."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Values = dict[str, Any]


@dataclass(slots=True, eq=False)
class Record:
    """A record of any kind. values: by field name, unset ones left out; instants as they are kept.

    A write puts a new mapping in the place of `values`, so whoever reads keeps what was there.
    """

    kind: str
    values: Values
    deleted_at: str = ""

    @property
    def id(self) -> str:
        """The 18 characters."""
        found: str = self.values["Id"]
        return found

    @property
    def deleted(self) -> bool:
        """Whether it is in the recycle bin."""
        return bool(self.values.get("IsDeleted"))

    @property
    def archived(self) -> bool:
        """Whether it is an activity that only queryAll returns."""
        return bool(self.values.get("IsArchived"))

    def value(self, field: str) -> Any:
        """A field's value; None when it is unset."""
        return self.values.get(field)
