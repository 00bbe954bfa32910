"""A portal for a person: what is there, how to connect to it, and what was asked in the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from leadline_sandbox.foreground import attend
from leadline_sandbox.hubspot import Hub, make
from leadline_sandbox.hubspot.app import build

_CONFIG = """
[sources.hubspot]
connector = "hubspot"
access_token = "{token}"
base_url = "{url}"
"""


def run(
    port: int,
    contacts: int,
    seed: int,
    faults: Sequence[str],
    options: Mapping[str, Any],
    say: Callable[[str], None],
) -> None:
    """Serve a portal until Ctrl-C."""
    attend(
        port,
        lambda: make(contacts, seed, **options),
        build,
        lambda hub: _welcome(hub, faults),
        faults,
        say,
    )


def _welcome(hub: Hub, faults: Sequence[str]) -> str:
    there = hub.store
    counts = ", ".join(
        f"{len(there.records(kind)):,} {kind}"
        for kind in ("contacts", "companies", "deals", "calls", "meetings", "emails")
    )
    lines = [
        f"A HubSpot account is simulated at {hub.url}",
        f"  access token: {hub.token}",
        f"  tier {hub.options.tier}, portal {hub.options.portal_id}",
        f"  {counts}",
        f"  {len(there.feeds.mail):,} e-mail events, {len(there.feeds.forms):,} forms",
        *(f"  trouble: {fault}" for fault in faults),
        "",
        "Put this into config.toml, and run leadline check:",
        _CONFIG.format(token=hub.token, url=hub.url),
    ]
    return "\n".join(lines)
