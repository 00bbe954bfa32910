"""The models whose leads are served, as the file has them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from leadline.serving.publication import instant


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model whose leads are served; publication: how often it was published."""

    name: str
    version: str
    as_of: datetime
    published_at: datetime
    publication: int
    leads: int
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Head(ServedModel):
    """A served model with what its rows need to be found and read. layout: see `points.Layout`."""

    id: int
    layout: str

    def place_of(self, temperature: str) -> int:
        """The place of a label, 0 the hottest; -1 of one that the model does not have."""
        return self.labels.index(temperature) if temperature in self.labels else -1

    @classmethod
    def find(cls, connection: sqlite3.Connection, name: str) -> Head | None:
        row = connection.execute("SELECT * FROM models WHERE name = ?", [name]).fetchone()
        return None if row is None else cls.of(row)

    @classmethod
    def of(cls, row: sqlite3.Row) -> Head:
        return cls(
            id=row["id"],
            name=row["name"],
            version=row["version"],
            as_of=instant(row["as_of"]),
            published_at=instant(row["published_at"]),
            publication=row["publication"],
            leads=row["leads"],
            labels=tuple(json.loads(row["labels"])),
            layout=row["layout"],
        )
