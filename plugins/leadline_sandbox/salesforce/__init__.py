"""A Salesforce org on this machine: the REST, Bulk and Tooling APIs with their traps, and its data.

`org()` is the door for tests. Everything a real org does to lose a connector's rows can be switched
on, and the state can be changed while a connector reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from leadline_sandbox.clock import Clock
from leadline_sandbox.options import chosen
from leadline_sandbox.salesforce.app import build
from leadline_sandbox.salesforce.options import Options
from leadline_sandbox.salesforce.org import Org
from leadline_sandbox.salesforce.seeding import fill
from leadline_sandbox.server import opened

__all__ = ["Options", "Org", "make", "org"]


def make(contacts: int = 50, seed: int = 7, **options: Any) -> Org:
    """A filled org that is not served yet; the options are those of `Options`."""
    taken = chosen(Options, options, "an org")
    made = Org(taken, Clock(taken.now))
    fill(made.store, contacts, seed)
    return made


@contextmanager
def org(contacts: int = 50, seed: int = 7, **options: Any) -> Iterator[Org]:
    """A filled org that answers at `org.url` until the block ends."""
    with opened(make(contacts, seed, **options), build) as made:
        yield made
