"""Which of a file's columns is which field: by the config's mapping, else by the heading itself."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leadline.errors import SourceError


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands (canonical name → cell), and what does not fit.

    missing: fields that the config maps to a heading that the file does not have.
    """

    headings: tuple[str, ...]
    places: Mapping[str, int]
    missing: Mapping[str, str]

    def heading(self, field: str) -> str:
        """The file's own name for a field."""
        return self.headings[self.places[field]]

    @property
    def used(self) -> set[int]:
        """The places that some field is read from."""
        return set(self.places.values())

    @property
    def unused(self) -> list[str]:
        """Headings that no field uses."""
        used = self.used
        return [name for place, name in enumerate(self.headings) if name and place not in used]

    def missing_message(self, field: str) -> str:
        """Why a mapped field has no column, and which one may be meant."""
        heading = self.missing[field]
        return f"there is no column '{heading}' for {field}{nearest(heading, self.headings)}"


def map_columns(
    headings: Sequence[str], mapping: Mapping[str, str], fields: Iterable[str], file: str
) -> Columns:
    """The columns of a file; a `SourceError` when two of them have one heading."""
    names = tuple(heading.strip() for heading in headings)
    twice = [name for name, count in Counter(names).items() if name and count > 1]
    if twice:
        raise SourceError(
            f"'{file}' has more than one column named {listed(twice)}: rename or remove all but one"
        )
    place_of = {name: place for place, name in enumerate(names) if name}
    places, missing = {}, {}
    for field in fields:
        wanted = mapping.get(field, field).strip()
        if wanted in place_of:
            places[field] = place_of[wanted]
        elif field in mapping:
            missing[field] = wanted
    return Columns(names, places, missing)


def require(columns: Columns, field: str, table: str, file: str) -> None:
    """A `SourceError` that names the file's headings when a field that must be there is not."""
    if field in columns.places:
        return
    wanted = columns.missing.get(field, field)
    raise SourceError(
        f"'{file}' has no column '{wanted}', which {field} is read from"
        f"{nearest(wanted, columns.headings)}; its columns are "
        f'{listed(columns.headings)}. Set `{field} = "…"` in `{table}`'
    )


def nearest(wanted: str, headings: Iterable[str]) -> str:
    """ " (did you mean '…'?)", or nothing."""
    plain = {_plain(heading): heading for heading in headings}
    near = difflib.get_close_matches(_plain(wanted), plain, n=1, cutoff=0.7)
    return f" (did you mean '{plain[near[0]]}'?)" if near else ""


def listed(names: Iterable[str], most: int = 30) -> str:
    """Names in quotes; the rest is counted."""
    quoted = [f"'{name}'" for name in names if name]
    rest = f" and {len(quoted) - most} more" if len(quoted) > most else ""
    return ", ".join(quoted[:most]) + rest


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))
