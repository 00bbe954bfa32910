"""Ids that are kept between syncs, to notice what no answer of HubSpot's says.

A record that was restored is one that is no longer listed as deleted; one that was erased for good
is in no list at all. Nothing is lost without these files: a full sweep comes round.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leadline.errors import SourceError

Ids = NDArray[np.int64]


class Remembered:
    """Sets of ids in files of a folder, each under a name that a checkpoint holds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ids(self, name: str) -> Ids:
        """The ids under this name, each once; none where there is no such file."""
        path = self._path(name)
        try:
            whole = path.stat().st_size // 8 if name and path.exists() else 0
            return np.unique(np.fromfile(path, np.int64, whole)) if whole else _array(())
        except OSError as error:
            raise _unusable(path, error) from error

    def add(self, name: str, ids: Iterable[str]) -> None:
        """Add ids under this name; one that is there already does no harm."""
        path = self._path(name)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                file.seek(0, os.SEEK_END)
                file.truncate(file.tell() // 8 * 8)  # what a crash left half-written
                file.write(_array(ids).tobytes())
        except OSError as error:
            raise _unusable(path, error) from error

    def keep(self, ids: Iterable[str]) -> str:
        """Keep exactly these ids; answers the name, which is the same for the same ids."""
        data = np.unique(_array(ids)).tobytes()
        name = f"set-{hashlib.sha256(data).hexdigest()[:20]}"
        path = self._path(name)
        part = path.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part.write_bytes(data)
            part.replace(path)
        except OSError as error:
            raise _unusable(path, error) from error
        return name

    def latest_sweep(self) -> str:
        """The name of the ids that the newest full sweep met; "" before the first."""
        if not self._folder.is_dir():
            return ""
        sweeps = [int(path.stem) for path in self._folder.glob("*.ids") if path.stem.isdigit()]
        return str(max(sweeps)) if sweeps else ""

    def keep_only(self, names: Iterable[str]) -> None:
        """Delete the files under other names."""
        kept = {self._path(name) for name in names if name}
        try:
            for path in list(self._folder.iterdir()) if self._folder.is_dir() else []:
                if path not in kept:
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise _unusable(self._folder, error) from error

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.ids"


def _array(ids: Iterable[str]) -> Ids:
    return np.array([int(one) for one in ids if one.isdigit()], np.int64)


def _unusable(path: Path, error: OSError) -> SourceError:
    return SourceError(
        f"cannot keep ids in '{path}': {error.strerror}; free the disk or its rights"
    )
