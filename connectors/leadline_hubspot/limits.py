"""How fast and how much the account allows: calls wait here before they are made.

Bursts are counted per app, searches per second and per account, and a day's calls are shared by all
apps of the account. The limits are learned from the answers' headers; searches carry none, and are
counted among the bursts only once HubSpot has said that a burst was too much.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from zoneinfo import ZoneInfo

from leadline.errors import RetryLater

# The two doors to the clock; tests replace them.
now = time.monotonic
pause = time.sleep

LONGEST_PAUSE = 60.0
_SHORTEST_PAUSE = 0.001  # a clock may not show less

_LEAST_BURST = 100  # of the smallest account: what holds until an answer says more
_BURST_SECONDS = 10.0
_SEARCHES = 5
_SEARCH_SECONDS = 1.1  # not 1: two answers' ways differ by a tenth, and all apps share the limit
_ASK_AGAIN = 60.0  # how long a word about the day's calls is believed, in seconds


class Window:
    """At most `calls` in any `seconds`; threads that come too early wait their turn."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._lock = Lock()
        self._calls, self._seconds = calls, seconds
        self._made: deque[float] = deque(maxlen=calls)
        self._closed_until = 0.0

    def wait(self) -> None:
        """Return when the next call may be made, and count it."""
        while (left := self._book()) > 0:
            pause(min(max(left, _SHORTEST_PAUSE), LONGEST_PAUSE))

    def close_for(self, seconds: float) -> None:
        """Let nobody through for a while: the server has said that it is too much."""
        with self._lock:
            self._closed_until = max(self._closed_until, now() + seconds)

    def resize(self, calls: int, seconds: float) -> None:
        """Take another limit; what was made before still counts."""
        with self._lock:
            if (calls, seconds) != (self._calls, self._seconds):
                self._calls, self._seconds = calls, seconds
                self._made = deque(self._made, maxlen=calls)

    def _book(self) -> float:
        with self._lock:
            moment = now()
            free = self._closed_until
            if len(self._made) == self._calls:
                free = max(free, self._made[0] + self._seconds)
            if free <= moment:
                self._made.append(moment)
            return free - moment


class Limits:
    """The limits of one account, as far as they are known by now.

    burst_share: a full burst is spread over so much longer that this part of the rate is used.
    daily_share: calls stop when less than the rest is left of the account's day.
    """

    def __init__(self, burst_share: float, daily_share: float, time_zone: ZoneInfo) -> None:
        self._share, self._daily_share = burst_share, daily_share
        self._time_zone = time_zone
        self._burst = Window(_LEAST_BURST, _BURST_SECONDS / burst_share)
        self._search = Window(_SEARCHES, max(_SEARCH_SECONDS, 1 / burst_share))
        self._searches_burst = False
        self._daily: tuple[int, int] | None = None
        self._told_at = 0.0

    def wait(self, *, search: bool) -> None:
        """Return when a call may be made; `RetryLater` when the day's share is used up."""
        if self._daily is not None and now() - self._told_at < _ASK_AGAIN:
            left, most = self._daily
            if left < most * (1 - self._daily_share):
                raise self.used_up(
                    f"{left:,} of the account's {most:,} calls of today are left, and leadline "
                    f"leaves {1 - self._daily_share:.0%} of them to others (daily_share)"
                )
        if not search or self._searches_burst:
            self._burst.wait()
        if search:  # last, so that none is held up after its second was counted
            self._search.wait()

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take the limits that an answer names."""
        most = _whole(headers.get("X-HubSpot-RateLimit-Max"))
        if most:
            spell = _whole(headers.get("X-HubSpot-RateLimit-Interval-Milliseconds"))
            seconds = spell / 1000 if spell else _BURST_SECONDS
            self._burst.resize(most, seconds / self._share)
        daily = _whole(headers.get("X-HubSpot-RateLimit-Daily"))
        left = _whole(headers.get("X-HubSpot-RateLimit-Daily-Remaining"))
        if daily and left is not None:
            self._daily, self._told_at = (left, daily), now()

    def hold(self, seconds: float, *, search: bool) -> None:
        """Keep every thread from calling for a while; searches alone, or all calls."""
        self._search.close_for(seconds)
        if not search:
            self._burst.close_for(seconds)
            self._searches_burst = True

    @property
    def daily(self) -> tuple[int, int] | None:
        """The account's calls left today and those of a whole day; None while not known."""
        return self._daily

    def used_up(self, why: str) -> RetryLater:
        """The error that says when the day's calls come back: at midnight where the account is."""
        here = datetime.now(self._time_zone)
        midnight = datetime.combine(
            here.date() + timedelta(days=1), datetime.min.time(), self._time_zone
        )
        after = (midnight - here).total_seconds()
        return RetryLater(
            f"{why}; they come back at midnight of the account's time zone, in about "
            f"{max(1, round(after / 3600))} h if that is {self._time_zone.key}",
            after=after,
        )


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.strip().isdigit() else None
