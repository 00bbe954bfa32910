"""An org for a person: what is there, and how to connect to it."""

from __future__ import annotations

from functools import partial

from leadline_sandbox.foreground import Scene
from leadline_sandbox.salesforce import Org, make
from leadline_sandbox.salesforce.app import build

_CONFIG = """
[sources.salesforce]
connector = "salesforce"
instance_url = "{url}"
client_credentials = {{ consumer_key = "{key}", consumer_secret = "{secret}" }}
"""
_SHOWN = ("Lead", "Contact", "Account", "Task", "Event", "Opportunity", "CampaignMember")


def _facts(crm: Org) -> list[str]:
    habits = ", with person accounts" if crm.options.person_accounts else ""
    return [
        f"A Salesforce org is simulated at {crm.url}",
        f"  consumer key: {crm.consumer_key}",
        f"  consumer secret: {crm.consumer_secret}",
        f"  user: {crm.username}, password: {crm.password}, token: {crm.security_token}",
        f"  {crm.options.edition}{habits}",
        "  " + ", ".join(f"{len(crm.store.records(kind)):,} {kind}" for kind in _SHOWN),
    ]


def _config(crm: Org) -> str:
    return _CONFIG.format(url=crm.url, key=crm.consumer_key, secret=crm.consumer_secret)


# check --fix makes leadline's own fields.
ORG = Scene(partial(make, provisioned=False), build, _facts, _config)
