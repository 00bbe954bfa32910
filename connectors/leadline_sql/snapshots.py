"""Which ids a query brought, for finding those that are gone: one Parquet file per set of ids.

A snapshot is named by what it holds. Writing one before the host has committed the checkpoint is
therefore harmless: the older checkpoint still finds its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Collection, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leadline.errors import SourceError

_SCHEMA = pa.schema([("id", pa.string())])


class Snapshots:
    """The snapshots of one stream, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> tuple[str, ...]:
        """Every snapshot there is."""
        return tuple(sorted(path.name for path in self._folder.glob("*.parquet")))

    def ids(self, names: Iterable[str]) -> pa.Array:
        """The ids in any of these snapshots, each once; one that is damaged counts as none."""
        found = [pa.array([], pa.string())]
        for name in names:
            with contextlib.suppress(OSError, pa.ArrowInvalid):
                found += pq.read_table(self._folder / name, schema=_SCHEMA)["id"].chunks
        return pc.unique(pa.chunked_array(found))

    def write(self, ids: pa.Array) -> str:
        """Keep a set of ids as a whole, or not at all; the snapshot's name."""
        ordered = ids.take(pc.sort_indices(ids))
        digest = hashlib.blake2b(digest_size=12)
        for buffer in ordered.buffers():
            digest.update(buffer or b"")
        path = self._folder / f"{digest.hexdigest()}.parquet"
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.table([ordered], schema=_SCHEMA), temporary)
            temporary.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise SourceError(
                f"cannot keep a list of ids in '{self._folder}': {error.strerror or error}; make "
                "room, or give leadline the right to write there"
            ) from None
        return path.name

    def keep_only(self, names: Collection[str]) -> None:
        """Remove the snapshots that no checkpoint needs any more."""
        for name in self.names():
            if name not in names:
                with contextlib.suppress(OSError):  # it only takes up room
                    (self._folder / name).unlink()
