"""A portal for a person: what is there, and how to connect to it."""

from __future__ import annotations

from leadline_sandbox.foreground import Scene
from leadline_sandbox.hubspot import Hub, make
from leadline_sandbox.hubspot.app import build

_CONFIG = """
[sources.hubspot]
connector = "hubspot"
access_token = "{token}"
base_url = "{url}"
"""
_SHOWN = ("contacts", "companies", "deals", "calls", "meetings", "emails")


def _facts(hub: Hub) -> list[str]:
    there = hub.store
    return [
        f"A HubSpot account is simulated at {hub.url}",
        f"  access token: {hub.token}",
        f"  tier {hub.options.tier}, portal {hub.options.portal_id}",
        "  " + ", ".join(f"{len(there.records(kind)):,} {kind}" for kind in _SHOWN),
        f"  {len(there.feeds.mail):,} e-mail events, {len(there.feeds.forms):,} forms",
    ]


def _config(hub: Hub) -> str:
    return _CONFIG.format(token=hub.token, url=hub.url)


PORTAL = Scene(make, build, _facts, _config)
