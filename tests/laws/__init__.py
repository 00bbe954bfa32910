"""Laws that hold for every model and all facts, tried on many made up by Hypothesis."""

from __future__ import annotations
