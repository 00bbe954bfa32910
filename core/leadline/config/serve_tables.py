"""The table of a config file that is about the server: `[serve]`."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from leadline.config.serve import Serve
from leadline.model.values import Table

Text = Annotated[str, Field(min_length=1)]


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole or parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        raise ValueError('must be the address alone, such as "https://leads.example.com"')
    return value.rstrip("/")


class ServeFile(Table):
    """Where `leadline serve` listens, and who may use it."""

    host: Text = Field("127.0.0.1", description="The address to listen on; this machine alone.")
    port: int = Field(8700, ge=0, le=65_535, description="The port to listen on; 0 is a free one.")
    public_url: Annotated[str, AfterValidator(_url)] | None = Field(
        None,
        description='How people reach the server, such as "https://leads.example.com": its name '
        "is answered to, and with https cookies never leave without it.",
    )
    hosts: tuple[Text, ...] = Field(
        (), description="Further names that the server answers to, without a port."
    )
    proxies: tuple[Text, ...] = Field(
        (),
        description="Addresses or networks of reverse proxies: what they say about the caller "
        "is believed.",
    )
    sign_in: bool = Field(
        True,
        description="Whether people sign in. Without it everybody on this machine may do "
        "everything, and the server listens nowhere else.",
    )

    def policy(self) -> Serve:
        return Serve(
            host=self.host,
            port=self.port,
            public_url=self.public_url or "",
            hosts=tuple(name.lower() for name in self.hosts),
            proxies=self.proxies,
            sign_in=self.sign_in,
        )
