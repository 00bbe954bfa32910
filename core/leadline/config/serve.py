"""What a config says about the server: where it listens, what it is called, and who is asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Serve:
    """`[serve]`. public_url: how others reach it, "" for nobody; hosts: further names it has.

    proxies: the addresses whose word about the caller is believed. sign_in: False lets everybody
    on this machine do everything.
    """

    host: str = "127.0.0.1"
    port: int = 8700
    public_url: str = ""
    hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    sign_in: bool = True
