"""A HubSpot portal on this machine: the CRM API with its limits, gaps and habits, and its data.

`portal()` is the door for tests. Everything a real portal does to lose a connector's rows can be
switched on, and the state can be changed while a connector reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

from leadline.errors import UsageError
from leadline_sandbox.clock import Clock
from leadline_sandbox.hubspot.app import build
from leadline_sandbox.hubspot.hub import Hub
from leadline_sandbox.hubspot.options import Options
from leadline_sandbox.hubspot.seeding import fill
from leadline_sandbox.server import address, listen, running

__all__ = ["Hub", "Options", "make", "portal"]


def make(contacts: int = 50, seed: int = 7, **options: Any) -> Hub:
    """A filled portal that is not served yet; the options are those of `Options`."""
    unknown = options.keys() - {each.name for each in fields(Options)}
    if unknown:
        raise UsageError(f"a portal has no option {', '.join(sorted(unknown))}")
    chosen = Options(**options)
    hub = Hub(chosen, Clock(chosen.now))
    fill(hub.store, contacts, seed)
    return hub


@contextmanager
def portal(contacts: int = 50, seed: int = 7, **options: Any) -> Iterator[Hub]:
    """A filled portal that answers at `hub.url` until the block ends."""
    hub = make(contacts, seed, **options)
    opened = listen()
    hub.url = address(opened)
    with running(build(hub), opened):
        yield hub
