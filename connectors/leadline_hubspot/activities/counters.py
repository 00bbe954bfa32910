"""Counters on the contact, for what the account does not tell one by one.

A counter that rose from 3 to 5 since it was last seen is two activities, the 4th and the 5th, both
dated by the counter's own "last" date and marked as counted. Seen for the first time it is one, the
last: when the others happened nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from leadline.connecting.activities import Activity, gone
from leadline_hubspot.activities.memory import Seen
from leadline_hubspot.activities.values import count, from_url, said
from leadline_hubspot.instants import instant


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter. instead_of: the feed that tells the same one by one, where it is on."""

    type: str
    property: str
    last: str
    instead_of: str
    name: str = ""
    url: str = ""


# The first four are looked for by their own dates, too: a search has room for no more.
COUNTERS = (
    Counter(
        "page_view",
        "hs_analytics_num_page_views",
        "hs_analytics_last_timestamp",
        "events",
        url="hs_analytics_last_url",
    ),
    Counter(
        "form_submit",
        "num_conversion_events",
        "recent_conversion_date",
        "forms",
        name="recent_conversion_event_name",
    ),
    Counter("email_open", "hs_email_open", "hs_email_last_open_date", "marketing_emails"),
    Counter("email_click", "hs_email_click", "hs_email_last_click_date", "marketing_emails"),
    Counter("email_sent", "hs_email_delivered", "hs_email_last_send_date", "marketing_emails"),
    Counter("email_reply", "hs_email_replied", "hs_email_last_reply_date", "marketing_emails"),
)


def usable(off: Iterable[str], defined: Iterable[str]) -> tuple[Counter, ...]:
    """The counters to read: their feed is off, and the account has the properties."""
    off, defined = set(off), set(defined)
    return tuple(
        each
        for each in COUNTERS
        if each.instead_of in off and {each.property, each.last} <= defined
    )


def properties_of(counters: Iterable[Counter]) -> list[str]:
    """What is to be read of a contact."""
    return [
        name
        for each in counters
        for name in (each.property, each.last, each.name, each.url)
        if name
    ]


def look(
    counters: Iterable[Counter], properties: Mapping[str, object], before: Seen | None
) -> dict[str, str]:
    """What to remember of each counter: the first activity that was made of it, and its value."""
    found = {}
    for each in counters:
        now = count(properties.get(each.property))
        first, _ = _remembered(each, before) or (max(now, 1), 0)
        found[each.property] = f"{min(first, max(now, 1))} {now}"
    return found


def _remembered(counter: Counter, before: Seen | None) -> tuple[int, int] | None:
    """The first number and the value; None for a counter that was not looked at."""
    text = (before or {}).get(counter.property)
    if text is None:
        return None
    first, value = text.split()
    return int(first), int(value)


def withdrawn(counters: Iterable[Counter], contact_id: str, before: Seen | None) -> list[Activity]:
    """What was counted of a feed that tells one by one now: it would count twice."""
    kept = {each.property for each in counters}
    return [
        gone(_id(each, contact_id, number))
        for each in COUNTERS
        if each.property not in kept and (known := _remembered(each, before))
        for number in range(known[0], known[1] + 1)
    ]


def _id(counter: Counter, contact_id: str, number: int) -> str:
    return f"counted:{counter.type}:{contact_id}:{number}"


def counted(
    counters: Iterable[Counter],
    contact_id: str,
    properties: Mapping[str, object],
    before: Seen | None,
    *,
    whole: bool,
) -> Iterator[Activity]:
    """What happened since. before: None for a contact never seen. whole: name the last one anyway.

    The number of an activity is in its id, so that it is the same however often it is made. A
    counter that fell (a merge, a clean-up) yields none.
    """
    for each in counters:
        now, at = count(properties.get(each.property)), instant(properties.get(each.last))
        if not now or at is None:
            continue
        known = _remembered(each, before)
        since = now - 1 if known is None else known[1]
        if whole:
            since = min(since, now - 1)
        url = said(properties, each.url) if each.url else ""
        campaign, channel = from_url(url)
        for number in range(since + 1, now + 1):
            yield Activity(
                _id(each, contact_id, number),
                contact_id,
                each.type,
                at,
                name=said(properties, each.name) if each.name else "",
                url=url,
                campaign=campaign,
                channel=channel,
                properties={"counted": "true"},
            )
