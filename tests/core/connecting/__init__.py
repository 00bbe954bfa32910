"""What connectors have in common: each piece tried alone."""

from __future__ import annotations
