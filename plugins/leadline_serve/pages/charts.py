"""The figures: what Plotly draws, as plain data; "@name" is a colour of the stylesheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadline.serving.summaries import BAND
from leadline_serve.api.happenings import Scored
from leadline_serve.pages.rendering import chart
from leadline_serve.pages.views import Fall, Step

Figure = dict[str, Any]
_LONGEST = 34  # letters of a name on an axis


def funnel_chart(steps: Sequence[Step]) -> Figure:
    """One bar for each step, the widest on top."""
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": [step.name for step in steps],
        "x": [step.leads for step in steps],
        "text": [f"{step.leads:,}" for step in steps],
        "textposition": "auto",
        "cliponaxis": False,
        "marker": {"color": "@accent"},
        "hovertemplate": "%{y}: %{x:,}<extra></extra>",
    }
    return chart(
        [bars], {"yaxis": {"autorange": "reversed", "showgrid": False}, "xaxis": {"visible": False}}
    )


def histogram_chart(bars: Mapping[int, int]) -> Figure:
    """How many leads have how many points."""
    starts = list(bars)
    figure = {
        "type": "bar",
        "x": [start + BAND / 2 for start in starts],
        "y": list(bars.values()),
        "width": BAND * 0.9,
        "marker": {"color": "@accent"},
        "customdata": [f"{start} to {start + BAND - 1}" for start in starts],
        "hovertemplate": "%{customdata} points: %{y:,} leads<extra></extra>",
    }
    return chart(
        [figure], {"xaxis": {"title": {"text": "score"}}, "yaxis": {"title": {"text": "leads"}}}
    )


def waterfall_chart(falls: Sequence[Fall], score: int | None) -> Figure:
    """From nothing to the score, a step for each rule and limit."""
    names = [*(_short(fall.rule) for fall in falls), "Score"]
    moved = [*(fall.points for fall in falls), score or 0]
    figure = {
        "type": "waterfall",
        "orientation": "h",
        # Two rules may be called alike once they are cut: the place tells them apart.
        "y": list(range(len(names))),
        "x": moved,
        "measure": [*("relative" for _ in falls), "total"],
        "text": [*(f"{fall.points:+d}" for fall in falls), str(score or 0)],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": [*(fall.rule for fall in falls), "Score"],
        "hovertemplate": "%{customdata}: %{x}<extra></extra>",
        "connector": {"line": {"color": "@soft", "width": 1}},
        "increasing": {"marker": {"color": "@accent"}},
        "decreasing": {"marker": {"color": "@down"}},
        "totals": {"marker": {"color": "@soft"}},
    }
    ticks = {"tickmode": "array", "tickvals": list(range(len(names))), "ticktext": names}
    axis = {**ticks, "autorange": "reversed", "zeroline": False, "showgrid": False}
    layout = {"yaxis": axis, "height": 90 + 30 * len(names)}
    return chart([figure], layout)


def history_chart(points: Sequence[Scored]) -> Figure:
    """The score over time, in steps: it holds until the next one is published."""
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [point.as_of.isoformat() for point in points],
        "y": [point.score for point in points],
        "line": {"shape": "hv", "color": "@accent", "width": 2},
        "hovertemplate": "%{x|%Y-%m-%d}: %{y}<extra></extra>",
    }
    return chart([line], {"yaxis": {"rangemode": "tozero", "title": {"text": "score"}}})


def moves_chart(bars: Sequence[tuple[str, int]]) -> Figure:
    """How many scores move how far."""
    figure = {
        "type": "bar",
        "x": [name for name, _ in bars],
        "y": [count for _, count in bars],
        "marker": {"color": "@accent"},
        "hovertemplate": "%{x} points: %{y:,} contacts<extra></extra>",
    }
    layout = {"xaxis": {"type": "category", "title": {"text": "points"}}}
    return chart([figure], {**layout, "yaxis": {"title": {"text": "contacts"}}})


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
