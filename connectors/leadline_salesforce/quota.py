"""The org's calls of 24 hours, which all its apps share: leadline leaves a part to the others."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from leadline.errors import RetryLater

# The two doors to the clock; tests replace them.
now = time.monotonic
pause = time.sleep

_ASK_AGAIN = 60.0  # how long a word about the day's calls is believed, in seconds
_COME_BACK = 3600.0  # calls come back hour by hour: the 24 hours roll

# The header also holds `per-app-api-usage=` and `api-bursts=`, in any order.
_USAGE = re.compile(r"(?<![\w-])api-usage=(\d+)/(\d+)")


@dataclass(frozen=True, slots=True)
class Usage:
    """Calls used of those that the org has in 24 hours, whoever made them."""

    used: int
    most: int

    def __str__(self) -> str:
        return f"{self.used:,} of the org's {self.most:,} calls of 24 hours are used"


class Quota:
    """What is known of the day's calls; any thread may ask.

    daily_share: no call is made once this part of them is used, by anybody.
    """

    def __init__(self, daily_share: float) -> None:
        self._share = daily_share
        self._lock = Lock()
        self._usage: Usage | None = None
        self._told_at = 0.0

    def wait(self) -> None:
        """Return when a call may be made; `RetryLater` when the day's share is used up."""
        with self._lock:
            usage, fresh = self._usage, now() - self._told_at < _ASK_AGAIN
        if usage is not None and fresh and usage.used >= usage.most * self._share:
            raise RetryLater(
                f"{usage}, and leadline leaves {1 - self._share:.0%} of them to others "
                "(daily_share); they come back hour by hour: sync again later",
                after=_COME_BACK,
            )

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take what an answer says of the day's calls, if it does."""
        found = _USAGE.search(headers.get("Sforce-Limit-Info") or "")
        if found and int(found[2]) > 0:
            with self._lock:
                self._usage, self._told_at = Usage(int(found[1]), int(found[2])), now()

    @property
    def usage(self) -> Usage | None:
        """The day's calls, as the last answer told; None while not known."""
        return self._usage

    def used_up(self, why: str) -> RetryLater:
        """The error for a limit that Salesforce itself says is reached."""
        known = f" ({self._usage})" if self._usage else ""
        return RetryLater(
            f"{why}{known}; they come back hour by hour: sync again later", after=_COME_BACK
        )
