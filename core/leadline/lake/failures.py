"""Failures of disk, memory and files, told as what to do about them."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
from deltalake.exceptions import CommitFailedError, DeltaError

from leadline.errors import WorkspaceError

# InvalidInput is what DuckDB raises for a Parquet file that is cut short or overwritten.
_FILES = (OSError, DeltaError, duckdb.IOException, duckdb.InvalidInputException, pa.ArrowInvalid)
_REFUSED = ("permission denied", "read-only", "operation not permitted")
_FULL = ("no space left", "file too large", "quota exceeded")


@contextmanager
def guarded(root: Path) -> Iterator[None]:
    """Within it, a failure of the machine leaves as a WorkspaceError that says what to do."""
    try:
        yield
    except CommitFailedError as error:
        raise WorkspaceError(
            f"the lake {root} was changed by another process at the same time; nothing was "
            "written by this one: run it again"
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise WorkspaceError(_memory_message(root, error)) from error
    except _FILES as error:
        raise WorkspaceError(_message(root, error)) from error


def _memory_message(root: Path, error: Exception) -> str:
    if any(word in str(error).lower() for word in _FULL):
        return _full_message(root)
    return (
        f"not enough memory to work on the lake {root}: stop other programs, or send fewer rows "
        "at a time, and run again; nothing was half written"
    )


def _full_message(root: Path) -> str:
    return (
        f"the disk that holds the lake {root} is full: free some space and run again; "
        "nothing was half written"
    )


def _message(root: Path, error: Exception) -> str:
    detail = str(error).strip().split("\n", 1)[0][:300]
    number = error.errno if isinstance(error, OSError) else None
    lower = detail.lower()
    if number in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT) or any(w in lower for w in _FULL):
        return _full_message(root)
    if number in (errno.EACCES, errno.EROFS, errno.EPERM) or any(w in lower for w in _REFUSED):
        return f"no right to use the lake {root} ({detail}): let this user read and write there"
    return (
        f"the lake {root} is damaged or part of it is missing ({detail}): restore the folder from "
        "a backup, or move it away and pull everything again with `leadline sync --full`"
    )
