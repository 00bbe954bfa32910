"""Ids that are kept between syncs, to notice which records are in no answer any more."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.errors import SourceError

Ids = NDArray[Any]


class Remembered:
    """Sets of ids in files of a folder, each under a name that a checkpoint holds.

    folder: of these files alone. kind: how NumPy holds an id, such as int64 or S18. Nothing is lost
    without the files but the notice of what is gone.
    """

    def __init__(self, folder: Path, kind: np.dtype[Any]) -> None:
        self._folder, self._kind = folder, kind

    def ids(self, name: str) -> Ids:
        """The ids under this name, each once and sorted; none where there is no such file."""
        path = self._path(name)
        try:
            there = path.stat().st_size // self._kind.itemsize if name and path.exists() else 0
            return np.unique(np.fromfile(path, self._kind, there)) if there else self._array(())
        except OSError as error:
            raise _unusable(path, error) from error

    def add(self, name: str, ids: Iterable[str]) -> None:
        """Add ids under this name; one that is there already does no harm."""
        path, width = self._path(name), self._kind.itemsize
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                file.seek(0, os.SEEK_END)
                file.truncate(file.tell() // width * width)  # what a crash left half-written
                file.write(self._array(ids).tobytes())
        except OSError as error:
            raise _unusable(path, error) from error

    def drop(self, name: str, ids: Iterable[str]) -> None:
        """Take ids out from under this name."""
        before = self.ids(name)
        left = np.setdiff1d(before, self._array(ids))
        if len(left) < len(before):
            self._replace(name, left)

    def keep(self, ids: Iterable[str]) -> str:
        """Keep exactly these ids; answers the name, which is the same for the same ids."""
        kept = np.unique(self._array(ids))
        name = f"set-{hashlib.sha256(kept.tobytes()).hexdigest()[:20]}"
        self._replace(name, kept)
        return name

    def latest(self) -> str:
        """Of the names that are numbers the highest; "" where there is none."""
        if not self._folder.is_dir():
            return ""
        names = [int(path.stem) for path in self._folder.glob("*.ids") if path.stem.isdigit()]
        return str(max(names)) if names else ""

    def keep_only(self, names: Iterable[str]) -> None:
        """Delete the files under other names."""
        kept = {self._path(name) for name in names if name}
        try:
            for path in list(self._folder.iterdir()) if self._folder.is_dir() else []:
                if path not in kept:
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise _unusable(self._folder, error) from error

    def _replace(self, name: str, ids: Ids) -> None:
        path = self._path(name)
        part = path.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part.write_bytes(ids.tobytes())
            part.replace(path)
        except OSError as error:
            raise _unusable(path, error) from error

    def _array(self, ids: Iterable[str]) -> Ids:
        return np.array(list(ids), self._kind)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.ids"


def _unusable(path: Path, error: OSError) -> SourceError:
    return SourceError(
        f"cannot keep ids in '{path}': {error.strerror}; free the disk or its rights"
    )
