"""The config and the model that belong to the demo's files."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from leadline.errors import WorkspaceError

NAMES = ("config.toml", "model.toml")


def write_workspace(folder: Path, gzip: bool = False) -> tuple[Path, ...]:
    """Put config.toml and model.toml next to the demo's files; `gzip` as given to `generate`."""
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            text = files("leadline.demo").joinpath("workspace", name).read_text(encoding="utf-8")
            if gzip:
                text = text.replace('contacts.csv"', 'contacts.csv.gz"')
                text = text.replace('activities.csv"', 'activities.csv.gz"')
            (folder / name).write_text(text, encoding="utf-8")
            written.append(folder / name)
    except OSError as error:
        raise WorkspaceError(
            f"the demo's config cannot be written to {folder}: {error.strerror or error}; "
            "choose another folder, or make room there"
        ) from error
    return tuple(written)
