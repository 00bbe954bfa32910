"""What a comparison and a kept plan are made of."""

from __future__ import annotations
