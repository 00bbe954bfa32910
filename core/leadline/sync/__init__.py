"""Five rooms, one direction: pull → lake → score → plan → push. `sync` is these in order."""

from __future__ import annotations
