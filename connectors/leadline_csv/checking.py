"""`leadline check` for a source of files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from leadline.batches import Finding, Stream
from leadline.errors import SourceError
from leadline_csv.config import CsvConfig
from leadline_csv.delimiter import delimiter_name
from leadline_csv.files import InputFile
from leadline_csv.headings import listed, nearest


def check_files(config: CsvConfig) -> Iterator[Finding]:
    """One finding per file, and one for the output; nothing is written."""
    for stream in Stream:
        try:
            files = config.files(stream)
        except SourceError as error:
            yield Finding(f"{stream} file", False, str(error))
            continue
        for file in files:
            yield _check_file(config, stream, file)
    if config.output is not None:
        yield _check_output(config.output)


def _check_file(config: CsvConfig, stream: Stream, file: InputFile) -> Finding:
    subject = f"{stream} file {file.name}"
    try:
        with config.open(stream, file, rows=100) as table:
            columns = config.columns(stream, table)
    except SourceError as error:
        return Finding(subject, False, str(error))
    mapped = [f"{field} ← '{columns.heading(field)}'" for field in columns.places]
    said = [f"{table.encoding}, parted by {delimiter_name(table.delimiter)}", ", ".join(mapped)]
    if columns.unused:
        said.append(f"not used: {listed(columns.unused)}")
    said += [columns.missing_message(field) for field in columns.missing]
    for field in config.kinds(stream).keys() - columns.places.keys() - columns.missing.keys():
        if near := nearest(field, columns.unused):
            said.append(f"no column is {field}{near}")
    return Finding(subject, not columns.missing, "; ".join(said))


def _check_output(path: Path) -> Finding:
    subject, folder = f"output {path}", path.parent
    if path.is_dir():
        return Finding(subject, False, "it is a folder: set `output` to a file's path")
    if not folder.is_dir():
        return Finding(subject, False, f"the folder '{folder}' does not exist: make it")
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding(subject, False, f"no right to write in the folder '{folder}'")
    return Finding(subject, True, "there already" if path.exists() else "will be made")
