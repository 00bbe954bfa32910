"""Persons: one row of facts and one stream of activities for all records that are one person.

Out of the lake's rows come the relations that a compiled model reads:

- `contacts`: one row per person under the least (source, contact_id) of its live records, with
  `feeds_off`, the activity types that none of its sources can deliver: ",type,type,", `*` for every
  type, null for none. Records that are deleted or merged keep a row of their own;
- `activities`: each under its person's (source, contact_id); `record_source` and `record_id` say
  whose record it is of;
- `members(source, contact_id, live, person_source, person_id, sources)`: the records of persons
  that have several.

A person of one record, which is nearly everybody, goes through no mapping at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa

from leadline.lake.sql import name
from leadline.queries import fetch
from leadline.scoring import picking
from leadline.scoring.feeds import feeds_off, off_for
from leadline.scoring.linking import Links
from leadline.vocabulary import (
    COMPANY_RECORD_FIELDS,
    SHARED_MAILBOXES,
    FieldType,
    column_of,
    is_company_fact,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from leadline.lake import Lake
    from leadline.lake.snapshots import Parts

Key = tuple[str, str]  # (source, contact_id)

# Up to so many contacts stand in the query itself: DuckDB then skips files without them.
_FEW = 100
_KEYS = pa.schema({"source": pa.string(), "contact_id": pa.string()})


@dataclass(frozen=True)
class Identity:
    """How records become persons; one object serves a workspace, since it keeps who is who.

    shared_mailboxes: what stands before the @ of addresses that link nobody. prefer: fact → the
    sources whose value is taken first, best first; "default" stands for the facts not named.
    """

    shared_mailboxes: Collection[str] = SHARED_MAILBOXES
    prefer: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def links(self) -> Links:
        return Links(self.shared_mailboxes)


@dataclass(frozen=True, slots=True)
class Person:
    """What was known of a person at an instant, by canonical name.

    records: its live records and those merged into them. origins: the record that each known fact
    was taken from; a company's fact comes with the contact.
    """

    key: Key
    records: tuple[Key, ...]
    facts: Mapping[str, object]
    origins: Mapping[str, Key]


def keys(contacts: Iterable[Key]) -> pa.Table:
    """Contacts as a table: source, contact_id."""
    rows = [{"source": source, "contact_id": contact_id} for source, contact_id in contacts]
    return pa.Table.from_pylist(rows, _KEYS)


def show_people(
    con: DuckDBPyConnection,
    lake: Lake,
    as_of: datetime | None,
    wanted: Mapping[str, FieldType],
    identity: Identity,
    asked: pa.Table | None = None,
) -> bool:
    """Make the relations above, for the persons of some contacts alone if they are given.

    asked: their `keys`; all records of their persons are then in table `mine`. Answers whether any
    person has several records, so that scores must be spread over them.
    """
    parts = _show_records(con, lake, as_of, wanted)
    lake.relation(con, "activities", as_of)
    con.execute("ALTER VIEW activities RENAME TO record_activities")
    several = identity.links.show(con, parts)
    only = "" if asked is None else _only(con, asked)
    if asked is not None:
        several = bool(con.execute("FROM members LIMIT 1").fetchall())
    _show_contacts(con, identity, several, only, feeds_off(con, lake, as_of))
    _show_activities(con, several, only)
    return several


def spread(query: str) -> str:
    """The rows of a query about persons, each for every live record of its person."""
    return (
        "SELECT coalesce(m.source, w.source) AS source, coalesce(m.contact_id, w.contact_id) AS "
        f"contact_id, w.* EXCLUDE (source, contact_id) FROM ({query}) w LEFT JOIN members m "
        "ON m.live AND m.person_source = w.source AND m.person_id = w.contact_id"
    )


def carry_labels(con: DuckDBPyConnection) -> None:
    """Give persons in `published` the label of the least of their live records that has one."""
    con.execute(
        "CREATE TEMP TABLE carried AS SELECT DISTINCT ON (m.person_source, m.person_id) "
        "p.* REPLACE (m.person_source AS source, m.person_id AS contact_id) "
        "FROM published p JOIN members m ON m.source = p.source AND m.contact_id = p.contact_id "
        "ORDER BY m.person_source, m.person_id, m.live DESC, m.source, m.contact_id"
    )
    con.execute(
        "DELETE FROM published WHERE (source, contact_id) IN (SELECT (source, contact_id) "
        "FROM members)"
    )
    con.execute("INSERT INTO published BY NAME FROM carried")


def person_of(
    con: DuckDBPyConnection, contact: Key, facts: Mapping[str, FieldType], identity: Identity
) -> Person | None:
    """The facts of one contact's person, each with where it is from; needs `show_people` first."""
    found = con.execute("SELECT source, contact_id FROM members ORDER BY ALL").fetchall()
    records = tuple((str(source), str(contact_id)) for source, contact_id in found) or (contact,)
    columns = {column_of(fact): fact for fact in facts}
    kinds = {column: kind for column, kind in _columns(con).items() if column in columns}
    rows = fetch(con, picking.with_origins(kinds, records, identity.prefer)).to_pylist()
    if not rows:
        return None
    row = rows[0]
    origins = {
        fact: (row[f"{column}__origin"]["source"], row[f"{column}__origin"]["contact_id"])
        for column, fact in columns.items()
        if row[column] not in (None, []) and row[f"{column}__origin"] is not None
    }
    key = con.execute("SELECT DISTINCT person_source, person_id FROM members").fetchall()
    return Person(
        key=key[0] if key else contact,
        records=records,
        facts={fact: row[column] for column, fact in columns.items()},
        origins=origins,
    )


def _show_records(
    con: DuckDBPyConnection, lake: Lake, as_of: datetime | None, wanted: Mapping[str, FieldType]
) -> Parts:
    """`records`, the lake's contacts, and `informed`, the same with what their companies tell."""
    contacts = lake.relation(con, "contacts", as_of, wanted)
    con.execute("ALTER VIEW contacts RENAME TO records")
    of_companies = {fact: kind for fact, kind in wanted.items() if is_company_fact(fact)}
    lake.relation(con, "companies", as_of, of_companies)
    if not con.execute("SELECT 1 FROM companies LIMIT 1").fetchall():
        con.execute("CREATE TEMP VIEW informed AS FROM records")
        return contacts.parts
    own = {row[0] for row in con.execute("DESCRIBE records").fetchall()}
    told = [
        row[0]
        for row in con.execute("DESCRIBE companies").fetchall()
        if row[0] == "company" or row[0].startswith(column_of("company."))
    ]
    told = [column for column in told if column not in COMPANY_RECORD_FIELDS]
    filled = [f"coalesce(r.{name(c)}, k.{name(c)}) AS {name(c)}" for c in told if c in own]
    added = [f", k.{name(c)}" for c in told if c not in own]
    replaced = f" REPLACE ({', '.join(filled)})" if filled else ""
    con.execute(
        f"CREATE TEMP VIEW informed AS SELECT r.*{replaced}{''.join(added)} FROM records r "
        "LEFT JOIN companies k ON k.source = r.source AND k.company_id = r.company_id "
        "AND k.deleted IS DISTINCT FROM true"
    )
    return contacts.parts


def _only(con: DuckDBPyConnection, asked: pa.Table) -> str:
    """Keep the members of some contacts' persons; all of their records, as a set to be in."""
    con.register("asked", asked)
    con.execute(
        "DELETE FROM members WHERE (person_source, person_id) NOT IN (SELECT (person_source, "
        "person_id) FROM members SEMI JOIN asked USING (source, contact_id))"
    )
    con.execute(
        "CREATE TEMP TABLE mine AS SELECT source, contact_id FROM asked "
        "UNION SELECT source, contact_id FROM members"
    )
    con.unregister("asked")
    few = con.execute(f"FROM mine LIMIT {_FEW + 1}").fetchall()
    if len(few) > _FEW:
        return "(SELECT (source, contact_id) FROM mine)"
    return picking.row_values((str(one), str(other)) for one, other in few)


def _show_contacts(
    con: DuckDBPyConnection, identity: Identity, several: bool, only: str, off: Mapping[str, str]
) -> None:
    alone = f"SELECT *, {off_for('source', off)} AS feeds_off FROM informed"
    if only:
        alone += f" WHERE (source, contact_id) IN {only}"
    if not several:
        con.execute(f"CREATE TEMP VIEW contacts AS {alone}")
        return
    together = picking.persons(_columns(con), identity.prefer)
    con.execute(
        f"CREATE TEMP VIEW contacts AS SELECT a.* FROM ({alone}) a ANTI JOIN members m "
        "ON m.source = a.source AND m.contact_id = a.contact_id UNION ALL BY NAME "
        f"SELECT * EXCLUDE (sources), {off_for('sources', off)} AS feeds_off FROM ({together})"
    )


def _columns(con: DuckDBPyConnection) -> dict[str, str]:
    return {row[0]: row[1] for row in con.execute("DESCRIBE informed").fetchall()}


def _show_activities(con: DuckDBPyConnection, several: bool, only: str) -> None:
    mine = f" WHERE (source, contact_id) IN {only}" if only else ""
    told = "a.source AS record_source, a.contact_id AS record_id"
    if not several:
        con.execute(
            f"CREATE TEMP VIEW activities AS SELECT a.*, {told} FROM record_activities a{mine}"
        )
        return
    # The least record keeps its name: only the others' activities are moved.
    con.execute(
        "CREATE TEMP TABLE moved AS SELECT * FROM members "
        "WHERE (source, contact_id) <> (person_source, person_id)"
    )
    con.execute(
        "CREATE TEMP VIEW activities AS SELECT a.* REPLACE (coalesce(m.person_source, a.source) "
        f"AS source, coalesce(m.person_id, a.contact_id) AS contact_id), {told} "
        f"FROM (FROM record_activities{mine}) a LEFT JOIN moved m "
        "ON m.source = a.source AND m.contact_id = a.contact_id"
    )
