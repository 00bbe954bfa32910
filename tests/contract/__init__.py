"""The conformance kit, run over every connector of this repository."""

from __future__ import annotations
