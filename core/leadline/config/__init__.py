"""The config file: loaded and checked together with the model it names."""

from __future__ import annotations

from leadline.config.json_schema import schema
from leadline.config.loading import load_config, load_draft
from leadline.config.needs import facts, facts_of_stages, wanted_fields
from leadline.config.settings import Config, Plugins, SourceTable
from leadline.config.sources import open_sources
from leadline.config.writing import First, MaxChanges, Sales, StageMode, StageWrite, WritePolicy

__all__ = [
    "Config",
    "First",
    "MaxChanges",
    "Plugins",
    "Sales",
    "SourceTable",
    "StageMode",
    "StageWrite",
    "WritePolicy",
    "facts",
    "facts_of_stages",
    "load_config",
    "load_draft",
    "open_sources",
    "schema",
    "wanted_fields",
]
