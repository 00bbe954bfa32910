"""The calls of the last 24 hours, by anybody, and the header that tells them."""

from __future__ import annotations

from collections import deque

from leadline_sandbox.clock import Clock
from leadline_sandbox.salesforce.options import Options
from leadline_sandbox.salesforce.problems import Problem

_DAY = 86_400.0
_FORMS = {
    "plain": "api-usage={used}/{most}",
    "per app": "api-usage={used}/{most}; per-app-api-usage={used}/{most}(appName=leadline)",
    "bursts": "api-usage={used}/{most}; api-bursts=1/750",
}


class Usage:
    """A rolling day. by_others: calls that other apps made, which count all the same."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options, self._clock = options, clock
        self._calls: deque[float] = deque()
        self.by_others = 0

    @property
    def used(self) -> int:
        """Calls within the last 24 hours."""
        since = self._clock.seconds() - _DAY
        while self._calls and self._calls[0] <= since:
            self._calls.popleft()
        return len(self._calls) + self.by_others

    def take(self) -> None:
        """Count a call; one too many is refused."""
        if self.used >= self._options.a_day:
            raise Problem(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self._calls.append(self._clock.seconds())

    def header(self) -> str:
        """Sforce-Limit-Info in the form that the org is set to; "" for none."""
        form = _FORMS.get(self._options.limit_info, "")
        return form.format(used=self.used, most=self._options.a_day)

    def limits(self) -> dict[str, dict[str, int]]:
        """What `limits/` answers."""
        most = self._options.a_day
        return {
            "DailyApiRequests": {"Max": most, "Remaining": max(0, most - self.used)},
            "DailyBulkApiBatches": {"Max": 15_000, "Remaining": 15_000},
            "DailyBulkV2QueryJobs": {"Max": 10_000, "Remaining": 10_000},
            "DailyBulkV2QueryFileStorageMB": {"Max": 976_562, "Remaining": 976_562},
        }
