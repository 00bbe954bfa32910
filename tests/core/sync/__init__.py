"""The rooms of a sync, each by itself."""

from __future__ import annotations
