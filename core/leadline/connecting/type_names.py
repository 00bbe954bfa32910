"""A source's words for what happens → leadline's types of activity, as the config maps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from leadline.vocabulary import CUSTOM_TYPE_PREFIX, is_activity_type


class TypeNames:
    """`[sources.NAME.activity_types]`, turned round; case and outer blanks do not matter."""

    def __init__(self, mapping: Mapping[str, tuple[str, ...]]) -> None:
        self._canonical = {_plain(word): name for name, words in mapping.items() for word in words}

    def of(self, default: str, *words: str) -> str:
        """The type that the first of these words is mapped to, else the default."""
        for word in words:
            mapped = self._canonical.get(_plain(word))
            if word and mapped is not None:
                return mapped
        return default

    def among(self, words: Iterable[str]) -> frozenset[str]:
        """The types that some of these words are mapped to."""
        plain = set(map(_plain, words))
        return frozenset(name for word, name in self._canonical.items() if word in plain)

    def beyond(self, words: Iterable[str]) -> frozenset[str]:
        """The types that other words than these are mapped to."""
        plain = set(map(_plain, words))
        return frozenset(name for word, name in self._canonical.items() if word not in plain)

    @property
    def types(self) -> frozenset[str]:
        """Every type that the config maps something to."""
        return frozenset(self._canonical.values())

    def translate(self, words: pa.Array) -> pa.Array:
        """A column's types; what is no type and nobody mapped is `custom:WORD`, a blank is null."""
        coded = words.dictionary_encode()
        names = [self._translated(word.strip()) for word in coded.dictionary.to_pylist()]
        return pa.array(names, pa.string()).take(coded.indices)

    def _translated(self, word: str) -> str | None:
        if not word:
            return None
        known = next((each for each in (word, word.lower()) if is_activity_type(each)), None)
        return self.of(known or CUSTOM_TYPE_PREFIX + word, word)


def _plain(word: str) -> str:
    return word.strip().casefold()
