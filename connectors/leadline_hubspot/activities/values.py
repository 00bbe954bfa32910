"""Values as HubSpot says them, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit


def number(value: object) -> float | None:
    """A number out of a property's text; HubSpot's number properties can hold other things."""
    try:
        read = float(str(value))
    except ValueError:
        return None
    return read if abs(read) < float("inf") else None


def count(value: object) -> int:
    """A counter's value; what is no number counts as 0."""
    return max(0, int(number(value) or 0))


def said(record: Mapping[str, object], key: str) -> str:
    """A record's value as text; "" where it has none."""
    value = record.get(key)
    return "" if value is None else str(value)


def from_url(url: str) -> tuple[str, str]:
    """Campaign and channel as a page's address names them (utm_campaign, utm_source)."""
    try:
        query = parse_qs(urlsplit(url).query)
    except ValueError:
        return "", ""
    return query.get("utm_campaign", [""])[0], query.get("utm_source", [""])[0]
