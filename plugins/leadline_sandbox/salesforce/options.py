"""What a simulated org is like: its edition, its limits, what is switched on, and its habits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from leadline_sandbox.options import Common

Edition = Literal["Developer Edition", "Enterprise Edition", "Unlimited Edition"]
LimitInfo = Literal["plain", "per app", "bursts", "none"]

VERSIONS = tuple(f"{number}.0" for number in range(41, 68))
DAILY = {
    "Developer Edition": 15_000,
    "Enterprise Edition": 100_000,
    "Unlimited Edition": 5_000_000,
}


@dataclass(slots=True)
class Options(Common):
    """Everything may be changed while the org runs; the defaults are a forgiving org.

    provisioned: leadline's own fields are there, named by `own_prefix`. page_size: rows of a page
    of a query at most; short_pages: pages hold fewer than were asked for. shuffled: rows of a query
    without ORDER BY come in no order. view_setup: the user may read the limits.
    commit_lag_seconds: what the store's own methods write shows up so much later, with the stamp
    of the writing. limit_info: the form of the Sforce-Limit-Info header. daily: None for that of
    the edition. converted_writes: a converted lead refuses an update, or takes it where nobody
    looks. merge_moves: the children
    of a merged record get a new SystemModstamp. batch_retries: a collection in which any row fails
    fails as a whole, as where Apex triggers are. duplicate_alerts: an alert rule refuses writes
    that do not allow saving. assignment: writes without `Sforce-Auto-Assign: FALSE` change the
    owner of a lead. archive_days: the age at which activities go to the archive.
    session_seconds: how long a session lasts. soap_login: the user may sign in by SOAP. approved:
    the user has approved the connected app. run_as_user: the app has a user for client
    credentials. customize: the user may make fields. bulk_seconds: how long a Bulk job takes, 0
    for none. bulk_page: rows of a page of results at most. bulk_charset: results say that they are
    UTF-8. bulk_no_content: a result without rows is a 204. bulk_fractions: whole numbers of
    integer fields come as 12.0.
    """

    edition: Edition = "Enterprise Edition"
    versions: tuple[str, ...] = VERSIONS
    person_accounts: bool = False
    enhanced_email: bool = True
    field_history: bool = True
    shared_activities: bool = True
    provisioned: bool = True
    own_prefix: str = "Leadline_"
    daily: int | None = None
    limit_info: LimitInfo = "plain"
    page_size: int = 2_000
    short_pages: bool = False
    shuffled: bool = False
    view_setup: bool = True
    cursor_hours: float = 48.0
    commit_lag_seconds: float = 0.0
    converted_writes: Literal["refused", "lost"] = "refused"
    merge_moves: bool = True
    batch_retries: bool = False
    duplicate_alerts: bool = False
    assignment: bool = True
    archive_days: int = 365
    bin_days: int = 15
    lock_parents: bool = False
    uri_limit: int = 16_384  # bytes of the URI, and of URI and headers together
    session_seconds: float = 7_200.0
    soap_login: bool = True
    approved: bool = True
    run_as_user: bool = True
    customize: bool = True
    bulk_seconds: float = 0.0
    bulk_page: int = 100_000
    bulk_charset: bool = True
    bulk_no_content: bool = True
    bulk_fractions: bool = False

    @property
    def a_day(self) -> int:
        """Calls in any 24 hours, by everybody."""
        return DAILY[self.edition] if self.daily is None else self.daily
