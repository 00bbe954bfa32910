"""What a database error means for the person who runs the machine."""

from __future__ import annotations

from sqlalchemy.exc import StatementError

from leadline.errors import InternalError, LeadlineError, WorkspaceError
from leadline.ledger.place import Place

_RESTORE = (
    "restore it from a backup, or move it away: the next sync starts a new one and reads the "
    "CRM's values again"
)
_RIGHTS = "give the user that runs leadline the right to write there"
_BUSY = "another process has been writing for long; wait for it to end and try again"

# SQLite's error names and PostgreSQL's SQLSTATEs, by prefix: what is wrong, what to do.
_ADVICE: dict[str, tuple[str, str]] = {
    "SQLITE_NOTADB": ("is not an SQLite database, or is damaged", _RESTORE),
    "SQLITE_CORRUPT": ("is damaged", _RESTORE),
    "SQLITE_READONLY": ("is read-only", _RIGHTS),
    "SQLITE_CANTOPEN": ("cannot be opened", f"check that it is a file, and {_RIGHTS}"),
    "SQLITE_PERM": ("may not be opened", _RIGHTS),
    "SQLITE_FULL": ("has no space left on its disk", "free some space and try again"),
    "SQLITE_IOERR": ("cannot be read or written", "check the disk and try again"),
    "SQLITE_BUSY": ("is busy", _BUSY),
    "SQLITE_LOCKED": ("is busy", _BUSY),
    "25006": ("is read-only", "give leadline the primary server, not a replica"),
    "28": ("refuses the user or the password", "correct them in the ledger's URL"),
    "3D000": ("does not exist", "create it, or correct the ledger's URL"),
    "42501": ("does not let leadline do its work", "grant its user all rights on its schema"),
    "40": ("is busy", _BUSY),
    "53": ("has run out of space, memory or connections", "see the server's log"),
    "55": ("is busy", _BUSY),
    "57": ("is being stopped", "try again when the server is up"),
    "58": ("cannot read or write its files", "see the server's log"),
    "XX": ("is damaged", "see the server's log"),
    "08": (
        "cannot be reached",
        "check that the server is up, and the ledger's URL: host, database, user and password",
    ),
}
_UNREACHABLE = "08"


def explain(error: StatementError, place: Place) -> LeadlineError:
    """The error to raise instead: what is wrong with the ledger, and what to do next."""
    if isinstance(error.orig, LeadlineError):
        return error.orig
    cause = place.scrub(str(error.orig).strip().splitlines()[0] if str(error.orig) else "")
    code = _code_of(error)
    for prefix, (wrong, remedy) in _ADVICE.items():
        if code.startswith(prefix):
            return WorkspaceError(
                f"the ledger ({place.label}) {wrong}: {cause}. What to do: {remedy}"
            )
    return InternalError(f"the ledger ({place.label}) refused a statement of leadline's: {cause}")


def _code_of(error: StatementError) -> str:
    name = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)
    if name:
        return str(name)
    # A server that was never reached, or went away, gives no SQLSTATE.
    driver = type(error.orig)
    lost = driver.__module__.startswith("psycopg") and driver.__name__ in (
        "OperationalError",
        "ConnectionTimeout",
    )
    return _UNREACHABLE if lost else ""
