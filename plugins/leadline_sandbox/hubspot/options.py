"""What a simulated portal is like: its size, its tier, what its token may do, and its habits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from leadline_sandbox.options import Common

Tier = Literal["free", "pro", "enterprise"]
Order = Literal["sorted", "pages", "all"]

_WAYS = ("read", "write")
_KINDS = ("contacts", "companies", "deals", "leads")
SCOPES = frozenset(
    {
        *(
            f"crm.{what}.{k}.{way}"
            for what in ("objects", "schemas")
            for k in _KINDS
            for way in _WAYS
        ),
        "crm.objects.owners.read",
        "crm.lists.read",
        "sales-email-read",
        "content",
        "forms",
        "business-intelligence",
        "oauth",
    }
)
BURST = {"free": 100, "pro": 190, "enterprise": 190}
DAILY = {"free": 250_000, "pro": 625_000, "enterprise": 1_000_000}
OAUTH_BURST = 110


@dataclass(slots=True)
class Options(Common):
    """Everything may be changed while the portal runs; the defaults are a forgiving portal.

    lag_seconds: how late the search index is. order: "pages" shuffles the rows of each page of a
    search, "all" the whole result. limits: None for those of the tier, or calls in 10 s, searches
    in 1 s and calls in a day; `limited = False` switches all off. real_time: limits go by the
    machine's clock and not by the portal's. merge_keeps_id: the primary record of a merge keeps
    its id. merged_writes: an update of an id that was merged away is left out of the answer, or
    reaches the record that is left. heeds_traces: a batch with trace ids is written but for its bad
    inputs, and not refused as a whole. equal_write_moves: writing the value that is there moves the
    modified date.
    """

    tier: Tier = "enterprise"
    token: str = "pat-na1-sandbox"
    scopes: frozenset[str] = SCOPES
    portal_id: int = 4_242_424
    lag_seconds: float = 0.0
    order: Order = "sorted"
    limited: bool = True
    burst: int | None = None
    searches: int = 5
    daily: int | None = None
    real_time: bool = False
    retry_after: bool = False
    merge_keeps_id: bool = False
    merged_writes: Literal["left out", "survivor"] = "left out"
    heeds_traces: bool = True
    equal_write_moves: bool = True
    association_page: int = 500
    url_limit: int = 8_000
    search_body_limit: int = 3_000

    @property
    def ten_seconds(self) -> int:
        """Calls in any ten seconds."""
        return BURST[self.tier] if self.burst is None else self.burst

    @property
    def a_day(self) -> int:
        """Calls from midnight to midnight in the account's time zone."""
        return DAILY[self.tier] if self.daily is None else self.daily

    def without(self, *scopes: str) -> frozenset[str]:
        """The scopes less these."""
        return self.scopes - set(scopes)
