"""What every simulated CRM has, whichever it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from leadline_sandbox.clock import Clock
from leadline_sandbox.faults import Faults
from leadline_sandbox.journal import Journal
from leadline_sandbox.options import Common


@dataclass(slots=True)
class Crm:
    """The test door: `options`, `clock` and `faults` may be changed at any time."""

    options: Common
    clock: Clock
    faults: Faults = field(init=False)
    journal: Journal = field(default_factory=Journal, init=False)
    url: str = field(default="", init=False)
