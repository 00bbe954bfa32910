"""One simulated org: its state and everything that watches over the calls to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fastapi import Request

from leadline_sandbox.crm import Crm
from leadline_sandbox.faults import Faults
from leadline_sandbox.salesforce.bulk_jobs import Jobs
from leadline_sandbox.salesforce.cursors import Cursors
from leadline_sandbox.salesforce.instants import kept, rest
from leadline_sandbox.salesforce.options import Options
from leadline_sandbox.salesforce.outages import KINDS
from leadline_sandbox.salesforce.sessions import Sessions
from leadline_sandbox.salesforce.store import Store
from leadline_sandbox.salesforce.usage import Usage

if TYPE_CHECKING:
    from leadline_sandbox.salesforce.bulk_ingest import IngestJob
    from leadline_sandbox.salesforce.bulk_query import QueryJob


@dataclass(slots=True)
class Org(Crm):
    """The test door; `store` may be changed at any time too."""

    options: Options
    store: Store = field(init=False)
    sessions: Sessions = field(init=False)
    usage: Usage = field(init=False)
    cursors: Cursors = field(init=False)
    queries: Jobs[QueryJob] = field(default_factory=Jobs, init=False)
    ingests: Jobs[IngestJob] = field(default_factory=Jobs, init=False)

    def __post_init__(self) -> None:
        self.store = Store(self.options, self.clock)
        self.sessions = Sessions(self.options, self.clock)
        self.usage = Usage(self.options, self.clock)
        self.cursors = Cursors(self.options, self.clock)
        self.faults = Faults(KINDS)

    @property
    def session_id(self) -> str:
        """A session that is valid now."""
        return self.sessions.session_id

    @property
    def consumer_key(self) -> str:
        """The connected app's."""
        return self.sessions.app.consumer_key

    @property
    def consumer_secret(self) -> str:
        """The connected app's."""
        return self.sessions.app.consumer_secret

    @property
    def username(self) -> str:
        """The integration user's."""
        return self.sessions.app.username

    @property
    def private_key(self) -> str:
        """PEM of the key whose certificate the connected app has."""
        return self.sessions.app.private_key

    @property
    def password(self) -> str:
        """The integration user's."""
        return self.sessions.app.password

    @property
    def security_token(self) -> str:
        """What stands behind the password when it is sent."""
        return self.sessions.app.security_token

    def stamp(self, seconds: float) -> str:
        """An instant, in seconds since 1970, as REST shows it."""
        return rest(kept(datetime.fromtimestamp(seconds, UTC)))

    def version_of(self, request: Request) -> str:
        """The API version that a request names: "62.0"."""
        parts: list[str] = request.scope.get("leadline.path", "").split("/")
        return parts[3].removeprefix("v") if len(parts) > 3 else self.options.versions[-1]


def org_of(request: Request) -> Org:
    """The org that a request is for."""
    found: Org = request.app.state.crm
    return found
