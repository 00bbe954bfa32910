"""Lead scoring as code: pull contacts and activities, score, explain every point, write back."""

from __future__ import annotations

__version__ = "0.1.0"
