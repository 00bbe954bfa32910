"""Leads and contacts as one stream: facts, merges, conversions, and leadline's own fields."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.batches import Batch, Checkpoint, Source, Stream
from leadline_salesforce.api import Api
from leadline_salesforce.mapping import PEOPLE
from leadline_salesforce.pull import pull


def fetch(source: Source, api: Api, since: Checkpoint | None) -> Iterator[Batch]:
    """Leads and contacts that changed since a checkpoint, all of them when there is none.

    A converted lead has `merged_into` = its contact, and a record that was merged the one it went
    into. A person account is its person's contact. `known` of a batch holds leadline's own fields.
    """
    return pull(source, api, Stream.CONTACTS, PEOPLE, since)
