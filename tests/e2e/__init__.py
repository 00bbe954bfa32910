"""The commands as a user meets them: real files in, real output out."""

from __future__ import annotations
