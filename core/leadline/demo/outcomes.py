"""outcomes.csv: how the deals ended, for looking back; nothing of it is meant for scoring."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadline.demo.clock import YEAR
from leadline.demo.contacts import FIRST_ID
from leadline.demo.journeys import Journeys
from leadline.demo.lines import Instants, numbers, table, write_lines

HEADER = "Contact ID,Outcome,Closed\n"
OUTCOMES = ("open", "lost", "won")


def write_outcomes(
    file: BinaryIO, journeys: Journeys, first: int, count: int, instants: Instants
) -> None:
    """One line per contact with a deal; an open one has no closing time."""
    row = np.flatnonzero(journeys.deal[:count])
    decided = journeys.decided(YEAR)[row]
    outcome = np.where(decided, 1 + journeys.won[row], 0)
    day, clock = instants(np.where(decided, journeys.closed[row], 0))
    closed = pc.if_else(pa.array(decided), pc.binary_join_element_wise(day, clock, ""), "")
    names = table(f",{name}," for name in OUTCOMES).take(pa.array(outcome))
    write_lines(file, [numbers(row + first + FIRST_ID), names, closed])
