"""Which of a query's columns is which field: by the config, else by the column's own name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from leadline.batches import Stream
from leadline.errors import SourceError
from leadline_sql.config import SqlConfig

_MOST = 30


@dataclass(frozen=True, slots=True)
class Headings:
    """The columns of a stream's query.

    there: all of them. fields: field → the column that it is read from. cursor: None where
    everything is read each time.
    """

    there: tuple[str, ...]
    fields: Mapping[str, str]
    key: str
    cursor: str | None

    @property
    def selected(self) -> tuple[str, ...]:
        """The columns to read, each once."""
        cursor = () if self.cursor is None else (self.cursor,)
        return tuple(dict.fromkeys((*self.fields.values(), *cursor)))

    @property
    def unused(self) -> list[str]:
        """The columns that nobody reads."""
        selected = self.selected
        return [name for name in self.there if name not in selected]


def map_headings(config: SqlConfig, stream: Stream, there: Sequence[str]) -> Headings:
    """The columns of a stream; a `SourceError` names all that the config says and nobody has."""
    found = _Names(tuple(there))
    named, query = config.named(stream), config.query(stream)
    fields = {}
    for field in config.kinds(stream):
        if field in named:
            column = found.get(named[field], field)
        elif field == stream.key:
            column = found.either("id", field)
        else:
            column = found.get(field)
        if column is not None:
            fields[field] = column
    cursor = None if query is None or query.cursor is None else found.get(query.cursor, "cursor")
    for field in config.required(stream):
        if field not in fields and field not in named:
            found.missing[field] = "id" if field == stream.key else field
    if found.missing:
        raise SourceError(found.complaint(f"the query of {config.table(stream)}"))
    found.refuse_twice({*fields.values(), cursor} - {None}, config.table(stream))
    return Headings(found.there, fields, fields[stream.key], cursor)


def nearest(wanted: str, names: Sequence[str]) -> str:
    """ " (did you mean '…'?)", or nothing."""
    folded = {name.lower(): name for name in names}
    near = get_close_matches(wanted.lower(), folded, n=1, cutoff=0.7)
    return f" (did you mean '{folded[near[0]]}'?)" if near else ""


def listed(names: Sequence[str]) -> str:
    """Names in quotes; the rest is counted."""
    rest = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(f"'{name}'" for name in names[:_MOST]) + rest


class _Names:
    """The names of a query's columns; databases fold the case of those without quotes."""

    def __init__(self, there: tuple[str, ...]) -> None:
        self.there = there
        self.missing: dict[str, str] = {}
        self._folded = {name.lower(): name for name in reversed(there)}

    def get(self, name: str, needed_for: str = "") -> str | None:
        """The column of this name; None, and noted where it is needed, if there is none."""
        name = name.strip()
        column = name if name in self.there else self._folded.get(name.lower())
        if column is None and needed_for:
            self.missing[needed_for] = name
        return column

    def either(self, first: str, second: str) -> str | None:
        """The first of two columns that is there."""
        return self.get(first) or self.get(second)

    def complaint(self, whose: str) -> str:
        """What is not there, what may be meant, and what is there."""
        said = "; ".join(
            f"no column '{column}' for {field}{nearest(column, self.there)}"
            for field, column in self.missing.items()
        )
        return f"{whose} has {said}. Its columns are {listed(self.there)}: correct the config"

    def refuse_twice(self, used: set[str | None], table: str) -> None:
        """A column that stands twice in the query cannot be told from the other."""
        twice = [name for name, times in Counter(self.there).items() if times > 1 and name in used]
        if twice:
            raise SourceError(
                f"the query of {table} has more than one column {listed(twice)}: name the columns "
                "one by one, with AS"
            )
