"""The org's calls of 24 hours belong to all its apps: leadline stops at its share."""

from __future__ import annotations

import pytest

from leadline.errors import RetryLater
from leadline_salesforce.quota import Quota, Usage
from tests.connectors.waiting import Waits


@pytest.mark.parametrize(
    "header",
    [
        "api-usage=18/5000",
        "api-usage=18/5000; per-app-api-usage=17/250(appName=x)",
        "per-app-api-usage=17/250(appName=x); api-usage=18/5000",
        "api-usage=18/5000; api-bursts=1/750",
    ],
)
def test_each_form_of_the_header_is_read(header: str) -> None:
    quota = Quota(0.8)
    quota.learn({"Sforce-Limit-Info": header})
    assert quota.usage == Usage(18, 5000)


@pytest.mark.parametrize("header", ["", "per-app-api-usage=17/250(appName=x)", "api-usage=1/0"])
def test_what_says_nothing_of_the_day_is_let_be(header: str) -> None:
    quota = Quota(0.8)
    quota.learn({"Sforce-Limit-Info": header})
    quota.wait()
    assert quota.usage is None


def test_calls_stop_at_the_share_with_plain_figures() -> None:
    quota = Quota(0.8)
    quota.learn({"Sforce-Limit-Info": "api-usage=79999/100000"})
    quota.wait()
    quota.learn({"Sforce-Limit-Info": "api-usage=80000/100000"})
    with pytest.raises(RetryLater, match=r"80,000 of the org's 100,000 calls.*20%") as caught:
        quota.wait()
    assert caught.value.after == 3600


def test_after_a_minute_one_call_finds_out_anew(waits: Waits) -> None:
    quota = Quota(0.5)
    quota.learn({"Sforce-Limit-Info": "api-usage=60/100"})
    waits.append(61)
    quota.wait()
    quota.learn({"Sforce-Limit-Info": "api-usage=61/100"})
    with pytest.raises(RetryLater):
        quota.wait()
