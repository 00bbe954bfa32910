"""The plugin that tells addresses apart and withholds what machines opened and clicked."""

from __future__ import annotations
