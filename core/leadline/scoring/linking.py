"""Which contact records are one person: connected by email, by a link of the CRM, or by a merge."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from leadline.queries import fetch

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from leadline.lake.snapshots import Parts

Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

# Gone for good: says nothing any more. A merged record is no lead either, but still a part of one.
_GONE = "(coalesce(deleted, false) AND merged_into IS NULL)"
_LIVE = "(NOT coalesce(c.deleted, false) AND c.merged_into IS NULL)"
_ADDRESS = "lower(trim(email))"

# Most addresses are had by one record: their numbers, sorted, tell which need a closer look.
_NUMBERS = f"SELECT hash({_ADDRESS}) AS number FROM records WHERE email IS NOT NULL AND NOT {_GONE}"
_MAIL = f"""
CREATE TEMP TABLE mail AS
SELECT source, contact_id, {_ADDRESS} AS address FROM records
WHERE hash({_ADDRESS}) IN (SELECT number FROM repeated) AND NOT {_GONE}
"""
# Afterwards, on the few: tests of text cost more than all the rest.
_NOBODYS = """
DELETE FROM mail WHERE NOT (
    address LIKE '_%@_%' AND NOT list_contains($shared, regexp_extract(address, '^(.*)@', 1))
)
"""

# Each record of an address is linked to the first one, and each reference to what it names.
_LINKS = f"""
CREATE TEMP TABLE links AS
WITH named AS (
    SELECT source, contact_id, unnest([merged_into, linked_to]) AS reference FROM records
    WHERE (merged_into IS NOT NULL OR linked_to IS NOT NULL) AND NOT {_GONE}
), split AS (
    SELECT source, contact_id, reference, split_part(reference, ':', 1) AS place FROM named
    WHERE reference IS NOT NULL
)
SELECT source, contact_id,
       CASE WHEN abroad THEN place ELSE source END AS to_source,
       CASE WHEN abroad THEN substr(reference, length(place) + 2) ELSE reference END AS to_id
FROM (
    SELECT *, place <> reference AND list_contains($sources, place) AS abroad FROM split
)
UNION ALL
SELECT source, contact_id, first_value(source) OVER mailbox, first_value(contact_id) OVER mailbox
FROM mail WINDOW mailbox AS (PARTITION BY address ORDER BY source, contact_id)
"""

_NODES = """
CREATE TEMP TABLE nodes AS
SELECT source, contact_id, row_number() OVER (ORDER BY source, contact_id) - 1 AS number
FROM (SELECT source, contact_id FROM links UNION SELECT to_source, to_id FROM links)
"""

# Records that are gone, or that nobody ever pulled, hold others together and are no members.
_MEMBERS = f"""
CREATE TEMP TABLE members AS
WITH known AS (
    SELECT c.source, c.contact_id, {_LIVE} AS live, g.root, n.number
    FROM nodes n JOIN roots g ON g.number = n.number
    JOIN records c ON c.source = n.source AND c.contact_id = n.contact_id
    WHERE NOT {_GONE.replace("deleted", "c.deleted").replace("merged_into", "c.merged_into")}
), people AS (
    SELECT root, min(number) FILTER (live) AS first,
           string_agg(DISTINCT source, ',' ORDER BY source) AS sources
    FROM known GROUP BY root HAVING count(*) > 1
)
SELECT k.source, k.contact_id, k.live, n.source AS person_source, n.contact_id AS person_id,
       p.sources
FROM known k JOIN people p ON p.root = k.root JOIN nodes n ON n.number = p.first
"""

_NO_MEMBERS = """
CREATE TEMP TABLE members
(source VARCHAR, contact_id VARCHAR, live BOOLEAN, person_source VARCHAR, person_id VARCHAR,
 sources VARCHAR)
"""


class Links:
    """Who is who; the answer for the contacts looked at last is kept as long as they stay so."""

    def __init__(self, shared_mailboxes: Collection[str]) -> None:
        self._shared_mailboxes = shared_mailboxes
        self._kept: tuple[Parts, pa.Table] | None = None

    def show(self, con: DuckDBPyConnection, records: Parts) -> bool:
        """Make table `members` as `link` does; records: what the relation `records` shows."""
        kept = self._kept
        if kept is None or kept[0] != records:
            several = link(con, self._shared_mailboxes)
            self._kept = (records, fetch(con, "FROM members"))
            return several
        con.register("kept_members", kept[1])
        con.execute("CREATE TEMP TABLE members AS FROM kept_members")
        con.unregister("kept_members")
        return bool(kept[1].num_rows)


def link(con: DuckDBPyConnection, shared_mailboxes: Collection[str]) -> bool:
    """Make table `members` out of `records`; False when every record is a person of its own.

    One row for each record of a person of several: (source, contact_id), whether it is live, the
    person, which is the least of its live records, and the sources of all of them, in order. A
    person without a live record has no rows.
    """
    con.register("repeated", pa.table({"number": _repeated(con)}))
    con.execute(_MAIL)
    con.execute(_NOBODYS, {"shared": sorted(shared_mailboxes)})
    con.unregister("repeated")
    sources = con.execute(
        "SELECT DISTINCT source FROM records WHERE EXISTS "
        "(FROM records WHERE linked_to IS NOT NULL OR merged_into IS NOT NULL)"
    ).fetchall()
    con.execute(_LINKS, {"sources": [row[0] for row in sources]})
    con.execute(_NODES)
    pairs = fetch(
        con,
        "SELECT a.number AS one, b.number AS other FROM links l "
        "JOIN nodes a ON a.source = l.source AND a.contact_id = l.contact_id "
        "JOIN nodes b ON b.source = l.to_source AND b.contact_id = l.to_id",
    )
    if not pairs.num_rows:
        con.execute(_NO_MEMBERS)
        return False
    one, other = pairs["one"].to_numpy(), pairs["other"].to_numpy()
    roots = connected(int(max(one.max(), other.max())) + 1, one, other)
    con.register("roots", pa.table({"number": np.arange(len(roots)), "root": roots}))
    con.execute(_MEMBERS)
    con.unregister("roots")
    return bool(con.execute("FROM members LIMIT 1").fetchall())


def _repeated(con: DuckDBPyConnection) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
    """The numbers of addresses that more than one record may have."""
    numbers = np.sort(fetch(con, _NUMBERS)["number"].to_numpy())
    return np.unique(numbers[1:][numbers[1:] == numbers[:-1]])


def connected(count: int, one: Numbers, other: Numbers) -> Numbers:
    """For each number below count the least one that it is connected with; pairs are links.

    Each round hooks every root to the least root next to it and flattens the trees, so that at
    least half of the roots that have a neighbour go: rounds are as many as the count has digits.
    """
    roots = np.arange(count)
    while True:
        least = np.minimum(roots[one], roots[other])
        hooked = roots.copy()
        np.minimum.at(hooked, roots[one], least)
        np.minimum.at(hooked, roots[other], least)
        while (flatter := hooked[hooked]).tobytes() != hooked.tobytes():
            hooked = flatter
        if np.array_equal(hooked, roots):
            return roots
        roots = hooked
