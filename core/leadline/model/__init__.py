"""The scoring model: what the file may say, and its version."""

from __future__ import annotations

from leadline.model.ageing import Decay
from leadline.model.labels import Agreement, Expectation, Span, Temperature
from leadline.model.rules import Exclusion, Group, Lookup, Rule, Segment, Signal
from leadline.model.schema import Model

__all__ = [
    "Agreement",
    "Decay",
    "Exclusion",
    "Expectation",
    "Group",
    "Lookup",
    "Model",
    "Rule",
    "Segment",
    "Signal",
    "Span",
    "Temperature",
]
