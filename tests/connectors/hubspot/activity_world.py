"""A source for a simulated portal, and what a pull of its activities brings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from leadline.batches import Batch, Source
from leadline_hubspot.activities import fetch
from leadline_hubspot.api import Api
from leadline_hubspot.settings import HubSpotSettings
from leadline_sandbox.hubspot import Hub
from tests.connectors import pulling
from tests.connectors.pulling import Rows

DAY = 86_400_000


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


class Pulls(pulling.Pulls):
    """Pulls of a portal's activities."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.api = Api(source)

    def fetch(self) -> Iterable[Batch]:
        return fetch(self.source, self.api, self.checkpoint)

    def let_pass(self, days: int) -> None:
        """Make the last checkpoint so much older: sweeps and looks back are due again."""
        assert self.checkpoint is not None
        feeds = self.checkpoint["feeds"]
        assert isinstance(feeds, dict)
        for cursor in feeds.values():
            for name in {"looked", "swept"} & cursor.keys():
                cursor[name] -= days * DAY


def of_type(rows: Rows, kind: str) -> list[dict[str, Any]]:
    """The rows of one type, by their ids."""
    return [row for _, row in sorted(rows.items()) if row["type"] == kind]
