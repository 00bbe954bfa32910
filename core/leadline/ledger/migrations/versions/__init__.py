"""The steps, numbered. A step that was released never changes."""

from __future__ import annotations
