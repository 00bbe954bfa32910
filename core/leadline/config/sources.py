"""Each `[sources.NAME]` table, checked against its connector and ready to be opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, metadata
from typing import TYPE_CHECKING, Protocol

from leadline.config.needs import stage_fields, wanted_fields
from leadline.config.own_settings import read_settings, refuse
from leadline.config.settings import Config, SourceTable
from leadline.config.writing import StageMode, allowed_moves
from leadline.model.documents import Complaint
from leadline.model.nearest import nearest

if TYPE_CHECKING:
    from pydantic import BaseModel

    from leadline.batches import Pin, Source
    from leadline.hookspecs import Connector


class RefusedPlugin(Protocol):
    """A plugin that was named and does not run."""

    @property
    def name(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def installed(self) -> bool: ...


class Connectors(Protocol):
    """What is asked of the host: the connectors of the plugins that run."""

    @property
    def connectors(self) -> Mapping[str, Connector]: ...
    @property
    def refused(self) -> Sequence[RefusedPlugin]: ...


def open_sources(config: Config, host: Connectors) -> list[Source]:
    """Every configured source; ConfigError holds all problems of their tables."""
    sources: list[Source] = []
    complaints: list[Complaint] = []
    for name, table in config.sources.items():
        connector = host.connectors.get(table.connector)
        if connector is None:
            message = _no_connector(table.connector, host)
            complaints.append(Complaint(("sources", name, "connector"), message))
            continue
        settings, wrong = read_settings(
            config, ("sources", name), table.settings, connector.settings
        )
        complaints += [*wrong, *_unused(name, table, connector)]
        complaints += _unable(config, name, table, connector)
        if settings is not None:
            sources.append(_source(config, name, table, settings, connector))
    refuse(config, complaints)
    return sources


def _unused(name: str, table: SourceTable, connector: Connector) -> Iterator[Complaint]:
    """Mappings of activities or companies are of no use to a connector that brings none."""
    can = connector.capabilities
    mappings = {
        "activity_fields": ("activities", can.activities),
        "activity_types": ("activities", can.activities),
        "company_fields": ("companies", can.companies),
    }
    for key, (what, support) in mappings.items():
        if getattr(table, key) and support.value != "full":
            message = f"connector '{connector.name}' brings no {what}; delete this table"
            yield Complaint(("sources", name, key), message)


def _unable(
    config: Config, name: str, table: SourceTable, connector: Connector
) -> Iterator[Complaint]:
    """Stages are to be written by a connector that does not know how."""
    can = connector.capabilities.stages.value != "not implemented"
    if table.stages and config.write.stages is StageMode.WRITE and not can:
        message = (
            f"connector '{connector.name}' cannot write stages yet: delete this table, or set "
            'write.stages = "suggest"'
        )
        yield Complaint(("sources", name, "stages"), message)


def _source(
    config: Config, name: str, table: SourceTable, settings: BaseModel, connector: Connector
) -> Source:
    # Arrow is heavy: whoever only reads a config does without it.
    from leadline.batches import Source, changes_schema, output_columns

    # A model that is tried stands beside the one that it may replace: both write the same.
    columns = {
        column.name: column
        for model in config.models
        for column in output_columns(model.dimensions, model.prefix)
    }
    stages = []
    if table.stages and config.write.stages is StageMode.SUGGEST:
        stages = ["suggested_stage"]
    elif table.stages and config.write.stages is StageMode.WRITE:
        # A connector with stages of its own writes them into a field of the CRM's instead.
        stages = ["stage"] if connector.capabilities.stages.value == "unsupported" else []
    return Source(
        name=name,
        connector=table.connector,
        settings=settings,
        base=config.base,
        state=config.workspace / "state" / name,
        time_zone=config.time_zone,
        fields={**table.fields, **stage_fields(config, name)},
        activity_fields=table.activity_fields,
        activity_types=table.activity_types,
        company_fields=table.company_fields,
        links_to=table.links_to,
        pin=_pin(config),
        stages=allowed_moves(table.stages) if config.write.stages is StageMode.WRITE else {},
        wanted=wanted_fields(config, name),
        write=table.write,
        output=changes_schema([list(columns.values())], stages).remove(0),
    )


def _pin(config: Config) -> Pin | None:
    """Sales' pins, which may name a label of any model."""
    from leadline.batches import Pin

    if config.sales.pin is None:
        return None
    # A model that is tried stands behind these, and must not have every source read anew.
    configured = config.models[: len(config.model_paths)]
    labels = {label: None for model in configured for label in model.labels}
    return Pin(config.sales.pin, config.sales.pin_until, tuple(labels))


def _no_connector(name: str, host: Connectors) -> str:
    for refusal in host.refused:
        if refusal.name == name and refusal.installed:  # else it is said below what to install
            return f"plugin '{name}' does not run: {refusal.reason}"
    message = f"there is no connector '{name}'"
    if name in _extras():
        return f"{message}: pip install 'leadline[{name}]'"
    install = "install the plugin that brings it and name it in plugins.enable"
    return f"{message}{nearest(name, host.connectors)}; or {install}"


def _extras() -> list[str]:
    try:
        return metadata("leadline").get_all("Provides-Extra") or []
    except PackageNotFoundError:
        return []
