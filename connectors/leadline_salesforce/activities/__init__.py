"""Activities out of an org: one module for each feed, one pull over all of them."""

from __future__ import annotations

from leadline_salesforce.activities.pull import FEEDS, feeds, fetch

__all__ = ["FEEDS", "feeds", "fetch"]
