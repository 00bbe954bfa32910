"""How much a token may ask: calls in ten seconds, searches in a second, calls in a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from leadline_sandbox.clock import Clock, real_seconds
from leadline_sandbox.hubspot.options import OAUTH_BURST, Options
from leadline_sandbox.rolling import Rolling

BURST, SEARCHES, DAILY = "TEN_SECONDLY_ROLLING", "SECONDLY", "DAILY"


class Limits:
    """Counts the calls that were let through; a refused one does not count.

    used_by_others: calls of the day that other apps of the account made.
    """

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options, self._clock = options, clock
        self._calls = Rolling(10.0)
        self._searches = Rolling(1.0)
        self._day = self.today()
        self._own = 0
        self.used_by_others = 0
        self.refused = 0

    def now(self) -> float:
        """Seconds by the clock that the limits go by."""
        return real_seconds() if self._options.real_time else self._clock.seconds()

    def today(self) -> str:
        """The day in the account's time zone."""
        return datetime.fromtimestamp(self.now(), self.zone).date().isoformat()

    def take(self, searching: bool, oauth: bool = False) -> str:
        """Count a call; "" lets it through, else the name of the policy that stops it."""
        if not self._options.limited:
            return ""
        policy = self._stopped_by(searching, oauth)
        if policy:
            self.refused += 1
            return policy
        (self._searches if searching else self._calls).add(self.now())
        self._own += 1
        return ""

    def headers(self, oauth: bool = False) -> dict[str, str]:
        """What an answer says of the limits; a search says nothing."""
        most = OAUTH_BURST if oauth else self._options.ten_seconds
        found = {
            "X-HubSpot-RateLimit-Max": str(most),
            "X-HubSpot-RateLimit-Remaining": str(max(0, most - self._calls.count(self.now()))),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
        }
        if not oauth:
            found["X-HubSpot-RateLimit-Daily"] = str(self._options.a_day)
            left = max(0, self._options.a_day - self.used_today())
            found["X-HubSpot-RateLimit-Daily-Remaining"] = str(left)
        return found

    def used_today(self) -> int:
        """Calls of this day, other apps' among them."""
        if self._day != self.today():
            self._day, self._own, self.used_by_others = self.today(), 0, 0
        return self._own + self.used_by_others

    def resets_at(self) -> datetime:
        """The coming midnight in the account's time zone, in UTC."""
        local = datetime.fromtimestamp(self.now(), self.zone)
        midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time())
        return midnight.replace(tzinfo=self.zone).astimezone(UTC)

    @property
    def zone(self) -> ZoneInfo:
        """The account's time zone."""
        return ZoneInfo(self._options.time_zone)

    def _stopped_by(self, searching: bool, oauth: bool) -> str:
        if self.used_today() >= self._options.a_day and not oauth:
            return DAILY
        if searching:
            searches = self._searches.count(self.now())
            return SEARCHES if searches >= self._options.searches else ""
        most = OAUTH_BURST if oauth else self._options.ten_seconds
        return BURST if self._calls.count(self.now()) >= most else ""
