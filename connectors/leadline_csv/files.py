"""Finds the input files, opens them, and tells whether one has changed."""

from __future__ import annotations

import difflib
import glob
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path

from leadline.errors import SourceError

GZIP_MAGIC = b"\x1f\x8b"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to read, and the name that messages and checkpoints call it by."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Which content a file has: the digest decides; size and mtime only save computing it.

    Reading a file for its digest runs at the speed of the disk, many times faster than parsing it,
    so that a file that was merely touched, copied back or checked out again is not read again.
    """

    size: int
    mtime_ns: int
    digest: str


def find_files(pattern: str, base: Path, *, leave_out: Path | None = None) -> list[InputFile]:
    """The files that a path or glob names, sorted; a `SourceError` when there is none."""
    path = base / pattern
    with reading(pattern):
        if path.is_dir():
            raise SourceError(
                f"'{path}' is a folder, not a file: name a file in it, or all of them as "
                f"'{pattern.rstrip('/')}/*.csv'"
            )
        if path.exists():
            return [InputFile(path, _name(path, base))]
        if not glob.has_magic(pattern):
            raise SourceError(f"there is no file '{path}'{_nearest_file(path)}")
        named = glob.glob(str(path), recursive=True)  # noqa: PTH207  # Path.glob refuses absolutes
        matches = sorted(map(Path, named))
        found = [match for match in matches if match.is_file() and match != leave_out]
    if not found:
        raise SourceError(f"no file matches '{path}': correct the path, or put the files there")
    return [InputFile(match, _name(match, base)) for match in found]


def fingerprint(file: InputFile, known: Fingerprint | None = None) -> Fingerprint:
    """The file's fingerprint; its content is not read when size and mtime are the known ones."""
    with reading(file.name):
        stat = file.path.stat()
        if known and (known.size, known.mtime_ns) == (stat.st_size, stat.st_mtime_ns):
            return known
        digest = hashlib.blake2b(digest_size=16)
        with file.path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
    return Fingerprint(stat.st_size, stat.st_mtime_ns, digest.hexdigest())


def ensure_unchanged(file: InputFile, since: Fingerprint) -> None:
    """A `SourceError` when the file was written to while it was being read."""
    with reading(file.name):
        stat = file.path.stat()
    if (stat.st_size, stat.st_mtime_ns) != (since.size, since.mtime_ns):
        raise SourceError(
            f"'{file.name}' changed while it was being read: run again once it is complete"
        )


@contextmanager
def opened(file: InputFile) -> Iterator[BufferedIOBase]:
    """The file's bytes, unpacked when it is gzip; whole-file troubles become a `SourceError`."""
    with reading(file.name):
        if file.path.stat().st_size == 0:
            raise SourceError(
                f"'{file.name}' is empty (0 bytes): it needs at least a line of headings; "
                "was the export finished?"
            )
        with file.path.open("rb") as plain:
            packed = plain.read(2) == GZIP_MAGIC or file.path.suffix.lower() == ".gz"
            plain.seek(0)
            if not packed:
                yield plain
                return
            with gzip.GzipFile(fileobj=plain) as unpacked:
                yield unpacked


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turns what the file system and gzip raise into a message about the file."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SourceError(
            f"'{name}' is a damaged or unfinished gzip file ({error}): what was read before the "
            "damage stays; export or copy the file again"
        ) from None
    except PermissionError:
        raise SourceError(
            f"no permission to read '{name}': give the user that runs leadline read access"
        ) from None
    except OSError as error:
        raise SourceError(f"cannot read '{name}': {error.strerror or error}") from None


def _name(path: Path, base: Path) -> str:
    return (path.relative_to(base) if path.is_relative_to(base) else path).as_posix()


def _nearest_file(path: Path) -> str:
    if not path.parent.is_dir():
        return f": the folder '{path.parent}' does not exist"
    others = [other.name for other in path.parent.iterdir() if other.is_file()]
    near = difflib.get_close_matches(path.name, others, n=1)
    return f": did you mean '{near[0]}'?" if near else ": correct the path, or put the file there"
