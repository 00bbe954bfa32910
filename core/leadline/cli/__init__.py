"""The command line: parse, call the core, print. Importing it loads no plugin, nothing heavy."""

from __future__ import annotations

from leadline.cli.app import main

__all__ = ["main"]
