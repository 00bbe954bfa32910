"""Ids that are kept between syncs, to notice which records are in no answer any more.

A record leaves the recycle bin without a trace. Nothing is lost without these files but the notice
of that.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadline.errors import SourceError

_WIDTH = 18
_KIND = np.dtype(f"S{_WIDTH}")

Ids = NDArray[np.bytes_]


class Remembered:
    """Sets of ids in files of a folder, each under a name that a checkpoint holds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ids(self, name: str) -> Ids:
        """The ids under this name, each once and sorted; none where there is no such file."""
        path = self._path(name)
        try:
            whole = path.stat().st_size // _WIDTH if name and path.exists() else 0
            return np.unique(np.fromfile(path, _KIND, whole)) if whole else np.array([], _KIND)
        except OSError as error:
            raise _unusable(path, error) from error

    def add(self, name: str, ids: pa.ChunkedArray | pa.Array) -> None:
        """Add ids under this name; one that is there already does no harm."""
        path = self._path(name)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                file.seek(0, os.SEEK_END)
                file.truncate(file.tell() // _WIDTH * _WIDTH)  # what a crash left half-written
                file.write(np.array(ids.to_pylist(), _KIND).tobytes())
        except OSError as error:
            raise _unusable(path, error) from error

    def drop(self, name: str, ids: pa.ChunkedArray | pa.Array) -> None:
        """Take ids out from under this name."""
        before = self.ids(name)
        left = np.setdiff1d(before, np.array(ids.to_pylist(), _KIND))
        if len(left) == len(before):
            return
        path = self._path(name)
        part = path.with_suffix(".part")
        try:
            part.write_bytes(left.tobytes())
            part.replace(path)
        except OSError as error:
            raise _unusable(path, error) from error

    def latest(self) -> str:
        """The name of the newest set; "" before the first."""
        if not self._folder.is_dir():
            return ""
        names = [int(path.stem) for path in self._folder.glob("*.ids") if path.stem.isdigit()]
        return str(max(names)) if names else ""

    def keep_only(self, names: Iterable[str]) -> None:
        """Delete the files under other names."""
        kept = {self._path(name) for name in names if name}
        try:
            for path in list(self._folder.glob("*.ids")) if self._folder.is_dir() else []:
                if path not in kept:
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise _unusable(self._folder, error) from error

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.ids"


def beginning(ids: Ids, prefixes: Iterable[str]) -> Ids:
    """The ids that begin with one of these."""
    chosen = np.zeros(len(ids), np.bool_)
    for prefix in prefixes:
        chosen |= np.char.startswith(ids, prefix.encode())
    return ids[chosen]


def missing(before: Ids, here: Ids, most: int) -> Iterator[list[str]]:
    """The ids that were there before and are not here, at most so many at a time."""
    gone = np.setdiff1d(before, here, assume_unique=True)
    for place in range(0, len(gone), most):
        yield [each.decode("ascii") for each in gone[place : place + most].tolist()]


def _unusable(path: Path, error: OSError) -> SourceError:
    return SourceError(
        f"cannot keep ids in '{path}': {error.strerror}; free the disk or its rights"
    )
