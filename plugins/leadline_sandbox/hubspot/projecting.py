"""What a contact of the demo did, as the records and feeds in which HubSpot keeps it."""

from __future__ import annotations

from collections.abc import Callable

from leadline_sandbox.hubspot.feeds import Campaign, ContactList, Form
from leadline_sandbox.hubspot.instants import full_iso
from leadline_sandbox.hubspot.kinds import BY_NAME, CONTACTS, DEALS
from leadline_sandbox.hubspot.records import Record
from leadline_sandbox.hubspot.store import Store
from leadline_sandbox.seed import Act

PAGE_VIEW = "e_visited_page"
_CONNECTED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
_MAIL = {
    "Email sent": "SENT",
    "Email opened": "OPEN",
    "Email clicked": "CLICK",
    "Email bounced": "BOUNCE",
}
# Activity → the type of the form behind it; "" keeps the activity's own name for the form.
_FORMS = {
    "Form submitted": ("hubspot", ""),
    "Demo requested": ("hubspot", "Demo request"),
    "Trial started": ("hubspot", "Trial"),
    "Content downloaded": ("hubspot", ""),
    "Webinar registered": ("hubspot", "Webinar registration"),
    "Newsletter signup": ("captured", "Newsletter"),
    "Chat": ("flow", "Website chat"),
    "Blog comment": ("blog_comment", "Blog comments"),
}
_HOUR = 3_600_000
_EVERY = 25  # one opening in this many is a machine's


class Projector:
    """Takes activities in the order of their instants."""

    def __init__(self, store: Store, emails: dict[int, str]) -> None:
        self._store, self._emails = store, emails
        self._mailings: dict[str, Campaign] = {}
        self._forms: dict[str, Form] = {}
        self._lists: dict[str, ContactList] = {}
        self._deals: dict[int, Record] = {}
        self._numbers: dict[str, int] = {}
        self._custom = f"pe{store.options.portal_id}_"
        self._takers: dict[str, Callable[[Act], None]] = {
            "Page view": self._visit,
            "Meeting held": self._meeting,
            "Call": self._call,
            "Deal created": self._deal,
            "Deal won": self._close,
            "Deal lost": self._close,
            "Unsubscribed": self._unsubscribe,
            "Webinar attended": self._event,
            "Social follow": self._event,
            **dict.fromkeys(_MAIL, self._mail),
            **dict.fromkeys(_FORMS, self._submit),
        }

    def take(self, act: Act) -> None:
        """Keep one activity; what HubSpot has no place for is left out."""
        taker = self._takers.get(act.kind)
        if taker is not None:
            taker(act)

    def finish(self) -> None:
        """Put the deals, whose stages are known at the end."""
        for deal in self._deals.values():
            self._store.put(deal)

    def _visit(self, act: Act) -> None:
        self._store.feeds.event(
            PAGE_VIEW,
            act.contact,
            act.at,
            hs_url=act.url,
            hs_title=act.name,
            hs_utm_campaign=act.campaign,
            hs_visit_source=act.channel,
        )

    def _event(self, act: Act) -> None:
        name = self._custom + act.kind.lower().replace(" ", "_")
        self._store.feeds.event(name, act.contact, act.at, name=act.name, url=act.url)
        if act.kind == "Webinar attended":
            self._join("Webinar attendees", act)

    def _mail(self, act: Act) -> None:
        feeds, recipient = self._store.feeds, self._emails[act.contact]
        if not recipient:
            return
        if act.name not in self._mailings:
            self._mailings[act.name] = feeds.mailing(act.name)
        mailing = self._mailings[act.name]
        made = feeds.mailed(_MAIL[act.kind], recipient, act.at, mailing, url=act.url)
        if act.kind == "Email sent":
            feeds.mailed("DELIVERED", recipient, act.at + 2_000, mailing)
        elif act.kind == "Email opened" and made.number % _EVERY == 0:
            feeds.mailed("OPEN", recipient, act.at - 1_000, mailing, filtered=True)

    def _submit(self, act: Act) -> None:
        type_, named = _FORMS[act.kind]
        name = named or (act.name if act.kind == "Form submitted" else "Whitepaper download")
        if name not in self._forms:
            self._forms[name] = self._store.feeds.form(name, type_)
        values = {"email": self._emails[act.contact], "asked_for": act.name}
        kept = {key: value for key, value in values.items() if value}
        self._store.feeds.submit(self._forms[name], act.at, kept, act.url)
        if act.kind == "Newsletter signup":
            self._join("Newsletter", act)

    def _join(self, name: str, act: Act) -> None:
        if name not in self._lists:
            self._lists[name] = self._store.feeds.contact_list(name, act.at)
        self._lists[name].members.setdefault(act.contact, act.at)

    def _unsubscribe(self, act: Act) -> None:
        if recipient := self._emails[act.contact]:
            self._store.feeds.subscription(recipient, act.at)

    def _meeting(self, act: Act) -> None:
        self._engaged(
            "meetings",
            act,
            hs_meeting_title=act.name,
            hs_meeting_outcome="COMPLETED",
            hs_meeting_start_time=full_iso(act.at),
            hs_meeting_end_time=full_iso(act.at + _HOUR),
        )
        before = Act(act.contact, act.kind, act.at - 24 * _HOUR, act.name, "", "", "", "")
        self._engaged(
            "emails",
            before,
            hs_email_subject=f"Re: {act.name}",
            hs_email_direction="INCOMING_EMAIL",
            hs_email_status="SENT",
        )

    def _call(self, act: Act) -> None:
        self._engaged(
            "calls",
            act,
            hs_call_title=act.name,
            hs_call_direction="OUTBOUND",
            hs_call_duration=str(60_000 + act.at % 600_000),
            hs_call_disposition=_CONNECTED,
            hs_call_status="COMPLETED",
        )

    def _engaged(self, kind: str, act: Act, **values: str) -> None:
        of = BY_NAME[kind]
        record = Record(
            of,
            self._number(kind),
            {"hs_timestamp": full_iso(act.at), **values},
            act.at,
            act.at + 60_000,
        )
        self._store.put(record)
        self._store.links.add(of, record.number, CONTACTS, act.contact)

    def _deal(self, act: Act) -> None:
        values = {
            "dealname": act.name,
            "dealstage": "appointmentscheduled",
            "pipeline": "default",
            "hs_is_closed": "false",
            "hs_is_closed_won": "false",
            "amount": act.value,
        }
        record = Record(
            DEALS,
            self._number("deals"),
            {name: value for name, value in values.items() if value},
            act.at,
            act.at,
        )
        self._deals[act.contact] = record
        self._store.links.add(DEALS, record.number, CONTACTS, act.contact)

    def _close(self, act: Act) -> None:
        deal, won = self._deals.get(act.contact), act.kind == "Deal won"
        if deal is None:
            return
        moved = {
            "dealstage": "closedwon" if won else "closedlost",
            "closedate": full_iso(act.at),
            "hs_is_closed": "true",
            "hs_is_closed_won": str(won).lower(),
        }
        if act.value:
            moved["amount"] = act.value
        deal.values, deal.modified = {**deal.values, **moved}, act.at

    def _number(self, kind: str) -> int:
        self._numbers[kind] = self._numbers.get(kind, BY_NAME[kind].first_id - 1) + 1
        return self._numbers[kind]
