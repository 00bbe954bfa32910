"""The Salesforce connector: leads, contacts and activities from an org, scores into it."""

from __future__ import annotations

from collections.abc import Iterable

from leadline.batches import Capabilities, Support
from leadline.hookspecs import Connector, hookimpl
from leadline_salesforce.settings import SalesforceSettings
from leadline_salesforce.source import SalesforceSource

# What is written in one call: a job of Bulk API 2.0 stays far below its 100 MB with so many rows.
_BATCH = 50_000

CAPABILITIES = Capabilities(
    activities=Support.FULL,
    companies=Support.FULL,
    deletes=Support.FULL,
    merges=Support.FULL,
    history=Support.UNSUPPORTED,
    write=Support.FULL,
    stages=Support.FULL,
    batch_size=_BATCH,
    live=True,
)


@hookimpl
def register_connectors() -> Iterable[Connector]:
    """Bring the connector named "salesforce"."""
    return [
        Connector(
            name="salesforce",
            settings=SalesforceSettings,
            capabilities=CAPABILITIES,
            open=SalesforceSource,
        )
    ]
