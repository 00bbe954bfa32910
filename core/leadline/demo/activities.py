"""activities.csv: compact events written out with the catalogue's words."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np
import pyarrow as pa

from leadline.demo.catalogue import Catalogue
from leadline.demo.contacts import FIRST_ID
from leadline.demo.events import Events
from leadline.demo.lines import Instants, cell, numbers, table, write_lines

HEADER = "Activity ID,Contact ID,Activity,When,Name,URL,Campaign,Channel,Value\n"
_FIRST_ACTIVITY = 7_000_001
_ROWS = 100_000


class ActivityWriter:
    """Writes activities in the order they come, numbering them as a CRM does: by arrival."""

    def __init__(self, file: BinaryIO, catalogue: Catalogue, instants: Instants) -> None:
        self.written = 0
        self._file, self._instants = file, instants
        self._labels = table(f",{cell(label)}," for label, _, _ in catalogue.kinds)
        self._objects = table(f",{cell(name)},{url}" for _, name, url in catalogue.kinds)
        self._sources = table(_source(*source) for source in catalogue.sources)
        file.write(HEADER.encode())

    def write(self, events: Events) -> None:
        """Append these activities."""
        for start in range(0, len(events), _ROWS):
            self._write(events[start : start + _ROWS])

    def _write(self, events: Events) -> None:
        number = np.arange(len(events)) + self.written + _FIRST_ACTIVITY
        kind, value = pa.array(events["kind"]), events["value"]
        pieces = [
            numbers(number),
            ",",
            numbers(events["contact"] + FIRST_ID),
            self._labels.take(kind),
            *self._instants(events["time"]),
            self._objects.take(kind),
            self._sources.take(pa.array(events["source"])),
            numbers(value, value >= 0),
        ]
        write_lines(self._file, pieces)
        self.written += len(events)


def _source(campaign: str, channel: str, utm: bool) -> str:
    """What follows the URL: its campaign parameters, then the columns Campaign and Channel."""
    tags = f"?utm_source={channel}&utm_campaign={campaign}" if utm else ""
    return f"{tags},{cell(campaign)},{channel},"
