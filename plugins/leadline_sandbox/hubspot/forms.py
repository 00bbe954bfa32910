"""Forms and what was sent with them: 50 at a time, newest first, with no filter by date."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadline_sandbox.hubspot.asking import (
    answer,
    flag_of,
    found_or_404,
    names_of,
    number_of,
    page_of,
    paging,
)
from leadline_sandbox.hubspot.feeds import Form, Submission
from leadline_sandbox.hubspot.hub import store_of
from leadline_sandbox.hubspot.instants import full_iso
from leadline_sandbox.hubspot.problems import Problem, invalid

router = APIRouter()
_STYLE = {
    "fontFamily": "arial",
    "backgroundWidth": "100%",
    "labelTextColor": "#33475b",
    "labelTextSize": "14px",
    "helpTextColor": "#33475b",
    "helpTextSize": "11px",
    "legalConsentTextColor": "#33475b",
    "legalConsentTextSize": "14px",
    "submitColor": "#ff7a59",
    "submitAlignment": "left",
    "submitFontColor": "#ffffff",
    "submitSize": "12px",
}
_TYPES = ("hubspot", "captured", "flow", "blog_comment")


@router.get("/marketing/v3/forms")
@router.get("/marketing/v3/forms/")
async def list_forms(request: Request) -> Response:
    """Forms of the types asked for; without `formTypes` those made in HubSpot alone."""
    types = names_of(request, "formTypes") or ["hubspot"]
    for each in types:
        if each not in (*_TYPES, "all"):
            raise invalid(f"{each} is not a form type", formTypes=each)
    archived = flag_of(request, "archived")
    found = [
        form
        for form in store_of(request).feeds.forms.values()
        if form.archived is archived and (form.type in types or "all" in types)
    ]
    rows, after = page_of(request, found, 500, 20)
    return answer({"results": [_form(form) for form in rows], **paging(request, after)})


@router.get("/marketing/v3/forms/{guid}")
async def read(request: Request, guid: str) -> Response:
    """One form."""
    return answer(_form(found_or_404(store_of(request).feeds.forms.get(guid), "form")))


@router.get("/form-integrations/v1/submissions/forms/{guid}")
async def submissions(request: Request, guid: str) -> Response:
    """What was sent with a form; `after` is the submission that comes next."""
    store = store_of(request)
    form = found_or_404(store.feeds.forms.get(guid), "form")
    if form.type == "blog_comment":
        raise Problem(
            400, "Submissions of this form cannot be read.", "FORM_TYPE_NOT_ALLOWED",
            "FORM_TYPE_NOT_ALLOWED",
        )  # fmt: skip
    limit = number_of(request, "limit", 20, 50)
    with store.lock:
        found = form.submissions.between(None, None)[::-1]
    start = _start(found, request.query_params.get("after"))
    rows = found[start : start + limit]
    after = found[start + limit].id if start + limit < len(found) else ""
    return answer({"results": [_submission(each) for each in rows], **paging(request, after)})


def _start(found: list[Submission], after: str | None) -> int:
    if not after:
        return 0
    for place, each in enumerate(found):
        if each.id == after:
            return place
    raise invalid(f"after must be what the last page said, not {after}")


def _submission(each: Submission) -> dict[str, Any]:
    return {
        "conversionId": each.id,
        "submittedAt": each.at,
        "values": [
            {"name": name, "value": value, "objectTypeId": "0-1"}
            for name, value in each.values.items()
        ],
        "pageUrl": each.url,
    }


def _form(form: Form) -> dict[str, Any]:
    return {
        "id": form.guid,
        "name": form.name,
        "formType": form.type,
        "createdAt": full_iso(form.created),
        "updatedAt": full_iso(form.created),
        "archived": form.archived,
        "fieldGroups": [],  # a simulated form is only a name and what was sent with it
        "configuration": {
            "language": "en",
            "cloneable": True,
            "editable": True,
            "archivable": True,
            "recaptchaEnabled": False,
            "notifyContactOwner": False,
            "notifyRecipients": [],
            "createNewContactForNewEmail": False,
            "prePopulateKnownValues": True,
            "allowLinkToResetKnownValues": False,
            "postSubmitAction": {"type": "thank_you", "value": ""},
            "lifecycleStages": [],
        },
        "displayOptions": {
            "renderRawHtml": False,
            "theme": "default_style",
            "submitButtonText": "Submit",
            "style": _STYLE,
            "cssClass": "",
        },
        "legalConsentOptions": {
            "type": "implicit_consent_to_process",
            "privacyText": "",
            "communicationsCheckboxes": [],
            "lawfulBasis": "lead",
            "subscriptionTypeIds": [],
        },
    }
