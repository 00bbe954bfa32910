"""A notifier with a clock that is put forward by hand, and a service that it tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from leadline.batches import LEAD_CHANGES, Plugin
from leadline_notify.notifier import Notifier
from leadline_notify.settings import NotifySettings

from .services import Hook, hook

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
ADA = {
    "model": "b2b", "source": "crm", "contact_id": "7", "what": "temperature",
    "old": "warm", "new": "hot", "score": 87, "at": NOON, "temperature": "hot", "grade": "A1",
    "reasons": "Head of IT +20, Asked for a demo +30", "email": "ada@north.example",
    "first_name": "Ada", "last_name": "Lovelace", "company": "Analytical Ltd", "owner": None,
}  # fmt: skip
DONE = {"run_id": "r1", "status": "succeeded", "sources": {"crm": {"rejected": 0}}, "errors": []}


def rows(*changed: dict[str, Any]) -> pa.Table:
    """Ada became hot, with these differences, in a row each."""
    listed = [{**ADA, **each} for each in changed or ({},)]
    return pa.Table.from_pylist(listed, schema=LEAD_CHANGES)


class Desk:
    """A notifier under test. now: its clock."""

    def __init__(self, folder: Path, settings: NotifySettings) -> None:
        self.now, self.folder = NOON, folder / "plugins" / "notify"
        plugin = Plugin("notify", settings, folder, self.folder, ZoneInfo("Europe/Warsaw"))
        self.notifier = Notifier(plugin, settings, lambda: self.now)

    def sync(self, changes: pa.Table | None = None, **report: object) -> None:
        """A sync that changes these leads, and ends like this."""
        if changes is not None:
            self.notifier.stages_changed(changes)
        self.notifier.sync_finished({**DONE, **report})


Open = Callable[..., Desk]


@pytest.fixture
def service() -> Iterator[Hook]:
    with hook() as made:
        yield made


@pytest.fixture
def desk(tmp_path: Path, service: Hook) -> Open:
    """Opens a notifier that tells the service, with other settings where they are given."""

    def opened(**settings: object) -> Desk:
        table = {"to": [service.url], **settings}
        return Desk(tmp_path, NotifySettings.model_validate(table))

    return opened
