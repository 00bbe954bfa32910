"""What watches the server sees: alive, ready, and its numbers."""

from __future__ import annotations

from leadline.ledger import Role
from tests.plugins.serve.conftest import Served


def _numbers(served: Served) -> dict[str, float]:
    """Every sample of /metrics, by its name with labels, as a monitor with a token reads them."""
    tokens = served.server.ledger.tokens.list()
    if tokens:
        served.server.users.revoke(tokens[0].name)
    token = served.server.users.issue("prometheus", Role.VIEWER, None)
    answer = served.client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    lines = (line.rpartition(" ") for line in answer.text.splitlines() if line[:1] != "#")
    return {name: float(value) for name, _, value in lines}


def test_probes_tell_nothing_but_how_it_is(shared: Served) -> None:
    assert shared.client.get("/healthz").json() == {"status": "ok"}
    ready = shared.client.get("/readyz")
    assert (ready.status_code, ready.json()) == (
        200,
        {"status": "ok", "ledger": "ok", "serving": "ok"},
    )


def test_a_server_without_its_ledger_is_alive_and_not_ready(served: Served) -> None:
    workspace = served.server.config.workspace
    served.server.ledger.close()
    for file in workspace.glob("ledger.db*"):
        file.unlink()
    (workspace / "ledger.db").mkdir()
    ready = served.client.get("/readyz")
    assert ready.status_code == 503
    assert (ready.json()["status"], ready.json()["ledger"]) == ("not ready", "cannot be read")
    assert served.client.get("/healthz").status_code == 200


def test_the_numbers_are_those_of_the_runs(shared: Served) -> None:
    numbers = _numbers(shared)
    assert numbers['leadline_runs_total{kind="sync",status="succeeded"}'] == 1
    assert numbers['leadline_run_seconds_count{kind="sync"}'] == 1
    assert numbers['leadline_contacts_total{outcome="pulled",source="crm"}'] == 60
    assert numbers['leadline_contacts_total{outcome="rejected",source="crm"}'] == 0
    assert 0 <= numbers['leadline_last_good_sync_age_seconds{source="crm"}'] < 600


def test_a_run_is_counted_once_however_often_the_numbers_are_read(served: Served) -> None:
    runs = served.server.ledger.runs
    for status in ("failed", "failed", "succeeded"):
        runs.finish(runs.start("sync", {}), status, {"sources": {"crm": {"contacts": 5}}})
        _numbers(served)
    again = _numbers(served)
    assert again['leadline_runs_total{kind="sync",status="failed"}'] == 2
    assert again['leadline_runs_total{kind="sync",status="succeeded"}'] == 2
    assert again['leadline_contacts_total{outcome="pulled",source="crm"}'] == 75


def test_what_waits_is_counted(served: Served) -> None:
    served.server.ledger.requests.ask("crm", "resync", {})
    assert _numbers(served)['leadline_queue{state="waiting"}'] == 1


def test_requests_are_counted_by_route_and_not_by_address(shared: Served) -> None:
    for address in ("/api/leads/crm/nobody", "/api/leads/crm/no-one", "/none", "/nowhere"):
        shared.admin.get(address)
    shared.client.request("BREW", "/login")
    numbers = _numbers(shared)
    asked = {name: value for name, value in numbers.items() if "leadline_http_requests_t" in name}
    (lead,) = [value for name, value in asked.items() if "contact_id" in name]
    assert lead == 2
    assert 'leadline_http_requests_total{method="GET",route="none",status="404"}' in asked
    assert any('method="other"' in name for name in asked)
    assert not any("nobody" in name or "nowhere" in name or "BREW" in name for name in asked)
