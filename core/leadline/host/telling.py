"""Telling a plugin what happened: alone, in a thread that is left behind when it takes too long."""

from __future__ import annotations

from collections.abc import Mapping
from queue import Empty, SimpleQueue
from threading import Thread

import pluggy

from leadline.errors import LeadlineError, PluginError
from leadline.host.faults import FAILURES, describe, redact
from leadline.host.relay import alone


class Teller:
    """Calls one plugin's hook at a time, and no plugin that is still busy with an earlier call."""

    def __init__(self, relay: pluggy.PluginManager) -> None:
        self._relay = relay
        self._left: dict[str, Thread] = {}

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
        self._check_busy(plugin, hook)
        answer: SimpleQueue[list[object] | BaseException] = SimpleQueue()
        caller = alone(self._relay, plugin, hook)

        def call() -> None:
            try:
                answer.put(caller(**arguments))
            except FAILURES as error:
                answer.put(error)

        # A daemon: a plugin that never ends does not keep the process alive.
        thread = Thread(target=call, name=f"leadline-{plugin}", daemon=True)
        thread.start()
        try:
            found = answer.get(timeout=seconds)
        except Empty:
            self._left[plugin] = thread
            raise PluginError(
                f"took longer than {seconds:g} seconds, and is no longer waited for",
                plugin=plugin,
                hook=hook,
            ) from None
        if isinstance(found, BaseException):
            known = isinstance(found, LeadlineError)
            said = redact(str(found), secrets) if known else describe(found, secrets)
            raise PluginError(said, plugin=plugin, hook=hook) from found
        return found

    def _check_busy(self, plugin: str, hook: str) -> None:
        left = self._left.get(plugin)
        if left is not None and left.is_alive():
            raise PluginError("is still busy with an earlier call", plugin=plugin, hook=hook)
