"""Companies: the facts that contacts have from the company they belong to."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.batches import Batch, Checkpoint, Source, Stream
from leadline_hubspot.api import Api
from leadline_hubspot.mapping import COMPANIES, company_properties
from leadline_hubspot.pull import pull
from leadline_hubspot.records import Reader


def fetch(source: Source, api: Api, since: Checkpoint | None) -> Iterator[Batch]:
    """Companies that changed since a checkpoint, all of them when there is none."""
    return pull(reader(source), api, since)


def reader(source: Source) -> Reader:
    """How companies are asked for."""
    return Reader(
        source, Stream.COMPANIES, COMPANIES, "hs_lastmodifieddate", company_properties(source)
    )
