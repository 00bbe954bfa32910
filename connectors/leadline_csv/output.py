"""The file that scores are written to: read back, merged, and replaced as a whole."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import IO, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from leadline.columns import read_column
from leadline.errors import SourceError
from leadline.vocabulary import FieldType
from leadline_csv.files import InputFile, fingerprint
from leadline_csv.tables import open_table

_TEXT = {
    *("contact_id", "grade", "temperature", "stage", "suggested_stage"),
    *("reasons", "model_version"),
}
_KINDS = {
    **dict.fromkeys(_TEXT, FieldType.TEXT),
    "scored_at": FieldType.INSTANT,
}
_ABSENT = "absent"
_SAME: Mapping[str, str] = MappingProxyType({})
# What a spreadsheet takes for a formula; plain numbers are none.
_FORMULA = r"^'*[=+\-@\t\r]"
_NUMBER = r"^[+-]?\d+([.,]\d+)*$"


def output_mark(path: Path) -> str:
    """What tells this content of the output file from another."""
    if not path.exists():
        return _ABSENT
    return fingerprint(InputFile(path, str(path))).digest


def read_known(path: Path, headings: Mapping[str, str] = _SAME) -> pa.Table:
    """What leadline's own fields hold now, typed; what cannot be read is unknown, so rewritten.

    headings: leadline's name → the file's heading, where they differ.
    """
    text = _read_text(path, headings.values())
    named = {heading: name for name, heading in headings.items()}
    read = {}
    for heading in text.column_names:
        name = named.get(heading, heading)
        if name == heading and heading in headings:
            continue  # somebody else's column of that name
        kind = _KINDS.get(name, FieldType.INTEGER)
        values, _ = read_column(text[heading], kind)
        read[name] = _small(values) if kind is FieldType.INTEGER else values
    return pa.table(read)


def write_output(path: Path, changes: pa.Table, headings: Mapping[str, str] = _SAME) -> None:
    """Bring the changes into the file: the old content or the new one, never something between."""
    if path.is_dir():
        raise SourceError(f"cannot write '{path}': it is a folder; set `output` to a file's path")
    existing = _read_text(path, headings.values())
    changes = changes.rename_columns([headings.get(n, n) for n in changes.column_names])
    merged = _merge(existing, _as_text(changes))
    if path.exists() and merged.equals(existing):
        return
    for place, name in enumerate(merged.column_names):
        merged = merged.set_column(place, name, _as_cells(merged[name]))
    with _replacing(path) as stream:
        pa.csv.write_csv(
            merged,
            stream,
            pa.csv.WriteOptions(quoting_style="needed", quoting_header="needed"),
        )


def _read_text(path: Path, headings: Collection[str] = ()) -> pa.Table:
    """The file's cells as text, null for blank; nothing when there is no such file yet."""
    nothing = pa.table({"contact_id": pa.array([], pa.string())})
    if not path.exists() or path.stat().st_size == 0:
        return nothing
    tables = []
    try:
        with open_table(InputFile(path, str(path)), known={*_KINDS, *headings}) as table:
            names = [name.strip() for name in table.headings]
            if "contact_id" not in names or len(set(names)) < len(names):
                return nothing
            for block in table.records(range(len(names))):
                tables.append(pa.table([block.columns[at] for at in range(len(names))], names))
    except SourceError:
        if not os.access(path, os.R_OK):
            raise
    whole = pa.concat_tables(tables) if tables else nothing
    for place, name in enumerate(whole.column_names):
        whole = whole.set_column(place, name, _plain(whole[name]))
    return whole.filter(whole["contact_id"].is_valid())


def _plain(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    cells = pc.replace_substring_regex(cells, r"^'('*[=+\-@\t\r])", r"\1")
    return pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)


def _as_cells(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers as numbers, so that they are not quoted; other cells made harmless."""
    if pc.all(pc.match_substring_regex(cells, r"^(0|-?[1-9]\d{0,17})$")).as_py():
        return cells.cast(pa.int64())
    runs = pc.and_(
        pc.match_substring_regex(cells, _FORMULA),
        pc.invert(pc.match_substring_regex(cells, _NUMBER)),
    )
    if not pc.any(runs).as_py():
        return cells
    return pc.if_else(runs, pc.binary_join_element_wise("'", cells, ""), cells)


def _small(values: pa.Array) -> pa.Array:
    """int32 as the output's schema has it; what is larger was not written by leadline."""
    limit = pa.scalar(2**31 - 1, pa.int64())
    fits = pc.less_equal(pc.abs(values), limit)
    return pc.if_else(fits, values, pa.scalar(None, pa.int64())).cast(pa.int32())


def _as_text(changes: pa.Table) -> pa.Table:
    columns = {}
    for name in changes.column_names:
        text = changes[name].cast(pa.string())
        if pa.types.is_timestamp(changes.schema.field(name).type):
            text = pc.replace_substring_regex(text, r"\.0+(Z?)$", r"\1")
        columns[name] = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    return pa.table(columns)


def _merge(existing: pa.Table, changes: pa.Table) -> pa.Table:
    """Every contact once: changed ones as they are in `changes`, in the order of their ids."""
    existing, changes = _once(existing, "min"), _once(changes, "max")
    order = [*changes.column_names]
    order += [name for name in existing.column_names if name not in order]
    was = pc.index_in(changes["contact_id"], value_set=existing["contact_id"])
    for name in order[len(changes.column_names) :]:
        changes = changes.append_column(name, existing[name].take(was))
    kept = pc.is_in(existing["contact_id"], value_set=changes["contact_id"])
    both = pa.concat_tables(
        [existing.filter(pc.invert(kept)), changes], promote_options="default"
    ).select(order)
    return both.take(pc.sort_indices(both["contact_id"]))


def _once(table: pa.Table, which: Literal["min", "max"]) -> pa.Table:
    """Each contact's first or last row."""
    ids = table["contact_id"]
    if pc.count_distinct(ids).as_py() == len(ids):
        return table
    numbered = pa.table({"id": ids, "row": pa.array(range(len(ids)), pa.int64())})
    chosen = numbered.group_by("id").aggregate([("row", which)])
    return table.take(chosen[f"row_{which}"])


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file beside `path` that takes its place once it is whole and on the disk."""
    path = path.resolve()  # a link stays a link
    try:
        # Only one process writes at a time, so what lies there is of a write that was killed.
        for left_over in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
            left_over.unlink()
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            with temporary.open("xb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            if path.exists():
                shutil.copymode(path, temporary)
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise SourceError(
            f"cannot write '{path}': {error.strerror or error}; it is as it was before. Make room, "
            "or give leadline the right to write in its folder"
        ) from None
