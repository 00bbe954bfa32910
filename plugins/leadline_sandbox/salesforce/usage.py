"""The calls of the last 24 hours, by anybody, and the header that tells them."""

from __future__ import annotations

from leadline_sandbox.clock import Clock
from leadline_sandbox.rolling import Rolling
from leadline_sandbox.salesforce.options import Options
from leadline_sandbox.salesforce.problems import Problem

_FORMS = {
    "plain": "api-usage={used}/{most}",
    "per app": "api-usage={used}/{most}; per-app-api-usage={used}/{most}(appName=leadline)",
    "bursts": "api-usage={used}/{most}; api-bursts=1/750",
}


class Usage:
    """A rolling day. by_others: calls that other apps made, which count all the same."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options, self._clock = options, clock
        self._calls = Rolling(86_400.0)
        self.by_others = 0

    @property
    def used(self) -> int:
        """Calls within the last 24 hours."""
        return self._calls.count(self._clock.seconds()) + self.by_others

    def take(self) -> None:
        """Count a call; one too many is refused."""
        if self.used >= self._options.a_day:
            raise Problem(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self._calls.add(self._clock.seconds())

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
