"""The clicks and sendings that were seen last, so that a burst is one over batches and syncs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadline.errors import SourceError
from leadline_quality.judging import Click, Sent

# The newest of each kind that are remembered; some 60 MB of a disk at most.
CLICKS, SENDINGS = 200_000, 500_000
_AT_ONCE = 500  # names in one question

_TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS clicks (
    seq INTEGER PRIMARY KEY, activity_id TEXT UNIQUE, contact_id TEXT, at INTEGER, url TEXT,
    campaign TEXT, agent TEXT, row TEXT, reason TEXT
);
CREATE INDEX IF NOT EXISTS clicks_of ON clicks (contact_id);
CREATE TABLE IF NOT EXISTS sendings (
    seq INTEGER PRIMARY KEY, activity_id TEXT UNIQUE, contact_id TEXT, at INTEGER, campaign TEXT
);
CREATE INDEX IF NOT EXISTS sendings_of ON sendings (contact_id);
"""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A click with all that it takes to yield it again, and why it is withheld, if it is.

    row: the activity's fields by canonical name; `occurred_at` in microseconds since 1970.
    """

    contact_id: str
    click: Click
    row: Mapping[str, object]
    reason: str | None = None


@contextmanager
def usable(path: Path) -> Iterator[None]:
    """Says what to do where the memory of this path cannot be read or written."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise SourceError(
            f"{path}, where clicks are remembered, cannot be used ({error}): make room for it, or "
            "delete it and run leadline sync --full"
        ) from error


class Memory:
    """One source's clicks and sendings in a file; to be closed. Its size is bounded."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._con = sqlite3.connect(path)
        try:
            self._con.executescript(_TABLES)
        except sqlite3.Error:
            self._con.close()
            raise

    def close(self) -> None:
        self._con.close()

    def forget_all(self) -> None:
        """Begin anew: everything is about to be read again."""
        with self._con:
            self._con.execute("DELETE FROM clicks")
            self._con.execute("DELETE FROM sendings")

    def owners(self, ids: Iterable[str]) -> set[str]:
        """The contacts of these activities, as far as they are remembered."""
        return {
            str(contact_id)
            for table in ("clicks", "sendings")
            for (contact_id,) in self._asked(
                f"SELECT contact_id FROM {table} WHERE activity_id IN", ids
            )
        }

    def forget(self, ids: Iterable[str]) -> None:
        """Activities that are gone."""
        gone = [(each,) for each in ids]
        with self._con:
            for table in ("clicks", "sendings"):
                self._con.executemany(f"DELETE FROM {table} WHERE activity_id = ?", gone)

    def keep(self, clicks: Iterable[Remembered], sendings: Iterable[tuple[str, Sent]]) -> None:
        """Remember these, in place of what was known of them; sendings with their contacts."""
        with self._con:
            self._con.executemany(
                "INSERT OR REPLACE INTO clicks (activity_id, contact_id, at, url, campaign, agent,"
                " row, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (_values(each) for each in clicks),
            )
            self._con.executemany(
                "INSERT OR REPLACE INTO sendings (activity_id, contact_id, at, campaign) "
                "VALUES (?, ?, ?, ?)",
                ((s.activity_id, contact, s.at, s.campaign) for contact, s in sendings),
            )
            for table, most in (("clicks", CLICKS), ("sendings", SENDINGS)):
                self._con.execute(
                    f"DELETE FROM {table} WHERE seq <= (SELECT max(seq) FROM {table}) - ?", [most]
                )

    def give_reasons(self, reasons: Mapping[str, str | None]) -> None:
        """Remember why clicks are withheld, None where they no longer are."""
        pairs = [(reason, activity_id) for activity_id, reason in reasons.items()]
        with self._con:
            self._con.executemany("UPDATE clicks SET reason = ? WHERE activity_id = ?", pairs)

    def clicks_of(self, contacts: Iterable[str]) -> dict[str, list[Remembered]]:
        """What is remembered of each of these contacts' clicks."""
        found: dict[str, list[Remembered]] = {}
        query = (
            "SELECT contact_id, activity_id, at, url, campaign, agent, row, reason FROM clicks "
            "WHERE contact_id IN"
        )
        for contact_id, activity_id, at, url, campaign, agent, row, reason in self._asked(
            query, contacts
        ):
            click = Click(activity_id, at, url, campaign, agent)
            found.setdefault(contact_id, []).append(
                Remembered(contact_id, click, json.loads(row), reason)
            )
        return found

    def sendings_of(self, contacts: Iterable[str]) -> dict[str, list[Sent]]:
        """What is remembered of the mails that were sent to each of these contacts."""
        found: dict[str, list[Sent]] = {}
        query = "SELECT contact_id, activity_id, at, campaign FROM sendings WHERE contact_id IN"
        for contact_id, activity_id, at, campaign in self._asked(query, contacts):
            found.setdefault(contact_id, []).append(Sent(activity_id, at, campaign))
        return found

    def _asked(self, query: str, names: Iterable[str]) -> Iterator[tuple[Any, ...]]:
        listed = list(names)
        for start in range(0, len(listed), _AT_ONCE):
            part = listed[start : start + _AT_ONCE]
            yield from self._con.execute(f"{query} ({', '.join('?' * len(part))})", part)


def _values(each: Remembered) -> tuple[object, ...]:
    click = each.click
    about = (click.activity_id, each.contact_id, click.at, click.url, click.campaign, click.agent)
    return (*about, json.dumps(each.row), each.reason)
