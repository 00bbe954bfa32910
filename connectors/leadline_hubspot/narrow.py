"""Single contacts, by their ids: what a webhook says has changed, without the search that lags."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leadline.batches import Batch, Source, Stream
from leadline.connecting.activities import to_table
from leadline_hubspot.activities import engagements_of
from leadline_hubspot.api import Api
from leadline_hubspot.contacts import reader
from leadline_hubspot.pull import read_records

# Of more contacts the activities would cost more calls than the limits allow in a few seconds.
FEW = 200


def fetch(source: Source, api: Api, stream: Stream, ids: Sequence[str]) -> Iterator[Batch]:
    """The contacts as they are now, or what sales has logged on them where they are few.

    Ids that HubSpot never gives out, such as a typed one, are contacts that are not there.
    """
    known = [each for each in ids if each.isdigit()]
    if stream is Stream.CONTACTS:
        yield from read_records(reader(source), api, known)
    elif len(known) <= FEW:
        yield Batch(to_table(engagements_of(source, api, known)), {})
