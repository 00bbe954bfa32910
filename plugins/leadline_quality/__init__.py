"""Addresses that are nobody's own, and opens and clicks that no person made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from leadline.hookspecs import Extension, hookimpl
from leadline.vocabulary import FieldType
from leadline_quality.settings import FACT, QualitySettings

if TYPE_CHECKING:
    from leadline.batches import Plugin


@hookimpl
def register_facts() -> Mapping[str, FieldType]:
    """Bring `email_kind`."""
    return {FACT: FieldType.TEXT}


@hookimpl
def register_extension() -> Extension:
    """Set up by `[plugins.quality]`; every key has a default."""
    return Extension(QualitySettings, _open)


def _open(plugin: Plugin) -> object:
    from leadline_quality.quality import Quality

    return Quality(plugin)
