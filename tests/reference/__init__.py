"""A slow scorer in plain Python: what the model means, worked out a second time for the tests."""

from __future__ import annotations
