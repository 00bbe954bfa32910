"""The source's activity types → canonical ones; what nobody mapped becomes `custom:VALUE`."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from leadline.vocabulary import CUSTOM_TYPE_PREFIX, is_activity_type


class TypeNames:
    """The mapping of one source; case and blanks around a value do not matter."""

    def __init__(self, mapping: Mapping[str, tuple[str, ...]]) -> None:
        self._canonical = {
            value.strip().casefold(): name for name, values in mapping.items() for value in values
        }

    def translate(self, values: pa.Array) -> pa.Array:
        """The canonical types of a column of text; a blank one is null."""
        coded = values.dictionary_encode()
        names = [self._name(value.strip()) for value in coded.dictionary.to_pylist()]
        return pa.array(names, pa.string()).take(coded.indices)

    def _name(self, value: str) -> str | None:
        if not value:
            return None
        mapped = self._canonical.get(value.casefold())
        if mapped is not None:
            return mapped
        lower = value.lower()
        if is_activity_type(value) or is_activity_type(lower):
            return value if is_activity_type(value) else lower
        return CUSTOM_TYPE_PREFIX + value
