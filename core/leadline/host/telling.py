"""Telling a plugin what happened: alone, and left behind when it takes too long."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pluggy

from leadline.errors import LeadlineError, PluginError
from leadline.host.faults import FAILURES, describe, redact
from leadline.host.relay import alone
from leadline.host.worker import StillBusy, TookTooLong, Worker


class Teller:
    """Calls one plugin's hook at a time, and no plugin that is still busy with an earlier call."""

    def __init__(self, relay: pluggy.PluginManager) -> None:
        self._relay = relay
        self._workers: dict[str, Worker] = {}

    def tell(
        self,
        plugin: str,
        hook: str,
        arguments: Mapping[str, object],
        seconds: float,
        secrets: tuple[str, ...],
    ) -> list[object]:
        """What the plugin answers; PluginError names it when it raises or takes too long.

        secrets: what no error may show.
        """
        worker = self._workers.setdefault(plugin, Worker(plugin))
        call = partial(alone(self._relay, plugin, hook), **arguments)
        try:
            answer: list[object] = worker.run(call, seconds)
        except StillBusy:
            said = "is still busy with an earlier call"
            raise PluginError(said, plugin=plugin, hook=hook) from None
        except TookTooLong:
            said = f"took longer than {seconds:g} seconds, and is no longer waited for"
            raise PluginError(said, plugin=plugin, hook=hook) from None
        except FAILURES as error:
            known = isinstance(error, LeadlineError)
            said = redact(str(error), secrets) if known else describe(error, secrets)
            raise PluginError(said, plugin=plugin, hook=hook) from error
        return answer
