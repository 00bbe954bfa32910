"""The document of the API is true: whatever is asked, only documented answers come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from leadline.ledger import Role
from tests.plugins.serve.conftest import Served

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
BOUNDED = settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=True,
)


# What is tried at a time; together everything in the document.
PARTS = (
    *("leads", "runs sources", "resyncs", "what failed", "models"),
    "audit access health document webhooks",
)


@pytest.mark.parametrize("part", PARTS)
def test_no_answer_is_undocumented_or_a_server_error(shared: Served, part: str) -> None:
    token = shared.server.users.issue(f"fuzz-{PARTS.index(part)}", Role.ADMIN, None)
    answers: Counter[int] = Counter()
    for operation in _operations(shared):
        if _part(operation) == part:
            for mode in GenerationMode:
                _try(operation, mode, shared.url, token, answers)
    # Good questions were answered: the examples reach behind the door.
    assert answers.keys() & {200, 202}


def test_every_operation_is_tried(shared: Served) -> None:
    found = list(_operations(shared))
    labels = {operation.label for operation in found}
    assert {"GET /api/leads", "POST /api/resyncs", "POST /api/models/{name}/plan"} <= labels
    assert {_part(operation) for operation in found} == set(PARTS)


def _operations(served: Served) -> Iterator[Any]:
    schema = schemathesis.openapi.from_dict(served.viewer.get("/api/openapi.json").json())
    yield from (result.ok() for result in cast("Any", schema.get_all_operations()))


def _part(operation: Any) -> str | None:
    (tag,) = operation.definition.raw["tags"]
    return next((part for part in PARTS if tag in part), None)


def _try(operation: Any, mode: GenerationMode, url: str, token: str, answers: Counter[int]) -> None:
    """Ask some made-up questions of a kind; an answer that breaks the document is an error."""
    if mode is GenerationMode.NEGATIVE and not (operation.query or operation.body):
        return  # nothing that could be wrong

    def ask(case: Any) -> None:
        response = case.call(base_url=url, headers={"Authorization": f"Bearer {token}"})
        answers[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    BOUNDED(given(case=operation.as_strategy(generation_mode=mode))(ask))()
