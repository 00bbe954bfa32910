"""Speed and memory, as ratios against what a user would pick instead; run `make bench`."""

from __future__ import annotations
