"""The org's names for what happens → leadline's types, as the config maps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class TypeNames:
    """`[sources.NAME.activity_types]`, turned round: a campaign or type → a canonical type."""

    def __init__(self, mapping: Mapping[str, tuple[str, ...]]) -> None:
        self._canonical = {
            value.strip().casefold(): name for name, values in mapping.items() for value in values
        }

    def of(self, default: str, *names: str) -> str:
        """The type that the first of these names is mapped to, else the default."""
        for name in names:
            mapped = self._canonical.get(name.strip().casefold())
            if name and mapped is not None:
                return mapped
        return default

    def among(self, names: Iterable[str]) -> frozenset[str]:
        """The types that some of these names are mapped to."""
        folded = {name.strip().casefold() for name in names}
        return frozenset(kind for name, kind in self._canonical.items() if name in folded)

    def beyond(self, names: Iterable[str]) -> frozenset[str]:
        """The types that other names than these are mapped to."""
        folded = {name.strip().casefold() for name in names}
        return frozenset(kind for name, kind in self._canonical.items() if name not in folded)

    @property
    def types(self) -> frozenset[str]:
        """Every type that the config maps something to."""
        return frozenset(self._canonical.values())
