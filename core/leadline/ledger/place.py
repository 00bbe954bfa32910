"""Where a ledger is, and how to say so without giving a password away."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from leadline.errors import ConfigError

_POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")
_SECRET_OPTIONS = ("password", "sslpassword")
_FORMS = "write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"


@dataclass(frozen=True, slots=True)
class Place:
    """A database: its URL, the name to use in messages, and its file if it is one."""

    url: URL
    label: str
    file: Path | None = None

    def scrub(self, text: str) -> str:
        """`text` without any secret of the URL."""
        options = [self.url.query.get(name) for name in _SECRET_OPTIONS]
        for secret in (self.url.password, *options):
            if isinstance(secret, str) and secret:
                text = text.replace(secret, "***")
        return text


def place_of(where: str | Path) -> Place:
    """The place that a path or a URL names; `ConfigError` for one that leadline cannot use."""
    if isinstance(where, Path):
        return Place(URL.create("sqlite", database=str(where)), str(where), where)
    url = _parsed(where)
    if url.drivername in _POSTGRES:
        return Place(url.set(drivername="postgresql+psycopg"), _postgres_label(url))
    if url.drivername in ("sqlite", "sqlite+pysqlite"):
        return _sqlite_place(url)
    raise ConfigError(f"the ledger cannot be kept in '{url.drivername}'; {_FORMS}")


def _parsed(text: str) -> URL:
    # Nothing of the text is quoted below: a password may be anywhere in a broken URL.
    if text.count("@") > 1:
        raise ConfigError("the ledger's URL has more than one '@'; write the others as %40")
    try:
        return make_url(text)
    except (ArgumentError, ValueError):
        raise ConfigError(f"the ledger's URL cannot be read; {_FORMS}") from None


def _postgres_label(url: URL) -> str:
    host = url.host or url.query.get("host") or "this machine"
    return f"PostgreSQL database '{url.database or ''}' on {host}"


def _sqlite_place(url: URL) -> Place:
    name = url.database or ""
    if not name or ":memory:" in name or url.query.get("mode") == "memory":
        raise ConfigError(f"a ledger in memory would be lost at exit; {_FORMS}")
    if name.startswith("file:"):
        return Place(url, name.removeprefix("file:"))
    return Place(url, name, Path(name))
