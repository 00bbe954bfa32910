"""What the platform itself works out of a record's values whenever the record is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from leadline_sandbox.salesforce.instants import kept
from leadline_sandbox.salesforce.records import Values

CLOSED_TASK = "Completed"
WON, LOST = "Closed Won", "Closed Lost"
_PROBABILITY = {"Prospecting": 10, "Qualification": 30, "Proposal": 60, WON: 100, LOST: 0}
_RESPONSES = frozenset({"Responded", "Registered", "Attended", "Downloaded"})


def derive(kind: str, values: Values, now: str) -> None:
    """Fill in the fields that follow from others, in place. now: the instant of the write."""
    rule = _RULES.get(kind)
    if rule is not None:
        rule(values, now)


def archived(kind: str, values: Values, before: str) -> bool:
    """Whether an activity is in the archive. before: the first day that is not, 2026-01-31."""
    if kind == "Event":
        ended = values.get("EndDateTime") or values.get("ActivityDate") or ""
        return bool(ended) and ended[:10] < before
    if not values.get("IsClosed"):
        return False
    day: str = values.get("ActivityDate") or values["CreatedDate"][:10]
    return day < before


def _person(values: Values, now: str) -> None:
    names = (values.get("FirstName"), values.get("LastName"))
    values["Name"] = " ".join(filter(None, names))


def _contact(values: Values, now: str) -> None:
    _person(values, now)
    values["IsEmailBounced"] = bool(values.get("EmailBouncedReason"))


def _account(values: Values, now: str) -> None:
    if values.get("IsPersonAccount"):
        _person(values, now)


def _task(values: Values, now: str) -> None:
    closed = values.get("Status") == CLOSED_TASK
    values["IsClosed"] = closed
    values["IsHighPriority"] = values.get("Priority") == "High"
    values.setdefault("TaskSubtype", "Task")
    if not closed:
        values.pop("CompletedDateTime", None)
    elif not values.get("CompletedDateTime"):
        values["CompletedDateTime"] = now
    _activity(values)


def _event(values: Values, now: str) -> None:
    values.setdefault("EventSubtype", "Event")
    if values.get("IsAllDayEvent"):
        day = values.get("ActivityDate") or str(values.get("ActivityDateTime") or now)[:10]
        values["ActivityDate"] = day
        last = date.fromisoformat(day) + timedelta(
            days=max(values.get("DurationInMinutes") or 1_440, 1) // 1_441
        )
        values["EndDate"] = last.isoformat()
        values["ActivityDateTime"] = values["StartDateTime"] = None
        values["EndDateTime"] = None
    else:
        _timed(values)
    _activity(values)


def _timed(values: Values) -> None:
    start = values.get("ActivityDateTime") or values.get("StartDateTime")
    if not start:
        return
    minutes = values.get("DurationInMinutes")
    if minutes is None and values.get("EndDateTime"):
        length = datetime.fromisoformat(values["EndDateTime"]) - datetime.fromisoformat(start)
        minutes = int(length.total_seconds() // 60)
    end = datetime.fromisoformat(start) + timedelta(minutes=minutes or 0)
    values["ActivityDateTime"] = values["StartDateTime"] = start
    values["DurationInMinutes"], values["EndDateTime"] = minutes or 0, kept(end)
    values["ActivityDate"], values["EndDate"] = start[:10], values["EndDateTime"][:10]


def _activity(values: Values) -> None:
    values["WhoCount"] = 1 if values.get("WhoId") else 0


def _opportunity(values: Values, now: str) -> None:
    stage = values.get("StageName")
    values["IsClosed"], values["IsWon"] = stage in (WON, LOST), stage == WON
    values["Probability"] = _PROBABILITY.get(str(stage), 0)


def _member(values: Values, now: str) -> None:
    responded = values.get("Status") in _RESPONSES
    values["HasResponded"] = responded
    if responded and not values.get("FirstRespondedDate"):
        values["FirstRespondedDate"] = now[:10]
    values["LeadOrContactId"] = values.get("ContactId") or values.get("LeadId")
    values["Type"] = "Contact" if values.get("ContactId") else "Lead"


def _message(values: Values, now: str) -> None:
    values.setdefault("MessageDate", now)
    values["IsOpened"] = bool(values.get("FirstOpenedDate"))


_RULES: dict[str, Callable[[Values, str], None]] = {
    "Lead": _person,
    "Contact": _contact,
    "User": _person,
    "Account": _account,
    "Task": _task,
    "Event": _event,
    "Opportunity": _opportunity,
    "CampaignMember": _member,
    "EmailMessage": _message,
}
