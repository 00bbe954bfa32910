"""Activities that come with an address instead of a contact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from leadline.connecting.activities import Activity
from leadline_hubspot.activities.memory import Memory


def owned(memory: Memory, rows: Sequence[tuple[str, Activity]]) -> list[Activity]:
    """The activities of addresses that a contact has; the others wait until one has.

    An activity without an address is nobody's, and left out.
    """
    owners = memory.owners([address for address, _ in rows])
    memory.wait((address, row) for address, row in rows if address and address not in owners)
    return [replace(row, contact_id=owners[address]) for address, row in rows if address in owners]
