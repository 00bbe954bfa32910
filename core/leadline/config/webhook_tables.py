"""The `[webhooks]` table of a config file: who tells leadline of changes, and whom it tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, SecretStr, WithJsonSchema

from leadline.config.webhooks import CHANGES, Incoming, Label, Outgoing, Webhooks
from leadline.model.conditions import table_of
from leadline.model.documents import Complaint
from leadline.model.nearest import nearest
from leadline.model.values import Table

_SHORTEST_SECRET = 16
_RECEIVER = re.compile(r"[a-z][a-z0-9_-]{0,62}")


def _secret(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < _SHORTEST_SECRET:
        raise ValueError(f"must have at least {_SHORTEST_SECRET} characters")
    return value


def _url(value: SecretStr) -> SecretStr:
    try:
        parts = urlsplit(value.get_secret_value())
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError('must be the address of a web service, such as "https://example.com/in"')
    return value


Secret = Annotated[
    SecretStr,
    AfterValidator(_secret),
    WithJsonSchema({"type": "string", "minLength": _SHORTEST_SECRET}),
]
Url = Annotated[SecretStr, AfterValidator(_url), WithJsonSchema({"type": "string"})]


class IncomingFile(Table):
    """Who may say that contacts of a source changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Literal["hubspot", "signed"] = Field(
        "signed",
        description='"hubspot" for HubSpot\'s own, "signed" for a sender that signs as leadline '
        "does.",
    )
    secret: Secret = Field(
        description="What the sender signs with; of HubSpot, the app's client secret."
    )

    def frozen(self) -> Incoming:
        return Incoming(self.kind, self.secret.get_secret_value())


class OutgoingFile(Table):
    """Who is told of leads that change."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Url = Field(description="Where to: every event is a POST of JSON.")
    secret: Secret = Field(description="What leadline signs with.")
    events: tuple[Label, ...] = Field(
        CHANGES, min_length=1, description="Which changes are told; all when left out."
    )

    def frozen(self, name: str) -> Outgoing:
        secret = self.secret.get_secret_value()
        return Outgoing(name, self.url.get_secret_value(), secret, self.events)


class WebhooksFile(Table):
    """Webhooks, in and out."""

    incoming: dict[str, IncomingFile] = Field(
        default_factory=dict, description="Senders, by the source whose contacts they tell of."
    )
    outgoing: dict[str, OutgoingFile] = Field(
        default_factory=dict, description="Receivers, each under a name of your own."
    )

    def frozen(self) -> Webhooks:
        return Webhooks(
            MappingProxyType({name: each.frozen() for name, each in self.incoming.items()}),
            MappingProxyType({name: each.frozen(name) for name, each in self.outgoing.items()}),
        )


def check_webhooks(table: Mapping[str, object]) -> Iterator[Complaint]:
    """A complaint for each sender of no source, and each receiver without a usable name."""
    webhooks, sources = table_of(table, "webhooks"), table_of(table, "sources")
    for name in table_of(webhooks, "incoming"):
        if name not in sources:
            message = f"there is no source '{name}'{nearest(name, sources)}"
            yield Complaint(("webhooks", "incoming", name), message)
    for name in table_of(webhooks, "outgoing"):
        if not _RECEIVER.fullmatch(name):
            message = (
                f"'{name}' cannot be a receiver's name: use lower-case letters, digits, _ and -, "
                "starting with a letter"
            )
            yield Complaint(("webhooks", "outgoing", name), message)
