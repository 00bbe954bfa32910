"""A CRM to try leadline with: a seeded, believable B2B funnel written as CSV files."""

from __future__ import annotations

from leadline.demo.generator import DemoSummary, generate
from leadline.demo.starter import write_workspace

__all__ = ["DemoSummary", "generate", "write_workspace"]
