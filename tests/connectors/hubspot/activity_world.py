"""A source for a simulated portal, and what a pull of its activities brings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from leadline.batches import Batch, Checkpoint, Source
from leadline_hubspot.activities import fetch
from leadline_hubspot.api import Api
from leadline_hubspot.settings import HubSpotSettings
from leadline_sandbox.hubspot import Hub

DAY = 86_400_000

Rows = dict[str, dict[str, Any]]


def source_of(
    hub: Hub,
    folder: Path,
    *,
    types: Mapping[str, tuple[str, ...]] | None = None,
    **settings: Any,
) -> Source:
    """The portal as a source; settings are the connector's own."""
    return Source(
        name="hs",
        connector="hubspot",
        settings=HubSpotSettings(access_token=SecretStr(hub.token), base_url=hub.url, **settings),
        base=folder,
        state=folder / "state",
        time_zone=ZoneInfo("UTC"),
        activity_types=types or {},
    )


class Pulls:
    """Pull after pull of one source, as the host makes them: the last checkpoint comes back."""

    def __init__(self, source: Source) -> None:
        self.source, self.api = source, Api(source)
        self.checkpoint: Checkpoint | None = None
        self.off: frozenset[str] = frozenset()
        self.rejects: list[str] = []
        self.lake: Rows = {}

    def pull(self, most: int | None = None) -> Rows:
        """The rows of the next pull; `most` breaks it off after so many batches."""
        rows: Rows = {}
        for number, batch in enumerate(fetch(self.source, self.api, self.checkpoint), start=1):
            rows |= self._take(batch)
            if number == most:
                break
        return rows

    def lose(self, most: int | None = None) -> None:
        """A pull whose batches are never committed, broken off after so many."""
        for number, _ in enumerate(fetch(self.source, self.api, self.checkpoint), start=1):
            if number == most:
                break

    def let_pass(self, days: int) -> None:
        """Make the last checkpoint so much older: sweeps and looks back are due again."""
        assert self.checkpoint is not None
        feeds = self.checkpoint["feeds"]
        assert isinstance(feeds, dict)
        for cursor in feeds.values():
            for name in {"looked", "swept"} & cursor.keys():
                cursor[name] -= days * DAY

    def _take(self, batch: Batch) -> Rows:
        # As the host keeps it: as text.
        self.checkpoint = json.loads(json.dumps(dict(batch.checkpoint)))
        self.off = self.off if batch.feeds_off is None else batch.feeds_off
        self.rejects += [reject.where for reject in batch.rejects]
        rows = {row["activity_id"]: row for row in batch.rows.to_pylist()}
        for key, row in rows.items():
            if row["deleted"]:
                self.lake.pop(key, None)
            else:
                self.lake[key] = row
        return {key: row for key, row in rows.items() if not row["deleted"]}


def of_type(rows: Rows, kind: str) -> list[dict[str, Any]]:
    """The rows of one type, by their ids."""
    return [row for _, row in sorted(rows.items()) if row["type"] == kind]
