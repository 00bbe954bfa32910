"""Records and those that hang on them, such as a task and its people, read together.

A change of either reads both: Salesforce does not promise that the one moves the other's stamp.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from leadline.connecting.feeds import Cursor
from leadline_salesforce.activities.feeds import Pull
from leadline_salesforce.activities.lookup import by_ids
from leadline_salesforce.activities.scan import Scan
from leadline_salesforce.values import Row, said


@dataclass(frozen=True, slots=True)
class Litter:
    """Some records, for each id what hangs on it, and where the feed goes on."""

    parents: Sequence[Row]
    children: Mapping[str, Sequence[Row]]
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of record, and another whose field `link` holds the first one's id.

    together: false where the second is not to be had.
    """

    parents: Scan
    children: Scan
    link: str
    together: bool = True

    def run(self, pull: Pull, cursor: Cursor) -> Iterator[Litter]:
        """Go on from a cursor, which holds those of the two scans; an empty one asks for all."""
        at = dict(cursor)
        # Records that are read anew come with all that hangs on them.
        now = pull.upto.isoformat()
        at.setdefault("children", {"since": now, "swept": now})
        for chunk in self.parents.run(pull, at.get("parents") or {}):
            at["parents"] = chunk.cursor
            yield Litter(chunk.rows, self._under(pull, chunk.rows), dict(at))
        if not self.together:
            return
        # The parents' own sweep brings every child, so that theirs is never due.
        at["children"] = {**at["children"], "swept": now}
        for chunk in self.children.run(pull, at["children"]):
            at["children"] = chunk.cursor
            found = self.of(pull, (said(child, self.link) for child in chunk.rows))
            yield replace(found, cursor=dict(at))

    def of(self, pull: Pull, ids: Iterable[str]) -> Litter:
        """Some records as they are now, and what hangs on them; the cursor says nothing."""
        parents = list(by_ids(pull, self.parents.kind, self.parents.fields, "Id", list(ids)))
        return Litter(parents, self._under(pull, parents), {})

    def under(self, pull: Pull, ids: Iterable[str]) -> dict[str, list[Row]]:
        """For each of these ids what hangs on it, deleted or not."""
        found: dict[str, list[Row]] = {each: [] for each in ids if each}
        if self.together:
            kind = self.children
            for row in by_ids(pull, kind.kind, kind.fields, self.link, list(found)):
                found.setdefault(said(row, self.link), []).append(row)
        return found

    def _under(self, pull: Pull, parents: Iterable[Row]) -> dict[str, list[Row]]:
        return self.under(pull, [said(parent, "Id") for parent in parents])
