"""Which files this process holds open, where the system tells."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_HANDLES = Path("/proc/self/fd")


def open_files(folders: Iterable[Path]) -> set[tuple[str, str]]:
    """The open files under these folders, each with the name of its handle."""
    if not _HANDLES.is_dir():
        return set()
    starts = tuple(f"{folder.resolve()}/" for folder in folders)
    found = set()
    for handle in _HANDLES.iterdir():
        try:
            target = str(handle.readlink())
        except FileNotFoundError:  # the handle of this very listing
            continue
        if target.startswith(starts):
            found.add((handle.name, target))
    return found
