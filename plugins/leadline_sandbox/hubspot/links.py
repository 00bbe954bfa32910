"""Associations between records, kept in both directions."""

from __future__ import annotations

from collections.abc import Iterable

from leadline_sandbox.hubspot.kinds import ALL, OPPOSITE, Kind, type_between

Side = dict[int, dict[int, list[int]]]  # id → id of the other → association type ids


class Links:
    """Who is associated with whom; making a link never moves a modified date."""

    def __init__(self) -> None:
        self._sides: dict[tuple[str, str], Side] = {}

    def add(
        self, kind: Kind, number: int, other: Kind, to: int, type_id: int | None = None
    ) -> None:
        """Associate two records; a link that is there already stays one link."""
        self._put(kind, number, other, to, type_id or type_between(kind, other))
        self._put(other, to, kind, number, OPPOSITE.get(type_id or 0) or type_between(other, kind))

    def of(self, kind: Kind, number: int, other: Kind) -> dict[int, list[int]]:
        """The ids of the others, in order, with the type ids of each link."""
        found = self._sides.get((kind.name, other.name), {}).get(number, {})
        return dict(sorted(found.items()))

    def remove(self, kind: Kind, number: int, other: Kind, to: int) -> None:
        """Undo an association in both directions."""
        self._sides.get((kind.name, other.name), {}).get(number, {}).pop(to, None)
        self._sides.get((other.name, kind.name), {}).get(to, {}).pop(number, None)

    def take(self, kind: Kind, number: int) -> list[tuple[Kind, int, list[int]]]:
        """Remove all associations of a record, and answer them."""
        taken = []
        for other in ALL:
            found = self._sides.get((kind.name, other.name), {}).pop(number, {})
            for to, types in found.items():
                self._sides.get((other.name, kind.name), {}).get(to, {}).pop(number, None)
                taken.append((other, to, types))
        return taken

    def give(self, kind: Kind, number: int, taken: Iterable[tuple[Kind, int, list[int]]]) -> None:
        """Make associations that `take` answered, perhaps for another record."""
        for other, to, types in taken:
            for type_id in types:
                self.add(kind, number, other, to, type_id)

    def _put(self, kind: Kind, number: int, other: Kind, to: int, type_id: int) -> None:
        side = self._sides.setdefault((kind.name, other.name), {})
        types = side.setdefault(number, {}).setdefault(to, [])
        if type_id not in types:
            types.append(type_id)
