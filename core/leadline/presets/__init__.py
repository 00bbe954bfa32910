"""Presets: a config and a model to copy and to make one's own."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from leadline.errors import UsageError, WorkspaceError

CONFIG = "config.toml"
MODEL = "model.toml"


def presets() -> list[str]:
    """The names of the presets that ship."""
    return sorted(
        entry.name for entry in files(__name__).iterdir() if entry.joinpath(MODEL).is_file()
    )


def write_preset(name: str, folder: Path) -> list[Path]:
    """Copy a preset's files and a config into a folder; refuses to overwrite anything."""
    if name not in presets():
        near = difflib.get_close_matches(name, presets(), n=1)
        hint = f"; did you mean '{near[0]}'?" if near else "."
        raise UsageError(f"no preset '{name}'{hint} There are: {', '.join(presets())}")
    home = files(__name__)
    texts = {folder / CONFIG: home.joinpath(CONFIG).read_text(encoding="utf-8")}
    for place, file in _walk(home.joinpath(name), Path()):
        texts[folder / place] = file.read_text(encoding="utf-8")
    for target in texts:
        if target.exists():
            raise UsageError(f"{target} is there already: choose another folder or move it away")
    try:
        for target, text in texts.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise WorkspaceError(f"{folder} cannot be written: {error.strerror}") from error
    return list(texts)


def _walk(folder: Traversable, place: Path) -> Iterator[tuple[Path, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir():
            yield from _walk(entry, place / entry.name)
        else:
            yield place / entry.name, entry
