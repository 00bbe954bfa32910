"""The serving table: what the web reads, sorted and indexed, published by each sync.

It is made from the lake's answer and holds nothing of its own: a file that is lost or damaged is
made again by the next sync.
"""

from __future__ import annotations

from leadline.serving.face import Serving
from leadline.serving.filters import SORTS, LeadFilter
from leadline.serving.heads import ServedModel
from leadline.serving.leads import LeadPage, ServedLead
from leadline.serving.moves import Became
from leadline.serving.summaries import RuleUse, Summary

__all__ = [
    "SORTS",
    "Became",
    "LeadFilter",
    "LeadPage",
    "RuleUse",
    "ServedLead",
    "ServedModel",
    "Serving",
    "Summary",
]
