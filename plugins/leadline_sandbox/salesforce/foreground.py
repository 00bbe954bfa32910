"""An org for a person: what is there, how to connect to it, and what was asked in the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from leadline_sandbox.foreground import attend
from leadline_sandbox.salesforce import Org, make
from leadline_sandbox.salesforce.app import build

_CONFIG = """
[sources.salesforce]
connector = "salesforce"
instance_url = "{url}"
client_credentials = {{ consumer_key = "{key}", consumer_secret = "{secret}" }}
"""
_SHOWN = ("Lead", "Contact", "Account", "Task", "Event", "Opportunity", "CampaignMember")


def run(
    port: int,
    contacts: int,
    seed: int,
    faults: Sequence[str],
    options: Mapping[str, Any],
    say: Callable[[str], None],
) -> None:
    """Serve an org until Ctrl-C."""
    attend(
        port,
        lambda: make(contacts, seed, provisioned=False, **options),  # check --fix makes them
        build,
        lambda crm: _welcome(crm, faults),
        faults,
        say,
    )


def _welcome(crm: Org, faults: Sequence[str]) -> str:
    counts = ", ".join(f"{len(crm.store.records(kind)):,} {kind}" for kind in _SHOWN)
    habits = ", with person accounts" if crm.options.person_accounts else ""
    lines = [
        f"A Salesforce org is simulated at {crm.url}",
        f"  consumer key: {crm.consumer_key}",
        f"  consumer secret: {crm.consumer_secret}",
        f"  user: {crm.username}, password: {crm.password}, token: {crm.security_token}",
        f"  {crm.options.edition}{habits}",
        f"  {counts}",
        *(f"  trouble: {fault}" for fault in faults),
        "",
        "Put this into config.toml, and run leadline check:",
        _CONFIG.format(url=crm.url, key=crm.consumer_key, secret=crm.consumer_secret),
    ]
    return "\n".join(lines)
