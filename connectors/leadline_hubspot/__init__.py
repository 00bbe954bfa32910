"""The HubSpot connector: contacts, companies and activities from a portal, scores into it."""

from __future__ import annotations

from collections.abc import Iterable

from leadline.batches import Capabilities, Support
from leadline.hookspecs import Connector, hookimpl
from leadline_hubspot.settings import HubSpotSettings
from leadline_hubspot.source import HubSpotSource

CAPABILITIES = Capabilities(
    activities=Support.FULL,
    companies=Support.FULL,
    deletes=Support.FULL,
    merges=Support.FULL,
    history=Support.UNSUPPORTED,
    write=Support.FULL,
    stages=Support.FULL,
    batch_size=100,
    live=True,
)


@hookimpl
def register_connectors() -> Iterable[Connector]:
    """Bring the connector named "hubspot"."""
    return [
        Connector(
            name="hubspot",
            settings=HubSpotSettings,
            capabilities=CAPABILITIES,
            open=HubSpotSource,
        )
    ]
