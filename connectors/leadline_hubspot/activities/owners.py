"""Activities that come with an address instead of a contact."""

from __future__ import annotations

from collections.abc import Sequence

from leadline_hubspot.activities.memory import Memory
from leadline_hubspot.activities.rows import Activity, activity_of


def owned(memory: Memory, rows: Sequence[tuple[str, Activity]]) -> list[Activity]:
    """The activities of addresses that a contact has; the others wait until one has.

    An activity without an address is nobody's, and left out.
    """
    owners = memory.owners([address for address, _ in rows])
    memory.wait((address, row) for address, row in rows if address and address not in owners)
    return [
        activity_of(row.as_json(), owners[address]) for address, row in rows if address in owners
    ]
