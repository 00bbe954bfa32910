"""Where the server listens: this machine alone, unless people have to sign in."""

from __future__ import annotations

import ipaddress
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI

from leadline.config import Serve
from leadline.errors import UsageError, WorkspaceError
from leadline_serve.server import Server

_GRACE = 5  # seconds for requests under way, once the server is told to stop
_BACKLOG = 256


def refuse_strangers(server: Server) -> None:
    """UsageError if the server would be open to others and ask nobody who they are."""
    serve = server.serve
    outside = not is_loopback(serve.host)
    if serve.sign_in:
        if outside and not server.ledger.users.any():
            raise UsageError(
                f"the server does not listen on {serve.host} while nobody can sign in: first run "
                "leadline users add NAME --admin"
            )
        return
    if outside:
        raise UsageError(
            f"the server does not listen on {serve.host} without sign-in: delete sign_in = false "
            "in [serve], or listen on 127.0.0.1"
        )
    if serve.proxies or not _is_local_name(serve.public_url):
        raise UsageError(
            "with sign_in = false everybody behind the proxy could do everything: delete it in "
            "[serve], or delete public_url and proxies"
        )


def is_loopback(host: str) -> bool:
    """Whether an address, or every address of a name, is of this machine alone."""
    return all(ipaddress.ip_address(address).is_loopback for address in _addresses(host))


def listen(serve: Serve) -> socket.socket:
    """The socket of the config; WorkspaceError if it cannot be had."""
    address = _addresses(serve.host)[0]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # Named TCP, or asyncio leaves Nagle's delay on: 40 ms for every answer.
    taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((address, serve.port))
    except OSError as error:
        taken.close()
        raise WorkspaceError(
            f"{serve.host}, port {serve.port} cannot be used ({error.strerror or error}); choose "
            "another with --host and --port"
        ) from error
    taken.listen(_BACKLOG)
    return taken


def url_of(opened: socket.socket) -> str:
    """The URL of a socket."""
    address, port = opened.getsockname()[:2]
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


def answering(app: FastAPI, serve: Serve) -> uvicorn.Server:
    """The HTTP server of an application; `run(sockets=[…])` answers until it is told to stop."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_level=logging.WARNING,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            proxy_headers=bool(serve.proxies),
            forwarded_allow_ips=list(serve.proxies),
            timeout_graceful_shutdown=_GRACE,
            timeout_keep_alive=75,
        )
    )


@contextmanager
def until_stopped() -> Iterator[None]:
    """SIGTERM and Ctrl-C end the block quietly, so that everything opened around it is closed."""

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)


def _addresses(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UsageError(
            f"there is no address '{host}' to listen on ({error.strerror or error})"
        ) from error
    return [str(each[4][0]).partition("%")[0] for each in found]


def _is_local_name(url: str) -> bool:
    return (urlsplit(url).hostname or "localhost") in ("localhost", "127.0.0.1", "::1")
