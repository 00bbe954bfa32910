"""A source of a config as a new process sees it, with a state of its own, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from leadline.batches import Batch, Capabilities, Checkpoint, Meter, Source, Stream, Support
from leadline.config import open_sources
from leadline.host import Host
from leadline.workspace import configured

_STREAMS = (Stream.CONTACTS, Stream.COMPANIES, Stream.ACTIVITIES)


@dataclass(frozen=True, slots=True)
class Taken:
    """The first batches of a fetch; ended: there are no more."""

    batches: tuple[Batch, ...]
    ended: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """One source in a host of its own.

    Its state folder is not the workspace's: a sync goes on from what stands there.
    """

    config_path: Path
    host: Host
    source: Source

    @classmethod
    def open(cls, config_path: Path, name: str, state: Path) -> Opened:
        """Load the config's plugins anew and open this one of its sources."""
        config, host = configured(config_path)
        # The tables of other sources are not what is asked about.
        (source,) = open_sources(config.without(config.sources.keys() - {name}), host)
        state.mkdir(parents=True, exist_ok=True)
        opened = replace(source, state=state, meter=Meter())
        host.add_source(opened)
        return cls(config_path, host, opened)

    def reopened(self, state: str = "") -> Opened:
        """The source as the next process sees it; `state` names another, new state folder."""
        folder = self.source.state.parent / state if state else self.source.state
        return Opened.open(self.config_path, self.source.name, folder)

    @property
    def capabilities(self) -> Capabilities:
        """What the connector declares."""
        return self.host.connectors[self.source.connector].capabilities

    @property
    def streams(self) -> tuple[Stream, ...]:
        """What the connector brings."""
        can = self.capabilities
        brings = {Stream.COMPANIES: can.companies, Stream.ACTIVITIES: can.activities}
        return tuple(s for s in _STREAMS if brings.get(s, Support.FULL) is Support.FULL)

    def take(
        self,
        stream: Stream,
        since: Checkpoint | None,
        most: int,
        until: Collection[str] = (),
    ) -> Taken:
        """At most so many batches, or until all of these ids were seen; the rest is let go.

        since: as a batch gave it; the source gets it as the ledger gives it back.
        """
        found: list[Batch] = []
        wanted = set(until)
        with self.host.fetch(self.source.name, stream, since and kept(since)) as answer:
            for batch in answer:
                found.append(batch)
                wanted -= ids_of(batch, stream)
                if len(found) >= most or (until and not wanted):
                    return Taken(tuple(found), ended=False)
        return Taken(tuple(found), ended=True)


def ids_of(batch: Batch, stream: Stream) -> set[str]:
    """The ids of a batch's rows, without those that have none."""
    if stream.key not in batch.rows.column_names:
        return set()
    return {str(each) for each in batch.rows[stream.key].to_pylist() if each not in (None, "")}


def kept(checkpoint: Checkpoint) -> Checkpoint:
    """A checkpoint as the ledger gives it back."""
    found: Checkpoint = json.loads(json.dumps(dict(checkpoint)))
    return found
