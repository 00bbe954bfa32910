"""The lake: every fact and every score at rest, as Delta tables in one folder."""

from __future__ import annotations

from leadline.lake.lake import Lake
from leadline.lake.outcomes import Committed, Published

__all__ = ["Committed", "Lake", "Published"]
