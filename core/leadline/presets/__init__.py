"""Presets: a config and a model to copy and to make one's own."""

from __future__ import annotations

import difflib
from importlib.resources import files
from pathlib import Path

from leadline.errors import UsageError, WorkspaceError

FILES = ("config.toml", "model.toml")


def presets() -> list[str]:
    """The names of the presets that ship."""
    return sorted(
        entry.name for entry in files(__name__).iterdir() if entry.joinpath("model.toml").is_file()
    )


def write_preset(name: str, folder: Path) -> list[Path]:
    """Copy a preset's files into a folder; refuses to overwrite anything."""
    if name not in presets():
        near = difflib.get_close_matches(name, presets(), n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise UsageError(f"no preset '{name}'{hint} There are: {', '.join(presets())}")
    targets = [folder / file for file in FILES]
    for target in targets:
        if target.exists():
            raise UsageError(f"{target} is there already: choose another folder or move it away")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for target in targets:
            text = files(__name__).joinpath(name, target.name).read_text(encoding="utf-8")
            target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise WorkspaceError(f"{folder} cannot be written: {error.strerror}") from error
    return targets
