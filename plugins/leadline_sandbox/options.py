"""What a simulated CRM is like, as keyword arguments of its door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from leadline.errors import UsageError


@dataclass(slots=True)
class Common:
    """What every simulated CRM can be told. now: the instant at which it opens; None is now."""

    now: datetime | None = None
    activities_per_contact: float = 10.0
    time_zone: str = "Europe/Warsaw"
    slow_seconds: float = 0.0  # added to every answer


Chosen = TypeVar("Chosen", bound=Common)


def chosen(options: type[Chosen], given: Mapping[str, Any], owner: str) -> Chosen:
    """The options with what was given; a name that there is not is refused. owner: "a portal"."""
    unknown = given.keys() - {each.name for each in fields(options)}
    if unknown:
        raise UsageError(f"{owner} has no option {', '.join(sorted(unknown))}")
    return options(**given)
