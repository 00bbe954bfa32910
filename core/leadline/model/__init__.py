"""The scoring model: what the file may say, and its version."""

from __future__ import annotations

from leadline.model.ageing import Decay
from leadline.model.schema import Exclusion, Group, Model, Rule, Temperature

__all__ = ["Decay", "Exclusion", "Group", "Model", "Rule", "Temperature"]
