"""The CSV connector: contacts and activities from files, scores into one."""

from __future__ import annotations

from collections.abc import Iterable

from leadline.batches import Capabilities, Support
from leadline.hookspecs import Connector, hookimpl
from leadline_csv.settings import CsvSettings
from leadline_csv.source import CsvSource

CAPABILITIES = Capabilities(
    activities=Support.FULL,
    companies=Support.FULL,
    deletes=Support.FULL,
    merges=Support.FULL,
    history=Support.UNSUPPORTED,
    write=Support.FULL,
    stages=Support.UNSUPPORTED,
    batch_size=None,
)


@hookimpl
def register_connectors() -> Iterable[Connector]:
    """Bring the connector named "csv"."""
    return [Connector(name="csv", settings=CsvSettings, capabilities=CAPABILITIES, open=CsvSource)]
