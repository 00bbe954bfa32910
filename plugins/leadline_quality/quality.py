"""The plugin's object: rules about addresses, their fact, and activities screened."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace

import pyarrow as pa

from leadline.batches import Batch, Checkpoint, ModelView, Plugin, Source
from leadline.hookspecs import hookimpl
from leadline_quality.addresses import Addresses
from leadline_quality.judging import Judge
from leadline_quality.memory import Memory, usable
from leadline_quality.screening import Screen
from leadline_quality.settings import FACT, QualitySettings

_NAMES = {
    "disposable": "Disposable address",
    "role": "Role address",
    "free": "Free mail provider",
    "business": "Business address",
}


class Quality:
    """Answers the hooks for one opened workspace."""

    def __init__(self, plugin: Plugin) -> None:
        assert isinstance(plugin.settings, QualitySettings)
        self._plugin, self._settings = plugin, plugin.settings
        self._addresses = Addresses(plugin.settings)

    @hookimpl
    def score(self, model: ModelView) -> list[Mapping[str, object]]:
        """A rule for each kind of address that is worth anything."""
        settings = self._settings
        if settings.models is not None and model.name.strip().lower() not in settings.models:
            return []
        fallback = "fit" if "fit" in model.dimensions else model.dimensions[0]
        return [
            {
                "name": _NAMES[kind],
                "dimension": settings.dimension or fallback,
                "points": points,
                "when": f"{FACT} = '{kind}'",
            }
            for kind, points in settings.points
            if points
        ]

    @hookimpl(wrapper=True)
    def fetch_contacts(self, source: Source) -> Generator[None, Iterator[Batch], Iterator[Batch]]:
        """Say of each contact what kind of address it has, where anybody asks for it."""
        batches = yield
        return map(self._with_kinds, batches) if FACT in source.wanted else batches

    @hookimpl(wrapper=True)
    def fetch_activities(
        self, source: Source, since: Checkpoint | None
    ) -> Generator[None, Iterator[Batch], Iterator[Batch]]:
        """Withhold the opens and clicks that a machine made."""
        batches = yield
        return self._screened(source, since, batches)

    def _with_kinds(self, batch: Batch) -> Batch:
        rows = batch.rows
        if "email" not in rows.column_names:
            return batch
        kinds = [
            self._addresses.kind(email) for email in rows["email"].cast(pa.string()).to_pylist()
        ]
        column = pa.array(kinds, pa.string())
        if FACT in rows.column_names:
            rows = rows.drop_columns([FACT])
        return replace(batch, rows=rows.append_column(FACT, column))

    def _screened(
        self, source: Source, since: Checkpoint | None, batches: Iterator[Batch]
    ) -> Iterator[Batch]:
        path = self._plugin.state / f"{source.name}.db"
        with usable(path):
            memory = Memory(path)
        try:
            if since is None:
                with usable(path):
                    memory.forget_all()
            screen = Screen(source, Judge(self._settings), memory, self._plugin.name)
            for batch in batches:
                with usable(path):
                    screened = screen.screened(batch)
                yield screened
        finally:
            memory.close()
