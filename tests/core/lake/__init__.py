"""The lake, through real folders."""

from __future__ import annotations
