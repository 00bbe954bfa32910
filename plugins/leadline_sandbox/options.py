"""What a simulated CRM is like, as keyword arguments of its door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from leadline.errors import UsageError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Chosen = TypeVar("Chosen", bound="DataclassInstance")


def chosen(options: type[Chosen], given: Mapping[str, Any], owner: str) -> Chosen:
    """The options with what was given; a name that there is not is refused. owner: "a portal"."""
    unknown = given.keys() - {each.name for each in fields(options)}
    if unknown:
        raise UsageError(f"{owner} has no option {', '.join(sorted(unknown))}")
    return options(**given)
