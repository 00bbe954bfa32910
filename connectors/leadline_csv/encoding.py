"""Which encoding a file is in, and text out of its bytes whatever they hold."""

from __future__ import annotations

import codecs

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MIXED = "leadline-windows-1252"  # an error handler: bytes that are not UTF-8 are Windows-1252


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_MIXED, _as_windows_1252)


def sniff_encoding(head: bytes) -> str:
    """The encoding that a file's first bytes speak for: its mark, else UTF-8, else Windows-1252."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        # One damaged byte does not make a UTF-8 file Windows-1252: what most of it says counts.
        broken = len(head) - len(head.decode("utf-8", "ignore").encode())
        foreign = sum(byte >= 0x80 for byte in head)
        return "cp1252" if broken * 2 >= foreign else "utf-8"
    return "utf-8"


class Decoder:
    """Text from a file's bytes, piece by piece; never fails, and says where it had to guess.

    Nobody can know from a file's head that it is valid to its end. From the first byte that is not
    UTF-8 on, such bytes (and only they) are read as Windows-1252: right for a Windows file that
    began with plain ASCII, and for a UTF-8 file with a foreign line in it.
    """

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.guessed_at: int | None = None  # in the text of the latest piece
        self._first = True
        self._strict = True
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")

    @property
    def fallback(self) -> str:
        """What is done with bytes that are invalid, for a message."""
        return "read as Windows-1252" if self.encoding == "utf-8" else "replaced by '\ufffd'"

    def decode(self, piece: bytes, *, final: bool) -> str:
        """The text of the next piece."""
        self.guessed_at = None
        try:
            text = self._decoder.decode(piece, final)
        except UnicodeDecodeError as error:
            text = self._go_on_tolerantly(piece, error, final=final)
        if self._first and text:
            self._first = False
            text = text.removeprefix("\ufeff")
        return text

    def _go_on_tolerantly(self, piece: bytes, error: UnicodeDecodeError, *, final: bool) -> str:
        state = self._decoder.getstate()
        errors = _MIXED if self.encoding == "utf-8" else "replace"
        self._decoder = codecs.getincrementaldecoder(self.encoding)(errors)
        self._decoder.setstate(state)
        text = self._decoder.decode(piece, final)
        if self.encoding == "utf-8":
            self.guessed_at = len(error.object[: error.start].decode("utf-8", "ignore"))
        else:
            self.guessed_at = max(text.find("\ufffd"), 0)
        return text
