"""The plugin host, through real distributions and real plugins."""

from __future__ import annotations
