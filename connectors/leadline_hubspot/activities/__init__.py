"""Activities out of a portal: one module for each feed, one pull over all of them."""

from __future__ import annotations

from leadline_hubspot.activities.memory import note_stages
from leadline_hubspot.activities.pull import FEEDS, engagements_of, feeds, fetch

__all__ = ["FEEDS", "engagements_of", "feeds", "fetch", "note_stages"]
