"""The API as a program uses it: leads, one lead, runs, sources, models, drafts, and CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from leadline.sync.run import sync
from tests.plugins.serve.conftest import NOW, Served

MODEL = "b2b-demo"


def get(served: Served, path: str, **asked: object) -> Any:
    answer = served.viewer.get(f"/api/{path}", params={k: str(v) for k, v in asked.items()})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_leads_come_best_first_in_pages_that_do_not_overlap(shared: Served) -> None:
    first, second = get(shared, "leads", size=7), get(shared, "leads", size=7, page=2)
    scores = [lead["score"] for lead in (*first["rows"], *second["rows"])]
    assert scores == sorted(scores, reverse=True)
    ids = {lead["contact_id"] for lead in (*first["rows"], *second["rows"])}
    assert len(ids) == 14
    assert first["total"] == second["total"] == 60


@pytest.mark.parametrize("sort", ["name", "-name", "email", "company", "owner", "grade", "source"])
def test_every_sort_shows_each_lead_once_and_the_empty_last(shared: Served, sort: str) -> None:
    pages = [get(shared, "leads", sort=sort, size=25, page=page)["rows"] for page in (1, 2, 3)]
    leads = [lead for page in pages for lead in page]
    assert len({lead["contact_id"] for lead in leads}) == len(leads) == 60
    column = {"source": "contact_id"}.get(sort, sort.removeprefix("-"))
    values = [(lead[column] or "").casefold() for lead in leads]
    given = [value for value in values if value]
    assert values[: len(given)] == given
    if column in ("name", "email"):
        assert given == sorted(given, reverse=sort.startswith("-"))


def test_filters_narrow_and_the_total_is_counted(shared: Served) -> None:
    warm = get(shared, "leads", temperature="warm")
    assert warm["total"] == len(warm["rows"]) > 0
    assert {lead["temperature"] for lead in warm["rows"]} == {"warm"}
    good = get(shared, "leads", min_score=20, max_score=40, size=500)
    assert all(20 <= lead["score"] <= 40 for lead in good["rows"])
    assert good["total"] == len(good["rows"]) > 0


def test_a_search_finds_parts_of_names_without_case_or_accents(shared: Served) -> None:
    lead = next(each for each in get(shared, "leads", size=60)["rows"] if each["name"])
    part = lead["email"].partition("@")[0][1:].upper()
    found = get(shared, "leads", q=part)["rows"]
    assert lead["contact_id"] in {each["contact_id"] for each in found}
    assert get(shared, "leads", q=f"{part} nobody-is-called-so")["total"] == 0
    assert get(shared, "leads", q='"; DROP TABLE leads; %_*')["total"] == 0


def test_a_lead_has_rows_that_add_up_and_the_explanation_says_the_same(shared: Served) -> None:
    for lead in get(shared, "leads", size=60)["rows"][:60:40]:
        path = f"leads/{lead['source']}/{lead['contact_id']}"
        one, told = get(shared, path), get(shared, f"{path}/explanation")
        assert sum(row["points"] for row in one["rows"]) == (one["score"] or 0)
        shown = [(row["rule"], row["points"]) for row in one["rows"]]
        assert shown == [(row["rule"], row["points"]) for row in told["rows"] if row["points"]]
        assert one["score"] == told["score"] == get(shared, f"{path}/history")[-1]["score"]


def test_what_if_it_were_later(shared: Served) -> None:
    lead = get(shared, "leads")["rows"][0]
    path = f"leads/{lead['source']}/{lead['contact_id']}/explanation"
    later = get(shared, path, as_of="2027-06-01T00:00:00Z")
    assert later["dimensions"]["engagement"] < lead["dimensions"]["engagement"]


def test_activities_come_newest_first_and_in_pages(shared: Served) -> None:
    lead = get(shared, "leads")["rows"][0]
    path = f"leads/{lead['source']}/{lead['contact_id']}/activities"
    all_of_them = get(shared, path, limit=1_000)
    times = [each["occurred_at"] for each in all_of_them]
    assert times == sorted(times, reverse=True)
    older = get(shared, path, before=times[2], limit=2)
    assert [each["occurred_at"] for each in older] == [at for at in times if at < times[2]][:2]


def test_the_summary_counts_every_lead_once(shared: Served) -> None:
    found = get(shared, "summary")
    assert sum(found["temperatures"].values()) == found["model"]["leads"] == 60
    assert sum(found["histogram"].values()) + found["excluded"] == 60


def test_csv_holds_what_json_holds(shared: Served) -> None:
    answer = shared.viewer.get("/api/leads", headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"].startswith("text/csv")
    leads = get(shared, "leads", size=500)["rows"]
    assert [row["contact_id"] for row in rows] == [lead["contact_id"] for lead in leads]
    assert [row["score"] for row in rows] == [
        "" if lead["score"] is None else str(lead["score"]) for lead in leads
    ]
    for path in ("runs", "quarantine", "rejections"):
        assert shared.viewer.get(f"/api/{path}", params={"format": "csv"}).status_code == 200


def test_no_cell_of_a_download_runs_in_a_spreadsheet(served: Served) -> None:
    file = served.server.config.base / "contacts.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows[0] |= {"First name": '=HYPERLINK("http://evil.example")', "Last name": ""}
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with served.server.workspace() as workspace:
        assert sync(workspace, as_of=NOW, allow_changes=True).status == "succeeded"
    answer = served.viewer.get("/api/leads", params={"format": "csv", "q": "hyperlink"})
    (lead,) = csv.DictReader(io.StringIO(answer.text))
    assert lead["name"] == '\'=HYPERLINK("http://evil.example")'
    (shown,) = get(served, "leads", q="hyperlink")["rows"]
    assert shown["name"].startswith("=HYPERLINK")


def test_a_model_in_words_says_how_many_it_touches(shared: Served) -> None:
    found = get(shared, f"models/{MODEL}")
    assert found["counted"]
    words = {rule["name"]: rule for rule in found["rules"]}
    assert words["Pricing page"]["words"].startswith("+")
    assert 0 < words["Pricing page"]["contacts"] < 60
    assert any(limit["kind"] == "group" for limit in found["limits"])
    assert get(shared, "models")[0]["published"] == found["version"]
    assert get(shared, f"models/{MODEL}/versions")[0]["edits"] == []
    assert "[[rules]]" in shared.viewer.get(f"/api/models/{MODEL}/file").text
    assert get(shared, "lint")["people"] == 60


def test_sources_runs_and_plugins_tell_their_state(shared: Served) -> None:
    (crm,) = get(shared, "sources")
    assert (crm["name"], crm["contacts"], crm["connector"]) == ("crm", 60, "csv")
    assert {each["stream"] for each in crm["checkpoints"]} >= {"contacts", "activities"}
    assert crm["capabilities"]["write"] == "full"
    assert "csv" in {each["name"] for each in get(shared, "plugins")}
    (run,) = get(shared, "runs")
    assert get(shared, f"runs/{run['run_id']}")["rejections"] == []


def test_a_wrong_draft_is_told_with_line_and_field(shared: Served) -> None:
    text = shared.viewer.get(f"/api/models/{MODEL}/file").text
    wrong = text.replace('dimension = "fit"', 'dimension = "fitt"', 1)
    line = wrong[: wrong.index('"fitt"')].count("\n") + 1
    answer = shared.admin.post(f"/api/models/{MODEL}/check", json={"text": wrong}).json()
    assert not answer["ok"]
    assert line in [each["line"] for each in answer["problems"]]
    refused = shared.admin.post(f"/api/models/{MODEL}/plan", json={"text": wrong})
    assert refused.status_code == 400
    assert refused.json()["problems"] == answer["problems"]
    outside = text + '\n[lists.spies]\nfile = "../../../etc/passwd"\n'
    answer = shared.admin.post(f"/api/models/{MODEL}/check", json={"text": outside}).json()
    assert not answer["ok"]
    assert "root" not in str(answer)


def test_the_plan_of_a_draft_says_who_moves_and_writes_nothing(served: Served) -> None:
    text = served.viewer.get(f"/api/models/{MODEL}/file").text
    draft = text.replace("points = 18", "points = 8")
    assert draft != text
    before = get(served, "leads", size=60)["rows"]
    body = {"text": draft, "as_of": NOW.isoformat()}
    answer = served.admin.post(f"/api/models/{MODEL}/plan", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["changed"] > 0
    assert get(served, "leads", size=60)["rows"] == before
    assert served.viewer.get(f"/api/models/{MODEL}/file").text == text


def test_a_viewer_may_look_and_not_act(shared: Served) -> None:
    for method, path, body in (
        ("POST", "resyncs", {"source": "crm"}),
        ("DELETE", "resyncs/1", None),
        ("POST", f"models/{MODEL}/plan", {"text": ""}),
        ("POST", f"models/{MODEL}/check", {"text": ""}),
        ("POST", "quarantine/crm/retry", None),
        ("POST", "rejections/crm/retry", None),
        ("GET", "audit", None),
    ):
        assert shared.viewer.request(method, f"/api/{path}", json=body).status_code == 403
        assert shared.client.request(method, f"/api/{path}", json=body).status_code == 401


def test_a_resync_is_asked_for_followed_and_cancelled(served: Served) -> None:
    asked = served.admin.post("/api/resyncs", json={"source": "crm", "contacts": ["100000"]})
    assert asked.status_code == 202
    number = asked.json()["request_id"]
    assert asked.json()["asked_by"] == "ada"
    assert get(served, "resyncs")[0]["request_id"] == number
    assert served.admin.delete(f"/api/resyncs/{number}").json()["cancelled"]
    assert served.admin.delete(f"/api/resyncs/{number}").status_code == 409
    assert served.admin.post("/api/resyncs", json={"source": "crn"}).status_code == 404
    acts = served.admin.get("/api/audit").json()
    assert [act["action"] for act in acts][:2] == ["cancel", "resync"]


def test_what_is_not_there_is_404_and_names_what_is(shared: Served) -> None:
    for path in ("leads/crm/nobody", "runs/never", "resyncs/99", "models/other", "quarantine"):
        asked = {"source": "nowhere"} if path == "quarantine" else None
        answer = shared.viewer.get(f"/api/{path}", params=asked)
        assert answer.status_code == 404, path
        assert answer.json()["detail"]
