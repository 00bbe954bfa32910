"""The SQL connector: contacts, companies and activities by queries, scores into a table."""

from __future__ import annotations

from collections.abc import Iterable

from leadline.batches import Capabilities, Support
from leadline.hookspecs import Connector, hookimpl
from leadline_sql.settings import SqlSettings
from leadline_sql.source import SqlSource

CAPABILITIES = Capabilities(
    activities=Support.FULL,
    companies=Support.FULL,
    deletes=Support.FULL,
    merges=Support.FULL,
    history=Support.UNSUPPORTED,
    write=Support.FULL,
    # A stage goes into a column of leadline's own, whichever of the two outputs is chosen.
    stages=Support.UNSUPPORTED,
    batch_size=1_000,
    # With `update` the scores stand in a table that an application may read from at once.
    live=True,
)


@hookimpl
def register_connectors() -> Iterable[Connector]:
    """Bring the connector named "sql"."""
    return [Connector(name="sql", settings=SqlSettings, capabilities=CAPABILITIES, open=SqlSource)]
