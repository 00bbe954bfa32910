"""A stable digest of each row's content: names activities that have no id, finds changed rows."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Keys = npt.NDArray[np.uint64]
_RUN_GROWTH = 4


@functools.cache
def _engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"enable_external_access": "false"})


def row_digests(columns: Sequence[pa.Array]) -> tuple[pa.Array, Keys]:
    """Each row's digest as text (128 bits) and as a key (its first 64); columns are text."""
    content = pc.binary_join_element_wise(
        *columns, "\x1f", null_handling="replace", null_replacement=""
    )
    with _engine().cursor() as cursor:
        cursor.register("rows", pa.table({"row": np.arange(len(content)), "content": content}))
        table = cursor.sql("SELECT md5(content) AS digest FROM rows ORDER BY row").to_arrow_table()
    digests = pa.concat_arrays([pa.array([], pa.string()), *table["digest"].chunks])
    spelled = bytes.fromhex("".join(digests.to_pylist()))
    return digests, np.frombuffer(spelled, ">u8")[::2].astype(np.uint64)


class Occurrences:
    """Counts how often each key was seen, in 12 bytes a key.

    Sorted runs that are merged as they grow: a dictionary of 20 million keys would need gigabytes.
    """

    def __init__(self) -> None:
        self._runs: list[tuple[Keys, npt.NDArray[np.uint32]]] = []

    def count(self, keys: Keys) -> npt.NDArray[np.uint32]:
        """For each key the how-manieth it is, from 1; counts them."""
        if not len(keys):
            return np.empty(0, np.uint32)
        distinct, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
        before = self._seen(distinct)[inverse]
        within = np.zeros(len(keys), np.uint32)
        if len(distinct) < len(keys):
            order = np.argsort(inverse, kind="stable")
            starts = np.cumsum(counts) - counts
            within[order] = np.arange(len(keys)) - np.repeat(starts, counts)
        self._add(distinct, counts.astype(np.uint32))
        return (before + within + 1).astype(np.uint32)

    def _seen(self, keys: Keys) -> npt.NDArray[np.uint32]:
        seen = np.zeros(len(keys), np.uint32)
        for run, counts in self._runs:
            place = np.minimum(np.searchsorted(run, keys), len(run) - 1)
            seen += np.where(run[place] == keys, counts[place], 0).astype(np.uint32)
        return seen

    def _add(self, keys: Keys, counts: npt.NDArray[np.uint32]) -> None:
        while self._runs and len(self._runs[-1][0]) <= _RUN_GROWTH * len(keys):
            older, more = self._runs.pop()
            both = np.concatenate([older, keys])
            order = np.argsort(both, kind="stable")
            both, counts = both[order], np.concatenate([more, counts])[order]
            new = np.concatenate([[True], both[1:] != both[:-1]])
            keys, counts = both[new], np.add.reduceat(counts, np.flatnonzero(new))
        self._runs.append((keys, counts))
