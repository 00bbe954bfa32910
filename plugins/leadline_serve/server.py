"""One server: what all of its parts share, opened once and closed in order."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Annotated

from fastapi import Depends

from leadline.config import Config, Serve
from leadline.errors import LeadlineError
from leadline.host.installed import Refusal
from leadline.ledger import Ledger
from leadline.serving import Serving
from leadline.serving.publishing import catch_up
from leadline.workspace import Workspace, configured, open_workspace
from leadline_serve.access.keys import new_key
from leadline_serve.access.people import People
from leadline_serve.metrics import Metrics
from leadline_serve.reach import server_of
from leadline_serve.runner import Runner
from leadline_serve.scheduler import Scheduler
from leadline_serve.webhooks.gathering import Gatherer
from leadline_serve.webhooks.sending import Sender

_log = logging.getLogger("leadline.serve")

__all__ = ["CurrentServer", "Server", "server_of"]


class Server:
    """What the routes, the runner and the scheduler work with; safe to use from any thread.

    Opened it answers; nothing runs in the background before `start`.
    """

    def __init__(
        self,
        config_path: Path,
        config: Config,
        ledger: Ledger,
        serving: Serving,
        refused: Sequence[Refusal],
    ) -> None:
        self.config_path, self.config = config_path, config
        self.refused = tuple(refused)  # the plugins that do not run; each is loaded but once
        self.ledger, self.serving = ledger, serving
        self.users = People(ledger)
        self.metrics = Metrics(ledger)
        self.url = config.serve.public_url  # how it is reached
        self.sender = Sender(config.webhooks.outgoing, ledger)
        self.runner = Runner(
            ledger, self.workspace, list(config.sources), lambda: self.url, self.sender.wake
        )
        self.scheduler = Scheduler(config.schedule, config.time_zone, ledger, self.runner)
        self.gatherer = Gatherer(ledger, self.runner.wake)
        self.secret = new_key()  # of this process; signs the forms of those who need no session

    @property
    def serve(self) -> Serve:
        """The `[serve]` table, with what the command line said instead."""
        return self.config.serve

    @classmethod
    @contextmanager
    def open(
        cls, config_path: Path, *, host: str | None = None, port: int | None = None
    ) -> Iterator[Server]:
        """The server of a config, closed at the end of the block. host, port: instead of its own.

        ConfigError if the config is wrong, WorkspaceError if its ledger cannot be used.
        """
        config, plugins = configured(config_path)
        serve = config.serve
        serve = replace(serve, host=host or serve.host, port=serve.port if port is None else port)
        config = replace(config, serve=serve)
        with (
            Ledger.open(config.ledger_place) as ledger,
            Serving.open_in(config) as serving,
        ):
            server = cls(config_path, config, ledger, serving, plugins.refused)
            try:
                yield server
            finally:
                server.stop()

    def start(self, url: str) -> None:
        """Begin the background work: requests that wait, and the schedule.

        url: where the server listens, for want of a public one.
        """
        self.url = self.url or url
        self.runner.start()
        self.scheduler.start()
        self.sender.start()
        Thread(target=self._catch_up, name="leadline-catch-up", daemon=True).start()

    def _catch_up(self) -> None:
        """Let the pages show what was scored before there was a serving table."""
        try:
            with self.workspace() as workspace:
                catch_up(workspace)
        except LeadlineError as error:
            _log.warning("the serving table was not filled: %s", error)

    def stop(self) -> None:
        """End the background work; a sync that runs stops between two batches."""
        self.scheduler.stop()
        self.runner.stop()
        self.sender.stop()

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        """The workspace, opened for one piece of work in this thread."""
        with open_workspace(self.config_path) as workspace:
            yield workspace


CurrentServer = Annotated[Server, Depends(server_of)]
