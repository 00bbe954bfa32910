"""A table as bytes and back: an Arrow stream, compressed as a whole with zstd."""

from __future__ import annotations

import pyarrow as pa


def packed(table: pa.Table) -> bytes:
    """The table as bytes. Compressed as a whole: a hundred rows are mostly schema."""
    sink = pa.BufferOutputStream()
    with (
        pa.CompressedOutputStream(sink, "zstd") as stream,
        pa.ipc.new_stream(stream, table.schema) as writer,
    ):
        writer.write_table(table)
    return bytes(sink.getvalue())


def unpacked(content: bytes) -> pa.Table:
    """The table that `packed` made these bytes of."""
    with pa.CompressedInputStream(pa.BufferReader(content), "zstd") as stream:
        return pa.ipc.open_stream(stream).read_all()
