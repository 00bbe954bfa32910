"""The config file: loaded and checked together with the model it names."""

from __future__ import annotations

from leadline.config.extensions import open_plugins
from leadline.config.joining import brought_facts, join_rules
from leadline.config.json_schema import schema
from leadline.config.loading import ReadConfig, load_config, load_draft, read_config
from leadline.config.needs import facts, facts_of_stages, wanted_fields
from leadline.config.serve import Serve
from leadline.config.settings import Config, Plugins, SourceTable
from leadline.config.sources import open_sources
from leadline.config.writing import First, MaxChanges, Sales, StageMode, StageWrite, WritePolicy

__all__ = [
    "Config",
    "First",
    "MaxChanges",
    "Plugins",
    "ReadConfig",
    "Sales",
    "Serve",
    "SourceTable",
    "StageMode",
    "StageWrite",
    "WritePolicy",
    "brought_facts",
    "facts",
    "facts_of_stages",
    "join_rules",
    "load_config",
    "load_draft",
    "open_plugins",
    "open_sources",
    "read_config",
    "schema",
    "wanted_fields",
]
