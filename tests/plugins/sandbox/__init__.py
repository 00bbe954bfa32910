"""The simulators: what they do to a connector, over real HTTP on loopback."""

from __future__ import annotations
