"""Model files: what they may say, what is wrong with them, and where."""

from __future__ import annotations
