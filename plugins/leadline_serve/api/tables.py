"""Rows as CSV: one line each, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import StreamingResponse

CSV = "text/csv"
# What a spreadsheet takes for a formula; plain numbers are none.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*\Z")
_LINES = 500  # sent at once


def wants_csv(
    request: Request, format: Annotated[str | None, Query(pattern="^(json|csv)$")] = None
) -> bool:
    """Whether the question says CSV, by `format` or else by its Accept header."""
    if format is not None:
        return format == "csv"
    accepted = [
        each.partition(";")[0].strip() for each in request.headers.get("accept", "").split(",")
    ]
    return CSV in accepted and "application/json" not in accepted


WantsCsv = Annotated[bool, Depends(wants_csv)]


def csv_answer(name: str, columns: Sequence[str], found: Iterable[object]) -> StreamingResponse:
    """A CSV file to download, sent as its rows come: of each value these attributes."""
    head = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    rows = map(attrgetter(*columns), found)
    return StreamingResponse(_lines(columns, rows), media_type=CSV, headers=head)


def csv_document() -> dict[str, object]:
    """How the document tells of the other form of an answer."""
    return {"content": {CSV: {"schema": {"type": "string"}}}, "description": "The rows."}


def cell(value: object) -> str:
    """A value as a cell that is shown and never run."""
    if value is None:
        return ""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def _lines(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    page = io.StringIO(newline="")
    writer = csv.writer(page)
    writer.writerow(columns)
    for number, row in enumerate(rows, 1):
        writer.writerow([cell(value) for value in row])
        if number % _LINES == 0:
            yield page.getvalue()
            page.seek(0)
            page.truncate()
    yield page.getvalue()
