"""Today: who became hot and why, the base at a glance, and what needs a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request, Response

from leadline.serving.summaries import BAND
from leadline_serve.access import Viewer
from leadline_serve.pages.attention import attention
from leadline_serve.pages.charts import funnel_chart, histogram_chart
from leadline_serve.pages.choosing import ModelName, chosen, names, summary_of
from leadline_serve.pages.rendering import page
from leadline_serve.pages.views import funnel_of
from leadline_serve.reach import server_of

router = APIRouter()

_DAYS = 7
_SHOWN = 20
_RUNS = 6


@router.get("/")
def today(request: Request, user: Viewer, model: ModelName = None) -> Response:
    """The page that one opens in the morning."""
    server = server_of(request)
    name = chosen(server, model)
    summary = summary_of(server, name)
    since = datetime.now(UTC) - timedelta(days=_DAYS)
    labels = () if summary is None else summary.model.labels
    hottest = labels[0] if labels else None
    became = server.serving.became(name, since, to=hottest, limit=_SHOWN) if hottest else []
    funnel = () if summary is None else funnel_of(summary)
    return page(
        request,
        "today.html",
        user,
        model=name,
        models=names(server),
        summary=summary,
        hottest=hottest,
        days=_DAYS,
        shown=_SHOWN,
        band=BAND,
        became=became,
        funnel=funnel,
        funnel_chart=funnel_chart(funnel),
        histogram=None if summary is None else histogram_chart(summary.histogram),
        runs=server.ledger.runs.recent(_RUNS),
        matters=attention(server),
    )
