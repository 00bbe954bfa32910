"""Serve a simulated CRM on loopback: in a thread for tests, in the foreground for a person."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import uvicorn

from leadline.errors import WorkspaceError
from leadline_sandbox.crm import Crm

HOST = "127.0.0.1"
_PATIENCE = 10.0  # seconds


C = TypeVar("C", bound=Crm)


def listen(port: int = 0) -> socket.socket:
    """A socket on loopback; port 0 is any free one."""
    # Named TCP, or asyncio leaves Nagle's delay on: 40 ms for every answer.
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((HOST, port))
    except OSError as error:
        taken.close()
        raise WorkspaceError(
            f"port {port} cannot be used ({error.strerror or error}); choose another with --port"
        ) from error
    taken.listen(128)
    return taken


def address(taken: socket.socket) -> str:
    """The URL of a socket."""
    return f"http://{HOST}:{taken.getsockname()[1]}"


@contextmanager
def running(app: Any, taken: socket.socket) -> Iterator[None]:
    """Answer on the socket, in a thread, until the block ends."""
    server = _server(app, lambda: None)
    failed: list[BaseException] = []

    def run() -> None:
        try:
            server.run(sockets=[taken])
        except SystemExit as error:
            failed.append(error)

    thread = threading.Thread(target=run, name="leadline-sandbox", daemon=True)
    thread.start()
    patience = time.monotonic() + _PATIENCE
    while not server.started:
        if failed or not thread.is_alive() or time.monotonic() > patience:
            raise WorkspaceError("the simulator did not start") from next(iter(failed), None)
        time.sleep(0.002)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(_PATIENCE)
        taken.close()


@contextmanager
def opened(crm: C, build: Callable[[C], Any]) -> Iterator[C]:
    """The CRM, answering at `crm.url` on a free port until the block ends."""
    taken = listen()
    crm.url = address(taken)
    with running(build(crm), taken):
        yield crm


def serve(app: Any, taken: socket.socket, started: Callable[[], None]) -> None:
    """Answer on the socket until Ctrl-C; `started` is called once both are minded."""
    try:
        _server(app, started).run(sockets=[taken])
    except KeyboardInterrupt:
        pass
    finally:
        taken.close()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._told = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._told()


def _server(app: Any, started: Callable[[], None]) -> uvicorn.Server:
    return _Server(
        uvicorn.Config(
            app,
            log_level="critical",
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            date_header=False,  # the gate tells the CRM's own time
            h11_max_incomplete_event_size=1 << 20,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=75,
        ),
        started,
    )
