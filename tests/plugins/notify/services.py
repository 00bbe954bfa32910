"""Services to notify: a web hook and a mail server on loopback, which keep what they were sent."""

from __future__ import annotations

import json
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

TOKEN = "T0000-very-hidden-B1111"


class Hook:
    """A web hook. status: what it answers, and 200 is well."""

    def __init__(self) -> None:
        self.status = 200
        self.calls: list[dict[str, Any]] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"json://user:{TOKEN}@127.0.0.1:{self.port}/{TOKEN}"

    @property
    def bodies(self) -> list[str]:
        """The texts that it took."""
        return [call["message"] for call in self.calls]


@contextmanager
def hook() -> Iterator[Hook]:
    """A running web hook."""
    made = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if made.status == 200:
                made.calls.append(sent)
            self.send_response(made.status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()


class _Mailbox(socketserver.StreamRequestHandler):
    """The little of SMTP that sending one mail needs."""

    def handle(self) -> None:
        self._say("220 loopback")
        while line := self.rfile.readline().decode().strip():
            verb = line.partition(" ")[0].upper()
            if verb == "DATA":
                self._say("354 go on")
                self._take()
            elif verb == "QUIT":
                self._say("221 bye")
                return
            self._say("250 fine")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
            lines.append(line)
        assert isinstance(self.server, _MailServer)
        self.server.mails.append("\n".join(lines))

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Mailbox)
        self.mails: list[str] = []


@contextmanager
def mail_server() -> Iterator[tuple[str, list[str]]]:
    """A URL for mail to sales, and the mails that came."""
    with _MailServer() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        port = server.server_address[1]
        where = "from=leadline@north.example&to=sales@north.example&mode=insecure"
        try:
            yield f"mailto://127.0.0.1:{port}?smtp=127.0.0.1&{where}", server.mails
        finally:
            server.shutdown()
            thread.join()
