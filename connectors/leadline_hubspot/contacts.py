"""Contacts: the facts that are wanted, merges, deletions, and leadline's own properties."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.batches import Batch, Checkpoint, Source, Stream
from leadline_hubspot.api import Api
from leadline_hubspot.mapping import CONTACTS, contact_properties
from leadline_hubspot.pull import pull
from leadline_hubspot.records import Reader


def fetch(source: Source, api: Api, since: Checkpoint | None) -> Iterator[Batch]:
    """Contacts that changed since a checkpoint, all of them when there is none.

    `known` of a batch holds leadline's own properties of its contacts as they are now.
    """
    return pull(reader(source), api, since)


def reader(source: Source) -> Reader:
    """How contacts are asked for; of all kinds, only their modified date has a name of its own."""
    return Reader(source, Stream.CONTACTS, CONTACTS, "lastmodifieddate", contact_properties(source))
