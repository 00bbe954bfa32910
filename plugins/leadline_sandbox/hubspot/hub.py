"""One simulated portal: its state and everything that watches over the calls to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import Request

from leadline_sandbox.crm import Crm
from leadline_sandbox.faults import Faults
from leadline_sandbox.hubspot.limits import Limits
from leadline_sandbox.hubspot.options import Options
from leadline_sandbox.hubspot.outages import KINDS
from leadline_sandbox.hubspot.store import Store
from leadline_sandbox.hubspot.tokens import Tokens


@dataclass(slots=True)
class Hub(Crm):
    """The test door; `store` may be changed at any time too."""

    options: Options
    store: Store = field(init=False)
    limits: Limits = field(init=False)
    tokens: Tokens = field(init=False)

    def __post_init__(self) -> None:
        self.store = Store(self.options, self.clock)
        self.limits = Limits(self.options, self.clock)
        self.tokens = Tokens(self.options, self.clock)
        self.faults = Faults(KINDS)

    @property
    def token(self) -> str:
        """The portal's own access token."""
        return self.options.token


def hub_of(request: Request) -> Hub:
    """The portal that a request is for."""
    found: Hub = request.app.state.crm
    return found


def store_of(request: Request) -> Store:
    """Its state."""
    return hub_of(request).store
