"""A HubSpot portal on this machine: the CRM API with its limits, gaps and habits, and its data.

`portal()` is the door for tests. Everything a real portal does to lose a connector's rows can be
switched on, and the state can be changed while a connector reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from leadline_sandbox.clock import Clock
from leadline_sandbox.hubspot.app import build
from leadline_sandbox.hubspot.hub import Hub
from leadline_sandbox.hubspot.options import Options
from leadline_sandbox.hubspot.seeding import fill
from leadline_sandbox.options import chosen
from leadline_sandbox.server import opened

__all__ = ["Hub", "Options", "make", "portal"]


def make(contacts: int = 50, seed: int = 7, **options: Any) -> Hub:
    """A filled portal that is not served yet; the options are those of `Options`."""
    taken = chosen(Options, options, "a portal")
    hub = Hub(taken, Clock(taken.now))
    fill(hub.store, contacts, seed)
    return hub


@contextmanager
def portal(contacts: int = 50, seed: int = 7, **options: Any) -> Iterator[Hub]:
    """A filled portal that answers at `hub.url` until the block ends."""
    with opened(make(contacts, seed, **options), build) as hub:
        yield hub
