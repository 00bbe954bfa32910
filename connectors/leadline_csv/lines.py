"""A file as numbered physical lines, read in blocks of bounded size."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from gzip import BadGzipFile
from io import BufferedIOBase

from leadline_csv.encoding import Decoder

CELL_LIMIT = 1 << 20  # characters
RAW_LIMIT = 2_000
_PIECE = 1 << 22
_LONGEST_LINE = 1 << 24
_DAMAGE = (EOFError, zlib.error, BadGzipFile)


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines with their endings; `first` is the number of the first of them, from 1."""

    first: int
    texts: list[str]
    last: bool
    guessed_line: int | None = None  # where bytes were found that are not in the file's encoding


def read_lines(stream: BufferedIOBase, decoder: Decoder, rows: int) -> Iterator[Lines]:
    """Blocks of at most `rows` lines; an ending is \\n, \\r\\n or \\r, and stays as it is."""
    number, pending = 1, list[str]()
    guessed: int | None = None
    try:
        for texts, guess in _pieces(stream, decoder):
            if guess is not None:
                guessed = number + len(pending) + guess
            pending += texts
            # One line stays behind, so that the last block is known to be the last.
            while len(pending) > rows:
                yield Lines(number, pending[:rows], last=False, guessed_line=guessed)
                number, pending, guessed = number + rows, pending[rows:], None
    except _DAMAGE:
        yield Lines(number, pending, last=False, guessed_line=guessed)
        raise
    yield Lines(number, pending, last=True, guessed_line=guessed)


def read_piece(stream: BufferedIOBase, size: int = _PIECE) -> tuple[bytes, Exception | None]:
    """The next bytes, and the damage behind them: a cut gzip file gives all it still holds."""
    pieces, missing = list[bytes](), size
    try:
        while missing and (piece := stream.read1(missing)):
            pieces.append(piece)
            missing -= len(piece)
    except _DAMAGE as error:
        return b"".join(pieces), error
    return b"".join(pieces), None


def _pieces(stream: BufferedIOBase, decoder: Decoder) -> Iterator[tuple[list[str], int | None]]:
    carry = ""
    while True:
        piece, damage = read_piece(stream)
        ended = not piece and damage is None
        text = decoder.decode(piece, final=ended)
        guess = decoder.guessed_at
        text, guess = carry + text, None if guess is None else guess + len(carry)
        end = len(text) if ended else _complete(text)
        whole, carry = text[:end], text[end:]
        if len(carry) > _LONGEST_LINE:
            # Bounded memory: its start for the message, and a cell that is too long for any line.
            carry = carry[:RAW_LIMIT] + "x" * (CELL_LIMIT + 1)
        lines = io.StringIO(whole, newline="").readlines()
        yield lines, None if guess is None else _line_of(text, guess)
        if damage is not None:
            raise damage
        if ended:
            return


def _complete(text: str) -> int:
    # A \r at the very end may be the first half of \r\n.
    return max(text.rfind("\n"), text.rfind("\r", 0, max(len(text) - 1, 0))) + 1


def _line_of(text: str, place: int) -> int:
    before = text[:place]
    return before.count("\n") or before.replace("\r\n", "\n").count("\r")
