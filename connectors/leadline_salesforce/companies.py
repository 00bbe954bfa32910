"""Accounts: the facts that contacts have from the company they belong to."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.batches import Batch, Checkpoint, Source, Stream
from leadline_salesforce.api import Api
from leadline_salesforce.mapping import ACCOUNT
from leadline_salesforce.pull import pull


def fetch(source: Source, api: Api, since: Checkpoint | None) -> Iterator[Batch]:
    """Accounts that changed since a checkpoint, all of them when there is none; no persons'."""
    return pull(source, api, Stream.COMPANIES, (ACCOUNT,), since)
