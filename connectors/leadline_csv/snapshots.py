"""Which contacts a file held, and each row's digest: one Parquet file per content of a file.

A snapshot is named by the content it was made from. Writing one before the host has committed the
checkpoint is therefore harmless: the older checkpoint still finds its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Collection, Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leadline.errors import SourceError
from leadline_csv.digests import Keys

SCHEMA = pa.schema([("contact_id", pa.string()), ("row", pa.uint64())])


def snapshot_name(file: str, digest: str, shape: str) -> str:
    """The name of the snapshot of one content of one file, read under one mapping."""
    return f"{_short(file)}-{digest}-{shape}.parquet"


class Snapshots:
    """The snapshots of a source's contacts files, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        """Every snapshot there is."""
        return sorted(path.name for path in self._folder.glob("*.parquet"))

    def has(self, name: str) -> bool:
        """True if this snapshot was written."""
        return bool(name) and (self._folder / name).is_file()

    def row_keys(self, name: str) -> Keys:
        """The digests of its rows, sorted; none when the snapshot is gone."""
        return np.sort(self._read([name], "row")["row"].to_numpy())

    def contact_ids(self, names: Iterable[str]) -> pa.Array:
        """The contacts in any of these snapshots, each once."""
        return self._read(names, "contact_id")["contact_id"].unique()

    def write(self, name: str, rows: pa.Table) -> None:
        """Write a snapshot as a whole, or not at all."""
        path = self._folder / name
        temporary = path.with_name(f".{name}.{os.getpid()}.tmp")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            pq.write_table(rows.cast(SCHEMA), temporary)
            temporary.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise SourceError(
                f"cannot keep a snapshot in '{self._folder}': {error.strerror or error}"
            ) from None

    def keep_only(self, names: Collection[str]) -> None:
        """Remove the snapshots that no checkpoint needs any more."""
        for name in self.names():
            if name not in names:
                with contextlib.suppress(OSError):  # it only takes up room
                    (self._folder / name).unlink()

    def _read(self, names: Iterable[str], column: str) -> pa.Table:
        tables = [SCHEMA.empty_table().select([column])]
        for name in names:
            if self.has(name):
                try:
                    tables.append(pq.read_table(self._folder / name, columns=[column]))
                except (OSError, pa.ArrowInvalid):  # damaged: as good as gone
                    continue
        return pa.concat_tables(tables)


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
