"""What is asked of the leads: conditions, an order, and the way through the file to them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_NAMED = ("name", "email", "company", "owner")
# Sort key → the index that has this order, the order up, and the order down. What has no value is
# last both ways; the temperatures go up from the hottest, and the better score comes first in each.
SORTS: dict[str, tuple[str, str, str]] = {
    "score": (
        "by_score",
        "l.score ASC NULLS LAST, l.source DESC, l.contact_id DESC",
        "l.score DESC, l.source, l.contact_id",
    ),
    **{
        name: (
            f"by_{name}",
            f"l.{name} ASC NULLS LAST, l.source, l.contact_id",
            f"l.{name} DESC, l.source DESC, l.contact_id DESC",
        )
        for name in _NAMED
    },
    **{
        name: (
            f"by_{column}",
            f"l.{column} ASC NULLS LAST, l.score DESC, l.source, l.contact_id",
            f"l.{column} DESC, l.score ASC, l.source DESC, l.contact_id DESC",
        )
        for name, column in (("temperature", "warmth"), ("grade", "grade"))
    },
    "source": ("by_key", "l.source, l.contact_id", "l.source DESC, l.contact_id DESC"),
}
_TRIGRAM = 3
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """Which leads of a model; what is None or "" asks for nothing.

    search: words that the name, the email or the company holds, each of them somewhere. A
    temperature, grade, owner or stage is compared as a whole.
    """

    model: str
    search: str = ""
    source: str | None = None
    temperature: str | None = None
    grade: str | None = None
    owner: str | None = None
    stage: str | None = None
    lifecycle_stage: str | None = None
    min_score: int | None = None
    max_score: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the search as the file has them: small, and without accents."""
        return tuple(folded(self.search[:_LONGEST]).split())

    @property
    def equals(self) -> dict[str, str]:
        """The columns that must have one value."""
        named = ("source", "temperature", "grade", "owner", "stage", "lifecycle_stage")
        found = {name: getattr(self, name) for name in named}
        return {name: value for name, value in found.items() if value}

    @property
    def has_bounds(self) -> bool:
        return self.min_score is not None or self.max_score is not None

    def conditions(self) -> Iterator[tuple[str, object]]:
        """SQL with one mark, and its value; the model and the trigrams are not among them."""
        for name, value in self.equals.items():
            yield f"l.{name} = ?", value
        if self.min_score is not None:
            yield "l.score >= ?", self.min_score
        if self.max_score is not None:
            yield "l.score <= ?", self.max_score
        for word in self.words:
            yield "instr(l.text, ?) > 0", word

    def trigrams(self) -> str:
        """What the search index is asked for; "" where every word is too short for it."""
        found = dict.fromkeys(
            word[at : at + _TRIGRAM]
            for word in self.words
            for at in range(len(word) - _TRIGRAM + 1)
        )
        quoted = ('"' + each.replace('"', '""') + '"' for each in found)
        return " AND ".join(quoted)


def folded(text: str) -> str:
    """Small letters without accents, as DuckDB's `strip_accents(lower(…))` makes them."""
    apart = unicodedata.normalize("NFD", text.lower().replace("\0", ""))
    bare = "".join(each for each in apart if not unicodedata.combining(each))
    return unicodedata.normalize("NFC", re.sub(r"[\ud800-\udfff]", "", bare))


def order_of(sort: str) -> tuple[str, str]:
    """The index and the SQL of a sort such as "name" or "-score"; KeyError for another."""
    index, up, down = SORTS[sort.removeprefix("-")]
    return index, down if sort.startswith("-") else up
