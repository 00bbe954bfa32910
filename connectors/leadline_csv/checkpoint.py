"""How far the files have been read: what a checkpoint holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from leadline.batches import Checkpoint
from leadline_csv.files import Fingerprint, InputFile, fingerprint

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one file has been read.

    next_line: where to go on; 0 when the file is done. against: the snapshot that its rows are
    compared with. bad: lines that could not be used, so that their contacts are not known.
    """

    print: Fingerprint
    next_line: int = 0
    against: str = ""
    bad: int = 0

    @property
    def done(self) -> bool:
        """True once the whole file was read."""
        return self.next_line == 0


@dataclass(frozen=True, slots=True)
class Position:
    """Everything read so far.

    shape: a digest of the settings that decide what a line becomes; with others, files are read
    again. before: snapshots of what there was, for finding what has vanished.
    """

    shape: str
    files: Mapping[str, Progress] = field(default_factory=dict)
    before: tuple[str, ...] = ()

    def at(self, file: str, progress: Progress) -> Position:
        """The same with one file's progress."""
        return replace(self, files={**self.files, file: progress})

    def as_checkpoint(self) -> Checkpoint:
        """JSON values only."""
        return {"version": _VERSION, **asdict(self), "before": list(self.before)}


def position_of(checkpoint: Checkpoint | None) -> Position | None:
    """What a checkpoint says; None for none, and for one of another version."""
    if checkpoint is None or checkpoint.get("version") != _VERSION:
        return None
    files, before = checkpoint.get("files"), checkpoint.get("before")
    if not isinstance(files, Mapping) or not isinstance(before, list | tuple):
        return None
    return Position(
        shape=str(checkpoint.get("shape")),
        files={
            str(name): Progress(
                print=Fingerprint(**entry["print"]),
                next_line=int(entry["next_line"]),
                against=str(entry["against"]),
                bad=int(entry["bad"]),
            )
            for name, entry in files.items()
        },
        before=tuple(str(name) for name in before),
    )


def start_position(checkpoint: Checkpoint | None, shape: str, files: list[InputFile]) -> Position:
    """Where to go on. Files that are gone are left out; so are all when they are mapped anew."""
    old = position_of(checkpoint)
    if old is None or old.shape != shape:
        return Position(shape)
    names = {file.name for file in files}
    return replace(old, files={name: at for name, at in old.files.items() if name in names})


def progress_of(file: InputFile, old: Progress | None) -> Progress:
    """How far the file's present content was read; from its first line when the content is new."""
    now = fingerprint(file, old.print if old else None)
    if old is not None and old.print.digest == now.digest:
        return replace(old, print=now)
    return Progress(now, next_line=1)
