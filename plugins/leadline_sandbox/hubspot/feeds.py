"""The feeds beside the CRM's records: events, e-mail events, forms, lists and subscriptions."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


class Timeline(Generic[T]):
    """Entries by instant (milliseconds), the oldest first; ties stay in the order they came."""

    def __init__(self) -> None:
        self._instants: list[int] = []
        self._entries: list[T] = []

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, at: int, entry: T) -> None:
        """Put an entry in its place; a late one goes between the others."""
        if not self._instants or at >= self._instants[-1]:
            self._instants.append(at)
            self._entries.append(entry)
        else:
            place = bisect_right(self._instants, at)
            self._instants.insert(place, at)
            self._entries.insert(place, entry)

    def between(self, start: int | None, end: int | None) -> list[T]:
        """The entries from `start` to `end`, both of them included."""
        first = 0 if start is None else bisect_left(self._instants, start)
        last = len(self._instants) if end is None else bisect_right(self._instants, end)
        return self._entries[first:last]


@dataclass(frozen=True, slots=True)
class Event:
    """A behavioural event of a contact, such as a page view."""

    number: int
    type: str
    contact: int
    at: int
    properties: dict[str, str]


@dataclass(frozen=True, slots=True)
class MailEvent:
    """What happened to one marketing e-mail sent to one address."""

    number: int
    type: str
    recipient: str
    at: int
    campaign: int
    url: str = ""
    filtered: bool = False  # a machine opened it, or somebody of the sender's own office

    @property
    def id(self) -> str:
        """The id as the API writes it; unique only together with the instant."""
        return f"e{self.number:08x}-0000-4000-8000-{self.number:012x}"


@dataclass(slots=True)
class Campaign:
    """A mailing."""

    number: int
    name: str
    subject: str


@dataclass(slots=True)
class Form:
    """A form and what was sent with it."""

    guid: str
    name: str
    type: str = "hubspot"
    created: int = 1_704_067_200_000
    archived: bool = False
    submissions: Timeline[Submission] = field(default_factory=Timeline)


@dataclass(frozen=True, slots=True)
class Submission:
    """A form that somebody sent; it names no contact, at best an e-mail address."""

    number: int
    at: int
    values: dict[str, str]
    url: str

    @property
    def id(self) -> str:
        """The conversion id."""
        return f"5b000000-0000-4000-8000-{self.number:012x}"


@dataclass(slots=True)
class ContactList:
    """A list of contacts: contact → the instant it joined."""

    number: int
    name: str
    created: int
    members: dict[int, int] = field(default_factory=dict)
    processing: str = "MANUAL"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of what an address has subscribed to."""

    recipient: str
    at: int
    change: str  # "SUBSCRIBED" or "UNSUBSCRIBED"
    subscription: int | None = None  # None: all of them
    source: str = "SOURCE_RECIPIENT"


class Feeds:
    """All feeds of a portal."""

    def __init__(self) -> None:
        self.events: dict[str, Timeline[Event]] = {}
        self.mail: Timeline[MailEvent] = Timeline()
        self.campaigns: dict[int, Campaign] = {}
        self.forms: dict[str, Form] = {}
        self.lists: dict[int, ContactList] = {}
        self.changes: Timeline[Change] = Timeline()
        self._numbers = 0

    def event(self, type_: str, contact: int | str, at: int, **properties: str) -> Event:
        """A behavioural event; `at` in milliseconds."""
        made = Event(self._next(), type_, int(contact), at, properties)
        self.events.setdefault(type_, Timeline()).add(at, made)
        return made

    def mailing(self, name: str, subject: str = "") -> Campaign:
        """A mailing to send."""
        made = Campaign(60_000_001 + len(self.campaigns), name, subject or name)
        self.campaigns[made.number] = made
        return made

    def mailed(
        self,
        type_: str,
        recipient: str,
        at: int,
        campaign: Campaign | int,
        *,
        url: str = "",
        filtered: bool = False,
    ) -> MailEvent:
        """Something that happened to an e-mail: SENT, OPEN, CLICK, BOUNCE …"""
        number = campaign if isinstance(campaign, int) else campaign.number
        made = MailEvent(self._next(), type_, recipient, at, number, url, filtered)
        self.mail.add(at, made)
        return made

    def form(self, name: str, type_: str = "hubspot") -> Form:
        """A form. type: hubspot, captured, flow or blog_comment."""
        number = len(self.forms) + 1
        made = Form(f"f0000000-0000-4000-8000-{number:012x}", name, type_)
        self.forms[made.guid] = made
        return made

    def submit(self, form: Form, at: int, values: dict[str, str], url: str = "") -> Submission:
        """A form that somebody sent."""
        made = Submission(self._next(), at, values, url)
        form.submissions.add(at, made)
        return made

    def contact_list(self, name: str, created: int) -> ContactList:
        """A list with nobody in it yet."""
        made = ContactList(len(self.lists) + 1, name, created)
        self.lists[made.number] = made
        return made

    def subscription(
        self, recipient: str, at: int, change: str = "UNSUBSCRIBED", subscription: int | None = None
    ) -> Change:
        """Somebody subscribed or unsubscribed."""
        made = Change(recipient, at, change, subscription)
        self.changes.add(at, made)
        return made

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers
