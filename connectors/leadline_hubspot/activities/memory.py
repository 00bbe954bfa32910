"""What a source's own folder remembers between pulls of activities.

Which contact has an address; activities of addresses that nobody has yet; how a contact looked when
last seen; which contacts an engagement belongs to; what leadline wrote itself. A change counts only
once the checkpoint of its batch comes back: `Memory.settle` takes back the rest, so that a batch
that was never committed is made again. Addresses are kept as digests.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from leadline.connecting.activities import Activity
from leadline_hubspot.instants import now_ms

_TABLES = """
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS addresses (address BLOB PRIMARY KEY, contact_id TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS waiting (activity_id TEXT PRIMARY KEY, address BLOB, row TEXT,
    released INTEGER) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS waiting_address ON waiting (address);
CREATE INDEX IF NOT EXISTS waiting_released ON waiting (released) WHERE released IS NOT NULL;
CREATE TABLE IF NOT EXISTS seen (contact_id TEXT PRIMARY KEY, now TEXT, before TEXT, seq INTEGER)
    WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_unsettled ON seen (seq) WHERE seq > 0;
CREATE TABLE IF NOT EXISTS links (object TEXT, contact_id TEXT, gone INTEGER,
    PRIMARY KEY (object, contact_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS links_gone ON links (gone) WHERE gone IS NOT NULL;
CREATE TABLE IF NOT EXISTS mailings (mailing TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS written (contact_id TEXT, stage TEXT, at INTEGER,
    PRIMARY KEY (contact_id, stage, at)) WITHOUT ROWID;
"""
_MANY = 500  # values in one query

Seen = Mapping[str, str]


class Memory:
    """One file, used by one pull at a time. seq: the number of the batch that is being made."""

    def __init__(self, con: sqlite3.Connection) -> None:
        self._con = con
        con.executescript(_TABLES)
        con.execute("INSERT OR IGNORE INTO notes VALUES ('token', ?)", (secrets.token_hex(8),))
        con.execute("INSERT OR IGNORE INTO notes VALUES ('seq', '0')")
        self.token = self._note("token")
        self.seq = int(self._note("seq")) + 1

    def _note(self, name: str) -> str:
        query = "SELECT value FROM notes WHERE name = ?"
        return str(self._con.execute(query, (name,)).fetchone()[0])

    def settle(self, committed: int | None) -> None:
        """Keep what batches up to this number changed, and take back what later ones did.

        None, when everything is read anew: how contacts looked stays, the rest is told again.
        """
        run = self._con.execute
        if committed is None:
            run("UPDATE seen SET before = now, seq = 0 WHERE seq > 0")
            committed = 0
        run("DELETE FROM waiting WHERE released <= ?", (committed,))
        run("UPDATE waiting SET released = NULL WHERE released IS NOT NULL")
        run("DELETE FROM links WHERE gone <= ?", (committed,))
        run("UPDATE links SET gone = NULL WHERE gone IS NOT NULL")
        run("DELETE FROM seen WHERE seq > ? AND before IS NULL", (committed,))
        run("UPDATE seen SET now = before WHERE seq > ?", (committed,))
        run("UPDATE seen SET before = now, seq = 0 WHERE seq > 0")
        self._con.commit()

    def next_batch(self) -> int:
        """Close the batch that was being made; answers its number."""
        done = self.seq
        self._con.execute("UPDATE notes SET value = ? WHERE name = 'seq'", (str(done),))
        self._con.commit()
        self.seq += 1
        return done

    # --- addresses, and what waits for one

    def learn(self, contact_id: str, addresses: Iterable[str]) -> None:
        """These addresses are this contact's now."""
        rows = [(self._digest(address), contact_id) for address in addresses if address.strip()]
        self._con.executemany("INSERT OR REPLACE INTO addresses VALUES (?, ?)", rows)

    def owners(self, addresses: Iterable[str]) -> dict[str, str]:
        """The contact of each address that has one; the keys are the addresses as given."""
        digests = {address: self._digest(address) for address in addresses if address.strip()}
        query = "SELECT address, contact_id FROM addresses WHERE address IN "
        rows = self._many(query, list(set(digests.values())))
        found = {key: str(contact_id) for key, contact_id in rows}
        return {address: found[key] for address, key in digests.items() if key in found}

    def wait(self, rows: Iterable[tuple[str, Activity]]) -> None:
        """Keep activities until somebody has their address."""
        self._con.executemany(
            "INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, NULL)",
            [(row.activity_id, self._digest(address), _said(row)) for address, row in rows],
        )

    def release(self, most: int) -> list[Activity]:
        """Some activities that waited and have a contact now; they are not answered again."""
        found = self._con.execute(
            "SELECT activity_id, row, contact_id FROM waiting JOIN addresses USING (address) "
            "WHERE released IS NULL LIMIT ?",
            (most,),
        ).fetchall()
        self._con.executemany(
            "UPDATE waiting SET released = ? WHERE activity_id = ?",
            [(self.seq, activity_id) for activity_id, *_ in found],
        )
        return [_told(text, contact_id) for _, text, contact_id in found]

    def _digest(self, address: str) -> bytes:
        text = address.strip().casefold().encode()
        return hashlib.blake2b(text, digest_size=12, key=self.token.encode()).digest()

    # --- what a contact looked like

    def seen(self, contact_ids: Sequence[str]) -> dict[str, Seen]:
        """How these contacts looked in the last batch that was committed."""
        query = "SELECT contact_id, before FROM seen WHERE before IS NOT NULL AND contact_id IN "
        return {key: json.loads(text) for key, text in self._many(query, contact_ids)}

    def see(self, looks: Mapping[str, Seen]) -> None:
        """How contacts look in the batch that is being made."""
        self._con.executemany(
            "INSERT INTO seen VALUES (?, ?, NULL, ?) ON CONFLICT (contact_id) "
            "DO UPDATE SET now = excluded.now, seq = excluded.seq",
            [(key, json.dumps(look), self.seq) for key, look in looks.items()],
        )

    # --- whose engagement

    def relink(self, contacts: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
        """Object → its contacts as they are now; answers those that it no longer has."""
        query = "SELECT object, contact_id FROM links WHERE object IN "
        lost: dict[str, set[str]] = {}
        for thing, contact_id in self._many(query, list(contacts)):
            lost.setdefault(thing, set()).add(contact_id)
        for thing, now in contacts.items():
            now = set(now)
            self._con.executemany(
                "INSERT OR REPLACE INTO links VALUES (?, ?, NULL)",
                [(thing, contact_id) for contact_id in now],
            )
            if thing in lost:
                lost[thing] -= now
        self._con.executemany(
            "UPDATE links SET gone = ? WHERE object = ? AND contact_id = ?",
            [(self.seq, thing, contact) for thing, those in lost.items() for contact in those],
        )
        return lost

    # --- names of mailings

    def mailing(self, mailing: str) -> str | None:
        """The name of a mailing; None when it was not asked for yet."""
        query = "SELECT name FROM mailings WHERE mailing = ?"
        found = self._con.execute(query, (mailing,)).fetchone()
        return None if found is None else str(found[0])

    def name_mailing(self, mailing: str, name: str) -> None:
        """Keep a mailing's name: it is the same for all that happens to it."""
        self._con.execute("INSERT OR REPLACE INTO mailings VALUES (?, ?)", (mailing, name))

    # --- what leadline wrote itself

    def wrote(self, stages: Mapping[str, str], at: int) -> None:
        """leadline gave these contacts a lifecycle stage just now (epoch milliseconds)."""
        self._con.executemany(
            "INSERT OR IGNORE INTO written VALUES (?, ?, ?)",
            [(contact_id, stage, at) for contact_id, stage in stages.items()],
        )
        self._con.commit()

    def own_writes(self, contact_ids: Sequence[str]) -> dict[tuple[str, str], list[int]]:
        """(contact, stage) → when leadline wrote it."""
        query = "SELECT contact_id, stage, at FROM written WHERE contact_id IN "
        own: dict[tuple[str, str], list[int]] = {}
        for contact_id, stage, at in self._many(query, contact_ids):
            own.setdefault((contact_id, stage), []).append(at)
        return own

    def _many(self, query: str, values: Sequence[object]) -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(values), _MANY):
            part = values[start : start + _MANY]
            marks = ", ".join("?" * len(part))
            yield from self._con.execute(f"{query} ({marks})", part).fetchall()


@contextmanager
def open_memory(folder: Path) -> Iterator[Memory]:
    """The memory in a source's folder; made when it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "activities.sqlite"
    # Whoever closes the pull's iterator may be another thread than the one that drives it.
    with closing(sqlite3.connect(file, timeout=60, check_same_thread=False)) as con:
        con.execute("PRAGMA journal_mode = WAL")
        con.execute("PRAGMA synchronous = NORMAL")
        yield Memory(con)


def note_stages(folder: Path, stages: Mapping[str, str]) -> None:
    """Remember that leadline gave contacts these lifecycle stages just now: no fact about them.

    folder: the source's own. stages: contact id → the value written.
    """
    with open_memory(folder) as memory:
        memory.wrote(stages, now_ms())


def _said(activity: Activity) -> str:
    return json.dumps(asdict(activity), separators=(",", ":"))


def _told(text: str, contact_id: str) -> Activity:
    """An activity that was kept as text, now that it is known whose it is."""
    return Activity(**{**json.loads(text), "contact_id": contact_id})
