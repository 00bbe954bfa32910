"""The pages as they are sent: hostile text, what may not stand in them, forms without rights."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import httpx
import pytest

from leadline.serving import LeadFilter
from leadline.sync.run import sync
from leadline.workspace import open_workspace

from .conftest import Served, serving

HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
PAGES = ("/", "/leads", "/model", "/model/try", "/runs", "/sources", "/quarantine", "/account")
PARTS = ("/runs/live", "/sources/list", "/model/lint", "/model/versions")


@pytest.fixture(scope="module")
def hostile(synced: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over a CRM in which somebody calls himself what a browser might run."""
    folder = copytree(synced, tmp_path_factory.mktemp("hostile") / "workspace")
    contacts = folder / "contacts.csv"
    rows = contacts.read_text("utf-8").splitlines()
    heads, first = rows[0].split(","), rows[1].split(",")
    for head in ("First name", "Last name", "Company"):
        first[heads.index(head)] = HOSTILE
    contacts.write_text("\n".join([rows[0], ",".join(first), *rows[2:]]) + "\n", "utf-8")
    with open_workspace(folder / "config.toml") as workspace:
        sync(workspace, full=True, allow_changes=True)
    with serving(folder) as served:
        yield served


def best(served: Served) -> str:
    """The path of the page of the lead on top."""
    model = served.server.config.models[0].name
    lead = served.server.serving.leads(LeadFilter(model), "-score", 1, 1).rows[0]
    return f"/leads/{lead.source}/{lead.contact_id}"


def test_text_of_a_crm_is_never_markup(hostile: Served) -> None:
    listed = hostile.admin.get("/leads", params={"q": "onerror"})
    assert "&lt;img src=x onerror=alert(1)&gt;" in listed.text
    path = re.search(r'<th scope="row"><a href="([^"]+)"', listed.text)
    assert path is not None
    place = path[1].replace("&amp;", "&")
    story = place.replace("?", "/story?")
    for page in (listed, hostile.admin.get(place), hostile.admin.get(story)):
        assert page.status_code == 200
        assert HOSTILE not in page.text
        assert "<img src=x" not in page.text
        assert "<script>alert" not in page.text


@pytest.mark.parametrize("path", [*PAGES, *PARTS])
def test_no_page_holds_inline_script_or_style(shared: Served, path: str) -> None:
    text = shared.admin.get(path).raise_for_status().text
    assert not re.search(r"<script(?![^>]*(src=|application/json))", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r'(src|href)="(https?:)?//', text)


def test_every_field_of_a_form_has_its_label(shared: Served) -> None:
    for path in (*PAGES, "/login"):
        text = shared.admin.get(path).text
        labelled = set(re.findall(r'<label for="([^"]+)"', text))
        fields = re.findall(r"<(?:input|select|textarea)\b[^>]*>", text)
        shown = [field for field in fields if 'type="hidden"' not in field]
        assert {re.findall(r'id="([^"]+)"', field)[0] for field in shown} <= labelled, path


def test_a_lead_shows_rows_that_add_up_and_what_if_on_another_day(shared: Served) -> None:
    page = shared.viewer.get(best(shared)).raise_for_status().text
    table = page[page.index("<tbody>") : page.index("</tbody>")].replace("\N{MINUS SIGN}", "-")
    points = [
        int(each) for each in re.findall(r'<span class="(?:up|down)">([+-]\d+)</span>', table)
    ]
    score = re.search(r'<span class="score">(\d+)</span>', page)
    assert score is not None
    assert sum(points) == int(score[1])
    later = shared.viewer.get(best(shared), params={"on": "2027-11-22"}).text
    assert "On 2027-11-22 the score would be" in later
    assert "is no day" in shared.viewer.get(best(shared), params={"on": "soon"}).text


def test_the_list_keeps_what_was_asked_for_in_its_links(shared: Served) -> None:
    page = shared.viewer.get("/leads", params={"temperature": "cold", "sort": "name"}).text
    assert "/leads?model=b2b-demo&amp;temperature=cold&amp;sort=-name" in page
    assert 'aria-sort="ascending"' in page
    odd = {"sort": "nonsense", "min_score": "many", "page": "1"}
    assert shared.viewer.get("/leads", params=odd).status_code == 200


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/runs/resyncs", {"source": "crm"}),
        ("/runs/resyncs/1/cancel", {}),
        ("/quarantine/crm/retry", {}),
        ("/model/check", {"text": ""}),
        ("/model/try", {"text": ""}),
    ],
)
def test_forms_need_an_admin_and_their_token(
    shared: Served, path: str, form: dict[str, str]
) -> None:
    assert shared.viewer.post(path, data=form).status_code == 403
    with httpx.Client(base_url=shared.url, cookies=shared.admin.cookies) as without:
        assert without.post(path, data=form).status_code == 403
    nobody = httpx.post(shared.url + path, data=form)
    assert (nobody.status_code, nobody.headers["Location"]) == (303, "/login?next=/")
    assert shared.server.ledger.requests.list() == []


@pytest.mark.parametrize("place", ["//evil.example", "/\\evil.example", "https://evil.example"])
def test_signing_in_never_leads_to_another_site(shared: Served, place: str) -> None:
    form = {"name": "vic", "password": "a lead of seven pounds", "next": place}
    answer = httpx.post(f"{shared.url}/login", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_files_are_kept_by_browsers_and_no_other_file_is_given(shared: Served) -> None:
    page = shared.client.get("/login").text
    for url in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        answer = shared.client.get(url)
        assert "immutable" in answer.headers["Cache-Control"]
    assert shared.client.get("/static/plotly.min.js").headers["Content-Encoding"] == "gzip"
    for path in ("/static/rendering.py", "/static/..%2frendering.py", "/static/base.html"):
        assert shared.client.get(path).status_code == 404


def test_a_resync_by_the_form_is_on_record(served: Served) -> None:
    answer = served.admin.post("/runs/resyncs", data={"source": "crm", "what": "all"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/runs")
    (request,) = served.server.ledger.requests.list()
    assert (request.source, request.kind, request.payload["by"]) == ("crm", "resync", "ada")
    refused = served.admin.post("/runs/resyncs", data={"source": "crm", "what": "contacts"})
    assert refused.status_code == 400
    assert "name at least one contact" in refused.text
    served.admin.post(f"/runs/resyncs/{request.request_id}/cancel")
    assert served.server.ledger.requests.list()[0].status == "cancelled"
    assert "resync" in served.admin.get("/account").text
