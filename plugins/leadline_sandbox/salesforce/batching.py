"""Up to 25 calls in one: each is answered as it would be alone."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message

from leadline_sandbox.salesforce.asking import body_of
from leadline_sandbox.salesforce.calls import recognise
from leadline_sandbox.salesforce.problems import bad

router = APIRouter()
_MOST = 25


@router.post("/composite/batch")
async def batch(request: Request) -> Response:
    """The answers, in order."""
    body = await body_of(request)
    asked = body.get("batchRequests")
    if not isinstance(asked, list) or not asked:
        raise bad("JSON_PARSER_ERROR", "batchRequests has to be a list of requests")
    if len(asked) > _MOST:
        raise bad("INVALID_BATCH_SIZE", f"A batch takes {_MOST} requests, not {len(asked)}")
    results = [await _answered(request, each) for each in asked]
    failed = any(each["statusCode"] >= 400 for each in results)
    return JSONResponse({"hasErrors": failed, "results": results})


async def _answered(request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """One call, put to the app itself."""
    method, url = str(asked.get("method", "GET")), str(asked.get("url", ""))
    path, _, query = url.partition("?")
    whole = path if path.startswith("/services") else f"/services/data/{path.lstrip('/')}"
    _, inner = recognise(method, whole)
    scope = {
        **request.scope,
        "method": method,
        "path": unquote(inner),
        "raw_path": inner.encode(),
        "query_string": query.encode(),
        "leadline.path": whole,
    }
    for key in ("router", "route", "endpoint", "path_params", "fastapi_inner_astack"):
        scope.pop(key, None)
    sent = json.dumps(asked.get("richInput") or {}).encode()
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": sent, "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    await request.app(scope, receive, send)
    answer = b"".join(each.get("body", b"") for each in messages)
    status = messages[0]["status"]
    return {"statusCode": status, "result": json.loads(answer) if answer else None}
