"""What a database's refusal means: sign in again, try later, or correct the config."""

from __future__ import annotations

import re

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from leadline.errors import SignInError, SourceError

# The class of a SQLSTATE, or the whole: connection lost, rolled back, no room, locked, shut down.
_BUSY_STATES = ("08", "40", "53", "55P03", "57P0", "HYT")
_TOO_LONG = "57014"
_BUSY_WORDS = re.compile(
    r"database is locked|database table is locked|server closed the connection|connection refused"
    r"|connection (?:was |is )?(?:lost|closed|reset|timed? ?out)|timeout expired|gone away"
    r"|starting up|shutting down|too many (?:clients|connections)|could not connect"
    r"|could not receive data|could not translate host name|failed to resolve|deadlock",
    re.IGNORECASE,
)
_SIGN_IN_STATES = ("28",)
_SIGN_IN_WORDS = re.compile(
    r"password authentication failed|no password supplied|access denied for user|login failed"
    r"|incorrect username or password|no pg_hba\.conf entry|role \"[^\"]*\" (?:does not exist"
    r"|is not permitted to log in)|ORA-010(?:17|05)",
    re.IGNORECASE,
)
_SECRET_OPTIONS = ("password", "sslpassword", "token", "private_key", "passcode")
_LONGEST = 500


class Broken(Exception):
    """This attempt came to nothing; the next one may not. The message is for the user."""


def explained(error: SQLAlchemyError, url: URL) -> Exception:
    """What to raise for a failure: `Broken` where another try may help."""
    said = reason(error, url)
    code = state(error)
    if code.startswith(_SIGN_IN_STATES) or _SIGN_IN_WORDS.search(said):
        return SignInError(
            f"the database does not let leadline in: {said}. Correct the user and password in `url`"
        )
    if code == _TOO_LONG:
        return SourceError(
            f"the database gave up: {said}. Give it longer with `statement_seconds`, or make the "
            "query faster: an index on the cursor helps"
        )
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if lost or code.startswith(_BUSY_STATES) or _BUSY_WORDS.search(said):
        return Broken(said)
    return SourceError(f"the database refuses: {said}")


def reason(error: SQLAlchemyError, url: URL) -> str:
    """The database's own words in a line, without the statement, the values or a secret."""
    inner = getattr(error, "orig", None) or error
    said = " ".join(str(inner).split())
    options = [url.query.get(name) for name in _SECRET_OPTIONS]
    for secret in (url.password, *options):
        if isinstance(secret, str) and secret:
            said = said.replace(secret, "***")
    return said[:_LONGEST].rstrip(".")


def state(error: SQLAlchemyError) -> str:
    """The SQLSTATE; "" where the driver gives none."""
    inner = getattr(error, "orig", None)
    return str(getattr(inner, "sqlstate", None) or getattr(inner, "pgcode", None) or "")
