"""Paths that a config names: where they start, and whether there is something."""

from __future__ import annotations

from pathlib import Path


def located(base: Path, text: str) -> Path:
    """The path of a config's text, from the config's folder; `~` is the user's home."""
    path = Path(text)
    try:
        return base / path.expanduser()
    except RuntimeError:  # ~name of somebody who is not there
        return base / path


def is_there(path: Path) -> bool:
    """True for a file or folder; False also for what can be no path at all."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
