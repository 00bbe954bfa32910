"""What a config says about writing back: how much, how often, which stages, and sales' voice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from leadline.vocabulary import FieldType


class StageMode(StrEnum):
    """What becomes of the stage that a temperature names."""

    OFF = "off"
    SUGGEST = "suggest"  # a field of leadline's own
    WRITE = "write"


class First(StrEnum):
    """What a first write to a source that has something to lose needs."""

    ASK = "ask"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class MaxChanges:
    """How much one run may change before it stops: a share of contacts, a number of stages."""

    share: float
    stages: int
    first: First


@dataclass(frozen=True, slots=True)
class WritePolicy:
    """`[write]`. min_change in points; at_least_every in days; max_changes None stops nothing."""

    stages: StageMode = StageMode.OFF
    min_change: int = 0
    at_least_every: int = 7
    max_changes: MaxChanges | None = None


@dataclass(frozen=True, slots=True)
class StageWrite:
    """One line of `[sources.NAME.stages]`: the source's field, the value, and what may precede it.

    "" among `allowed` is an empty field.
    """

    field: str
    value: str
    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sales:
    """`[sales]`: the facts in which sales pin a score or a label, and start engagement anew."""

    pin: str | None = None
    pin_until: str | None = None
    reset_at: str | None = None

    def __iter__(self) -> Iterator[str]:
        """The facts that are named."""
        return (name for name in (self.pin, self.pin_until, self.reset_at) if name is not None)

    @property
    def types(self) -> Mapping[str, FieldType]:
        """The type that each of these facts has unless `[fields]` says otherwise."""
        pairs = (
            (self.pin, FieldType.TEXT),
            (self.pin_until, FieldType.DATE),
            (self.reset_at, FieldType.INSTANT),
        )
        return {name: kind for name, kind in pairs if name is not None}


def allowed_moves(stages: Mapping[str, StageWrite]) -> dict[str, dict[str, frozenset[str]]]:
    """Each stage field → a value that is written there → the values that it may follow."""
    moves: dict[str, dict[str, frozenset[str]]] = {}
    for line in stages.values():
        values = moves.setdefault(line.field, {})
        values[line.value] = values.get(line.value, frozenset()).union(line.allowed)
    return moves


STAGE_FACT = "stage_field"


def stage_facts(
    fields: Mapping[str, str],
    stages: Mapping[str, StageWrite],
    known: Mapping[str, FieldType],
) -> dict[str, str]:
    """The fact that holds each stage field's present value: the source's own name → the fact.

    A field that `fields` maps to a text fact is read once; any other gets a fact of its own.
    """
    mapped = {
        heading.strip(): fact for fact, heading in fields.items() if known.get(fact) == "text"
    }
    facts: dict[str, str] = {}
    own = 0
    for field in dict.fromkeys(stage.field for stage in stages.values()):
        if field not in mapped:
            own += 1
        facts[field] = mapped.get(field) or (STAGE_FACT if own == 1 else f"{STAGE_FACT}_{own}")
    return facts
