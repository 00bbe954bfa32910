"""The API as the rest of the connector sees it: JSON in and out, failures by who must act."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from leadline.errors import RetryLater, SignInError
from leadline_hubspot import paths
from leadline_hubspot.answers import read_body
from leadline_hubspot.api import Api, Forbidden, Refused
from leadline_sandbox.hubspot import Hub, portal
from tests.connectors.waiting import Waits

from .reading import source_of


@pytest.fixture
def hub() -> Iterator[Hub]:
    with portal(contacts=3) as made:
        yield made


def api_of(hub: Hub, folder: Path, **settings: Any) -> Api:
    return Api(source_of(hub, folder, **settings))


OAUTH = {
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret",
    "refresh_token": "sandbox-refresh",
}


def test_an_answer_is_the_json_and_every_call_is_counted(hub: Hub, tmp_path: Path) -> None:
    source = source_of(hub, tmp_path)
    api = Api(source)
    page = api.get(paths.OBJECTS, [("limit", 2), ("after", None)], kind="contacts")
    found = api.post(paths.SEARCH, {"limit": 1}, kind="contacts")
    assert len(page["results"]) == 2
    assert (found.status, found.body["total"]) == (200, 3)
    assert source.meter.calls == hub.journal.count() == 2
    assert hub.journal.calls()[0].query == (("limit", "2"),)


def test_parts_of_a_path_are_quoted_and_lists_stand_in_one_parameter(
    hub: Hub, tmp_path: Path
) -> None:
    api = api_of(hub, tmp_path)
    with pytest.raises(Refused) as caught:
        api.get(paths.OBJECT, [("properties", ["a b", "c"])], kind="contacts", id="../companies")
    assert caught.value.status == 404
    (call,) = hub.journal.calls()
    assert call.query == (("properties", "a b,c"),)


def test_a_refusal_says_what_hubspot_says(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"POST /crm/v3/objects/contacts/search \(400") as caught:
        api_of(hub, tmp_path).post(paths.SEARCH, {"limit": 1000}, kind="contacts")
    refused = caught.value
    assert (refused.status, refused.category) == (400, "VALIDATION_ERROR")
    assert refused.message
    assert refused.message in str(refused)


def test_a_missing_scope_is_forbidden_and_no_reason_to_sign_in(hub: Hub, tmp_path: Path) -> None:
    hub.options.scopes = hub.options.without("crm.objects.contacts.read")
    with pytest.raises(Forbidden) as caught:
        api_of(hub, tmp_path).get(paths.OBJECTS, kind="contacts")
    assert (caught.value.status, caught.value.category) == (403, "MISSING_SCOPES")


@pytest.mark.parametrize("fault", ["401", "530"])
def test_a_token_that_is_not_taken_asks_for_a_new_one(hub: Hub, tmp_path: Path, fault: str) -> None:
    hub.faults.add(fault)
    with pytest.raises(SignInError, match="Service keys") as caught:
        api_of(hub, tmp_path).get(paths.OBJECTS, kind="contacts")
    assert hub.token not in str(caught.value)
    assert hub.journal.count() == 1


def test_an_expired_oauth_token_is_replaced_once_and_the_call_goes_on(
    hub: Hub, tmp_path: Path
) -> None:
    api = api_of(hub, tmp_path, oauth=OAUTH)
    api.get(paths.OBJECTS, kind="contacts")
    api.get(paths.OBJECTS, kind="contacts")
    hub.clock.advance(1_801)
    page = api.get(paths.OBJECTS, kind="contacts")
    assert len(page["results"]) == 3
    assert [call.status for call in hub.journal.calls()] == [200, 200, 200, 401, 200, 200]


def test_a_token_is_replaced_before_it_ends(hub: Hub, tmp_path: Path, waits: Waits) -> None:
    api = api_of(hub, tmp_path, oauth=OAUTH)
    api.get(paths.OBJECTS, kind="contacts")
    waits.append(1_790)
    api.get(paths.OBJECTS, kind="contacts")
    assert hub.journal.count(status=401) == 0
    assert len([c for c in hub.journal.calls() if c.path == paths.TOKEN]) == 2


def test_a_refresh_token_that_was_revoked_asks_to_sign_in(hub: Hub, tmp_path: Path) -> None:
    hub.tokens.app.revoked = True
    with pytest.raises(SignInError, match="connect the app") as caught:
        api_of(hub, tmp_path, oauth=OAUTH).get(paths.OBJECTS, kind="contacts")
    said = str(caught.value)
    assert not [secret for secret in ("sandbox-secret", "sandbox-refresh") if secret in said]


def test_many_threads_share_the_api(hub: Hub, tmp_path: Path) -> None:
    api = api_of(hub, tmp_path, oauth=OAUTH)
    with ThreadPoolExecutor(8) as pool:
        ids = [record.id for record in hub.store.records("contacts")] * 12
        found = list(pool.map(lambda one: api.get(paths.OBJECT, kind="contacts", id=one), ids))
    assert [each["id"] for each in found] == ids
    assert len([c for c in hub.journal.calls() if c.path == paths.TOKEN]) == 1


def test_nothing_is_loaded_until_a_call_is_made() -> None:
    code = (
        "import sys, leadline_hubspot; "
        "print([name for name in ('hubspot', 'urllib3', 'tenacity') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_log_holds_the_token_or_what_was_answered(
    hub: Hub, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    email = hub.store.records("contacts")[0].value("email")
    with caplog.at_level(logging.DEBUG):
        api = api_of(hub, tmp_path)
        for name in ("urllib3", "hubspot", "hubspot.crm.objects.rest"):
            caplog.set_level(logging.DEBUG, name)
        page = api.get(paths.OBJECTS, kind="contacts")
        for name in ("urllib3", "hubspot", "hubspot.crm.objects.rest"):
            caplog.set_level(logging.DEBUG, name)
        api.get(paths.OBJECTS, kind="contacts")
    assert page["results"][0]["properties"]["email"] == email
    assert hub.token not in caplog.text
    assert email not in caplog.text


class _Moved(BaseHTTPRequestHandler):
    """Counts connections; sends everything elsewhere."""

    protocol_version = "HTTP/1.1"
    connections: ClassVar[int] = 0
    seen: ClassVar[list[str]] = []

    def setup(self) -> None:
        super().setup()
        type(self).connections += 1

    def do_GET(self) -> None:
        self.seen.append(self.path)
        moved = self.path.startswith(paths.OWNERS)
        body = b"{}"
        self.send_response(302 if moved else 200)
        if moved:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on standard error."""


@pytest.fixture
def moved(hub: Hub) -> Iterator[type[_Moved]]:
    handler = type("Handler", (_Moved,), {"connections": 0, "seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield handler
    server.shutdown()
    server.server_close()
    thread.join()


def test_calls_share_a_connection(hub: Hub, tmp_path: Path, moved: type[_Moved]) -> None:
    api = api_of(hub, tmp_path)
    for _ in range(10):
        api.get(paths.ACCOUNT)
    assert (len(moved.seen), moved.connections) == (10, 1)


def test_a_redirect_is_not_followed(hub: Hub, tmp_path: Path, moved: type[_Moved]) -> None:
    with pytest.raises(Refused) as caught:
        api_of(hub, tmp_path).get(paths.OWNERS)
    assert caught.value.status == 302
    assert moved.seen == [paths.OWNERS]


def test_a_host_that_does_not_answer_is_tried_again_and_then_later(
    hub: Hub, tmp_path: Path, waits: Waits
) -> None:
    hub.url = "http://127.0.0.1:9"
    source = source_of(hub, tmp_path)
    with pytest.raises(RetryLater, match="no answer came") as caught:
        Api(source).get(paths.OBJECTS, kind="contacts")
    assert source.meter.calls == 6
    assert len(waits) == 5
    assert sum(waits) < 60
    assert hub.token not in str(caught.value)


def test_half_a_character_costs_no_page() -> None:
    body = read_body(200, b'{"results": [{"id": "1", "name": "A\\ud800da"}, {"id": "2"}]}')
    assert body == {"results": [{"id": "1", "name": "A?da"}, {"id": "2"}]}
