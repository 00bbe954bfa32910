"""Webhooks, in and out: `[webhooks]`, read and frozen. No secret is in a repr."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

# What a receiver may ask for: the label of a lead that changes.
Label = Literal["temperature", "grade", "stage"]
CHANGES: tuple[Label, ...] = ("temperature", "grade", "stage")


@dataclass(frozen=True, slots=True)
class Incoming:
    """Who may say that a source's contacts changed, and how that is signed."""

    kind: Literal["hubspot", "signed"]
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Who is told of leads that change. The URL may hold a token, so the repr has none of it."""

    name: str
    url: str = field(repr=False)
    secret: str = field(repr=False)
    events: tuple[Label, ...] = CHANGES


@dataclass(frozen=True, slots=True)
class Webhooks:
    """incoming: by source. outgoing: by the receiver's name."""

    incoming: Mapping[str, Incoming] = field(default_factory=lambda: MappingProxyType({}))
    outgoing: Mapping[str, Outgoing] = field(default_factory=lambda: MappingProxyType({}))
