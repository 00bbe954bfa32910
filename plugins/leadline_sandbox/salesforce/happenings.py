"""What a person of the demo did, as the records in which Salesforce keeps it.

Page views and most mailings have no place there: of the mailings one in five was written by a
person, and is an e-mail message with the task that Salesforce makes of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from leadline_sandbox.salesforce.deriving import LOST, WON, derive
from leadline_sandbox.salesforce.history import leave_history
from leadline_sandbox.salesforce.instants import kept
from leadline_sandbox.salesforce.records import Record, Values
from leadline_sandbox.salesforce.store import Store
from leadline_sandbox.seed import Act

_PERSONAL = 5  # one mailing in this many
_OPEN_EVERY, _OLD_EVERY, _GROUP_EVERY = 15, 12, 4
_SENT, _READ = "3", "1"
# Activity → the campaign's type, what the member's status then is, and whether all share one.
_CAMPAIGNS = {
    "Webinar registered": ("Webinar", "Registered", ""),
    "Webinar attended": ("Webinar", "Attended", ""),
    "Content downloaded": ("Content", "Downloaded", ""),
    "Form submitted": ("Other", "Responded", ""),
    "Demo requested": ("Other", "Responded", "Demo requests"),
    "Trial started": ("Other", "Responded", "Trials"),
    "Newsletter signup": ("Email", "Responded", "Newsletter"),
}


@dataclass(slots=True)
class Person:
    """Somebody as a lead or a contact. lead: the converted one behind a contact."""

    kind: str
    id: str
    account: str
    email: str
    owner: str
    lead: str = ""


class Happenings:
    """Takes activities in the order of their instants."""

    def __init__(self, store: Store, people: dict[int, Person]) -> None:
        self._store, self._people = store, people
        self._campaigns: dict[str, str] = {}
        self._members: dict[tuple[str, str], Record] = {}
        self._messages: dict[int, Record] = {}
        self._deals: dict[int, Record] = {}
        self._mails = self._meetings = 0
        self._takers: dict[str, Callable[[Act, Person], None]] = {
            "Call": self._call,
            "Meeting held": self._meeting,
            "Email sent": self._mail,
            "Email opened": self._opened,
            "Email bounced": self._bounced,
            "Deal created": self._deal,
            "Deal won": self._close,
            "Deal lost": self._close,
            **dict.fromkeys(_CAMPAIGNS, self._respond),
        }

    def take(self, act: Act) -> None:
        """Keep one activity; what Salesforce has no place for is left out."""
        taker = self._takers.get(act.kind)
        if taker is not None:
            taker(act, self._people[act.contact])

    def finish(self) -> None:
        """Add what the demo does not tell: plans of the sales people, and calls of long ago."""
        today = self._store.clock.now().replace(hour=0, minute=0, second=0)
        for number, person in self._people.items():
            if number % _OPEN_EVERY == 0:
                due = (today + timedelta(days=number % 20)).date().isoformat()
                created = kept(today - timedelta(days=3))
                values = {"Status": "Not Started", "Subject": "Call back", "ActivityDate": due}
                self._task(person, created, {**values, "TaskSubtype": "Task", "Type": "Call"})
            if number % _OLD_EVERY == 0:
                long_ago = kept(today - timedelta(days=400 + number % 200))
                self._task(person, long_ago, _called("Cold call", 4, long_ago))

    def _call(self, act: Act, person: Person) -> None:
        at = _kept(act)
        self._task(person, at, _called(act.name, int(float(act.value or 1)), at))

    def _task(self, person: Person, at: str, values: Values) -> Record:
        made = self._put("Task", at, self._on(person) | {"Priority": "Normal", **values})
        if "TaskRelation" in self._store.schema:
            who = {"TaskId": made.id, "RelationId": person.id, "IsWhat": False}
            self._put("TaskRelation", at, who)
        return made

    def _meeting(self, act: Act, person: Person) -> None:
        at = _kept(act)
        minutes = int(float(act.value or 60))
        values = {
            "Subject": act.name,
            "ActivityDateTime": at,
            "DurationInMinutes": minutes,
            "ShowAs": "Busy",
            "Type": "Meeting",
            "IsChild": False,
        }
        self._meetings += 1
        group = self._meetings % _GROUP_EVERY == 0
        made = self._put("Event", at, self._on(person) | values | {"IsGroupEvent": group})
        who = {"EventId": made.id, "RelationId": person.id, "IsWhat": False, "IsParent": True}
        self._put("EventRelation", at, who)
        if group:
            # Salesforce keeps a copy of the event for every colleague who is invited.
            copy = {"IsChild": True, "IsGroupEvent": True, "OwnerId": self._store.assigned}
            self._put("Event", at, self._on(person) | values | copy)
            invited = {"RelationId": self._store.assigned, "IsInvitee": True, "Status": "Accepted"}
            self._put("EventRelation", at, {"EventId": made.id, "IsWhat": False, **invited})
        before = kept(_instant(act.at) - timedelta(days=1))
        self._message(person, before, f"Re: {act.name}", incoming=True)

    def _mail(self, act: Act, person: Person) -> None:
        self._mails += 1
        if self._mails % _PERSONAL == 0 and person.email:
            at = _kept(act)
            made = self._message(person, at, act.name, incoming=False)
            if made is not None:
                self._messages[act.contact] = made

    def _message(self, person: Person, at: str, subject: str, *, incoming: bool) -> Record | None:
        task = self._task(
            person,
            at,
            {
                "Status": "Completed",
                "Subject": f"Email: {subject}",
                "ActivityDate": at[:10],
                "TaskSubtype": "Email",
                "CompletedDateTime": at,
            },
        )
        if "EmailMessage" not in self._store.schema:
            return None
        ours, theirs = "sales@harbourline.example", person.email or "unknown@post.example"
        sender, receiver = (theirs, ours) if incoming else (ours, theirs)
        made = self._put(
            "EmailMessage",
            at,
            {
                "ActivityId": task.id,
                "Subject": subject,
                "FromAddress": sender,
                "ToAddress": receiver,
                "Incoming": incoming,
                "Status": _READ if incoming else _SENT,
                "MessageDate": at,
                "IsTracked": not incoming,
                "TextBody": "…",
            },
        )
        role = "FromAddress" if incoming else "ToAddress"
        self._put(
            "EmailMessageRelation",
            at,
            {
                "EmailMessageId": made.id,
                "RelationId": person.id,
                "RelationType": role,
                "RelationAddress": theirs,
                "RelationObjectType": person.kind,
            },
        )
        return made

    def _opened(self, act: Act, person: Person) -> None:
        message = self._messages.get(act.contact)
        if message is not None:
            at = _kept(act)
            first = message.values.get("FirstOpenedDate") or at
            seen = {"FirstOpenedDate": first, "LastOpenedDate": at, "IsOpened": True}
            message.values = {**message.values, **seen, "SystemModstamp": at}

    def _bounced(self, act: Act, person: Person) -> None:
        message = self._messages.get(act.contact)
        if message is not None:
            bounced = {"IsBounced": True, "SystemModstamp": _kept(act)}
            message.values = {**message.values, **bounced}

    def _respond(self, act: Act, person: Person) -> None:
        type_, status, name = _CAMPAIGNS[act.kind]
        campaign, at = self._campaign(name or act.name or act.kind, type_, act), _kept(act)
        there = self._members.get((campaign, person.id))
        if there is not None:
            moved = {"Status": status, "LastModifiedDate": at, "SystemModstamp": at}
            there.values = {**there.values, **moved}
            return
        ids = {"LeadId": person.id}
        if person.kind == "Contact":
            ids = {"ContactId": person.id} | ({"LeadId": person.lead} if person.lead else {})
        values = {**ids, "CampaignId": campaign, "Status": status, "FirstRespondedDate": at[:10]}
        self._members[campaign, person.id] = self._put("CampaignMember", at, values)

    def _campaign(self, name: str, type_: str, act: Act) -> str:
        if name not in self._campaigns:
            at = kept(_instant(act.at) - timedelta(days=14))
            values = {"Name": name[:80], "Type": type_, "Status": "In Progress", "IsActive": True}
            owned = {**values, "OwnerId": self._store.rep}
            self._campaigns[name] = self._put("Campaign", at, owned).id
        return self._campaigns[name]

    def _deal(self, act: Act, person: Person) -> None:
        at = _kept(act)
        values = {
            "AccountId": person.account or None,
            "Name": act.name,
            "StageName": "Qualification",
            "Amount": float(act.value) if act.value else None,
            "CloseDate": (date.fromisoformat(at[:10]) + timedelta(days=60)).isoformat(),
            "Type": "New Business",
            "OwnerId": person.owner,
        }
        made = self._put("Opportunity", at, values)
        self._deals[act.contact] = made
        role = {"OpportunityId": made.id, "ContactId": person.id, "IsPrimary": True}
        self._put("OpportunityContactRole", at, {**role, "Role": "Decision Maker"})
        self._stage(made, at)
        if person.lead:
            lead = self._store.table("Lead")[person.lead]
            lead.values = {**lead.values, "ConvertedOpportunityId": made.id}

    def _close(self, act: Act, person: Person) -> None:
        deal = self._deals.get(act.contact)
        if deal is None:
            return
        at = _kept(act)
        moved: Values = {
            "StageName": WON if act.kind == "Deal won" else LOST,
            "CloseDate": at[:10],
            "LastModifiedDate": at,
            "SystemModstamp": at,
        }
        if act.value:
            moved["Amount"] = float(act.value)
        deal.values = {**deal.values, **moved}
        derive("Opportunity", deal.values, at)
        self._stage(deal, at)

    def _stage(self, deal: Record, at: str) -> None:
        leave_history(self._store, "Opportunity", None, deal.values, self._store.rep, at)

    def _on(self, person: Person) -> Values:
        values: Values = {"WhoId": person.id, "OwnerId": person.owner}
        if person.account:
            values["AccountId"] = person.account
        return values

    def _put(self, kind: str, at: str, values: dict[str, Any]) -> Record:
        of = self._store.schema[kind]
        made: Values = {
            "IsDeleted": False,
            "CreatedDate": at,
            "CreatedById": self._store.rep,
            "SystemModstamp": at,
        }
        if "LastModifiedDate" in of.fields:
            made |= {"LastModifiedDate": at, "LastModifiedById": self._store.rep}
        return self._store.put(kind, made | values)


def _called(subject: str, minutes: int, at: str) -> Values:
    return {
        "Status": "Completed",
        "Subject": subject,
        "Type": "Call",
        "TaskSubtype": "Call",
        "CallType": "Outbound",
        "CallDurationInSeconds": minutes * 60,
        "CallDisposition": "Connected",
        "ActivityDate": at[:10],
        "CompletedDateTime": at,
    }


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1_000, UTC)


def _kept(act: Act) -> str:
    return kept(_instant(act.at))
