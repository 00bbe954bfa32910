"""Every call that the simulator knows: its label, what a token needs for it, and from which tier.

Paths with a date (`/crm/objects/2026-09/contacts`) are the same calls under another name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from leadline_sandbox.hubspot.kinds import BY_NAME

_READ, _WRITE = "read", "write"
_TIERS = ("free", "pro", "enterprise")
_DATE = r"20\d\d-\d\d"

_DATED = [
    (re.compile(rf"^/crm/objects/{_DATE}/"), "/crm/v3/objects/"),
    (re.compile(rf"^/crm/properties/{_DATE}/"), "/crm/v3/properties/"),
    (re.compile(rf"^/crm/associations/{_DATE}/"), "/crm/v4/associations/"),
    (re.compile(rf"^/crm/owners/{_DATE}"), "/crm/v3/owners"),
    (re.compile(rf"^/crm/pipelines/{_DATE}/"), "/crm/v3/pipelines/"),
    (re.compile(rf"^/crm/lists/{_DATE}"), "/crm/v3/lists"),
    (re.compile(rf"^/events/event-occurrences/{_DATE}"), "/events/v3/events"),
    (re.compile(rf"^/account-info/{_DATE}/"), "/account-info/v3/"),
]


@dataclass(frozen=True, slots=True)
class Known:
    """One call. label: for the journal and for faults; scopes: any of them will do."""

    label: str
    scopes: tuple[str, ...] = ()
    tier: str = "free"

    def within(self, tier: str) -> bool:
        """Whether an account of this tier has it."""
        return _TIERS.index(tier) >= _TIERS.index(self.tier)

    @property
    def searching(self) -> bool:
        """Whether it counts against the limit of searches."""
        return self.label.endswith(".search") and self.label != "lists.search"

    @property
    def signing_in(self) -> bool:
        """Whether it is asked for without a token."""
        return self.label == "oauth.token"


_OBJECTS = re.compile(r"^/crm/v3/objects/([^/]+)(/.*)?$")
_PROPERTIES = re.compile(r"^/crm/v3/properties/([^/]+)(/.*)?$")
_ASSOCIATIONS = re.compile(r"^/crm/v4/associations/([^/]+)/([^/]+)/batch/(\w+)$")

_OTHERS = [
    (r"^/crm/v3/owners", Known("owners.list", ("crm.objects.owners.read",))),
    (r"^/crm/v3/pipelines", Known("pipelines.list", ("crm.objects.deals.read",))),
    (r"^/crm/v3/lists/search$", Known("lists.search", ("crm.lists.read",))),
    (r"^/crm/v3/lists/[^/]+/memberships", Known("lists.memberships", ("crm.lists.read",))),
    (r"^/crm/v3/lists", Known("lists.get", ("crm.lists.read",))),
    (r"^/events/v3/events/event-types", Known("events.types", ("business-intelligence",))),
    (r"^/events/v3/events", Known("events.list", ("business-intelligence",), "enterprise")),
    (r"^/email/public/v1/events", Known("email_events.list", ("content",), "pro")),
    (r"^/email/public/v1/campaigns", Known("campaigns.get", ("content",), "pro")),
    (
        r"^/email/public/v1/subscriptions/timeline",
        Known("subscriptions.timeline", ("content",)),
    ),
    (r"^/marketing/v3/forms", Known("forms.list", ("forms",))),
    (r"^/form-integrations/v1/submissions/forms", Known("submissions.list", ("forms",))),
    (r"^/account-info/v3/details", Known("account.details")),
    (r"^/account-info/v3/api-usage", Known("account.usage")),
    (r"^/oauth/v2/private-apps/get/access-token-info", Known("account.token")),
    (r"^/oauth/[^/]+/token$", Known("oauth.token")),
]
_COMPILED = [(re.compile(pattern), known) for pattern, known in _OTHERS]


def undated(path: str) -> str:
    """The path of the same call without a date in it."""
    for pattern, plain in _DATED:
        if pattern.match(path):
            path = pattern.sub(plain, path, count=1)
            break
    return path.replace("/crm/v4/objects/", "/crm/v3/objects/", 1)


def recognise(method: str, path: str) -> Known:
    """Which call this is; an unknown path has the label "unknown"."""
    if found := _OBJECTS.match(path):
        return _object_call(method, found[1], found[2] or "")
    if found := _PROPERTIES.match(path):
        return _property_call(method, found[1], found[2] or "")
    if found := _ASSOCIATIONS.match(path):
        way = _READ if found[3] == "read" else _WRITE
        return Known(f"associations.{found[3]}", _scopes(found[1], way))
    for pattern, known in _COMPILED:
        if pattern.match(path):
            return known
    return Known("unknown")


def _object_call(method: str, kind: str, rest: str) -> Known:
    name = BY_NAME[kind].name if kind in BY_NAME else kind
    verb, way = _verb(method, rest)
    return Known(f"{name}.{verb}", _scopes(kind, way), "pro" if name == "leads" else "free")


def _verb(method: str, rest: str) -> tuple[str, str]:
    words = rest.strip("/").split("/") if rest.strip("/") else []
    if words[:1] == ["batch"] and len(words) == 2:
        return f"batch_{words[1]}", _READ if words[1] == "read" else _WRITE
    if words in (["search"], ["merge"], ["gdpr-delete"]):
        return words[0].replace("-", "_"), _READ if words == ["search"] else _WRITE
    if "associations" in words:
        return "associations", _READ if method == "GET" else _WRITE
    if words:
        return {"GET": ("get", _READ), "PATCH": ("update", _WRITE)}.get(method, ("archive", _WRITE))
    return ("list", _READ) if method == "GET" else ("create", _WRITE)


def _property_call(method: str, kind: str, rest: str) -> Known:
    scope = BY_NAME[kind].scope if kind in BY_NAME else kind
    reading = method == "GET" or rest.endswith("/batch/read")
    groups = "groups." if rest.startswith("/groups") else ""
    verb = {"GET": "read", "POST": "create", "PATCH": "update", "DELETE": "archive"}.get(method, "")
    write = (f"crm.schemas.{scope}.write",)
    read = (f"crm.schemas.{scope}.read", f"crm.objects.{scope}.read", *write)
    return Known(f"properties.{groups}{'read' if reading else verb}", read if reading else write)


def _scopes(kind: str, way: str) -> tuple[str, ...]:
    scope = BY_NAME[kind].scope if kind in BY_NAME else "contacts"
    return (f"crm.objects.{scope}.{way}",)
