"""Calls, one-to-one emails, meetings, notes, tasks and messages: what sales logs on a contact."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from leadline.connecting.activities import Activity, gone
from leadline.connecting.feeds import Cursor, Feed, Page
from leadline.connecting.type_names import TypeNames
from leadline_hubspot import paths
from leadline_hubspot.activities.associations import contacts_of
from leadline_hubspot.activities.feeds import DAY, Pull, tried
from leadline_hubspot.activities.memory import Memory
from leadline_hubspot.activities.scan import Chunk, Record, Scan
from leadline_hubspot.activities.values import said
from leadline_hubspot.instants import instant

# A contact that is associated later does not change the engagement.
_LOOK_BACK = 7 * DAY

Properties = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of engagement reads.

    types: the activity types that it can bring. type_of: an engagement's type, "" for one that is
    no activity. told: property → the name that it has in an activity's `properties`.
    """

    kind: str
    types: frozenset[str]
    type_of: Callable[[TypeNames, Properties], str]
    name: str = ""
    channel: str = ""
    at: tuple[str, ...] = ("hs_timestamp",)
    told: Mapping[str, str] | None = None

    @property
    def one(self) -> str:
        """The word for one of them, which its ids start with."""
        return self.kind.removesuffix("s")

    @property
    def properties(self) -> list[str]:
        """What is read of each engagement."""
        read = ["hs_timestamp", *self.at, self.name, self.channel, *(self.told or {})]
        return list(dict.fromkeys(name for name in read if name))


def _call(names: TypeNames, said_of: Properties) -> str:
    return names.of("call", said(said_of, "hs_activity_type"))


def _email(names: TypeNames, said_of: Properties) -> str:
    direction, status = said(said_of, "hs_email_direction"), said(said_of, "hs_email_status")
    if direction == "INCOMING_EMAIL":
        return "email_reply"
    if direction == "FORWARDED_EMAIL":  # logged by hand: nobody can tell which way it went
        return "custom:email_logged"
    if status in ("FAILED", "SCHEDULED", "SENDING"):
        return ""
    return "email_bounce" if status == "BOUNCED" else "email_sent"


def _meeting(names: TypeNames, said_of: Properties) -> str:
    outcome = said(said_of, "hs_meeting_outcome").upper()
    if outcome in ("CANCELED", "CANCELLED", "NO_SHOW", "NO SHOW", "RESCHEDULED"):
        return f"custom:meeting_{outcome.lower().replace(' ', '_').replace('ll', 'l')}"
    return names.of("meeting", said(said_of, "hs_activity_type"))


def _task(names: TypeNames, said_of: Properties) -> str:
    done = said(said_of, "hs_task_status") == "COMPLETED"
    return names.of("custom:task", said(said_of, "hs_task_type")) if done else ""


def _message(names: TypeNames, said_of: Properties) -> str:
    return names.of("chat", said(said_of, "hs_communication_channel_type"))


KINDS = (
    Kind(
        "calls",
        frozenset({"call"}),
        _call,
        name="hs_call_title",
        told={
            "hs_call_direction": "direction",
            "hs_call_duration": "duration_ms",
            "hs_call_disposition": "disposition",
            "hs_activity_type": "kind",
        },
    ),
    Kind(
        "emails",
        frozenset({"email_sent", "email_reply", "email_bounce", "custom:email_logged"}),
        _email,
        name="hs_email_subject",
        told={"hs_email_direction": "direction", "hs_email_status": "status"},
    ),
    Kind(
        "meetings",
        frozenset(
            {
                "meeting",
                *(f"custom:meeting_{end}" for end in ("canceled", "no_show", "rescheduled")),
            }
        ),
        _meeting,
        name="hs_meeting_title",
        told={"hs_meeting_outcome": "outcome", "hs_activity_type": "kind"},
    ),
    Kind("notes", frozenset({"custom:note"}), lambda names, _: names.of("custom:note", "note")),
    Kind(
        "tasks",
        frozenset({"custom:task"}),
        _task,
        name="hs_task_subject",
        # A task's own time is when it is due.
        at=("hs_task_completion_date", "hs_lastmodifieddate"),
        told={"hs_task_status": "status", "hs_task_type": "kind"},
    ),
    Kind(
        "communications",
        frozenset({"chat"}),
        _message,
        channel="hs_communication_channel_type",
    ),
)


class Engagements:
    """The feed of one kind of engagement."""

    def __init__(self, pull: Pull, kind: Kind) -> None:
        self._pull, self._kind = pull, kind
        self._scan = Scan(kind.kind, kind.properties, look_back=_LOOK_BACK)

    @property
    def name(self) -> str:
        return self._kind.kind

    def probe(self) -> Feed:
        """One record says whether the account lets them be read."""
        api, kind = self._pull.api, self._kind.kind
        return tried(
            kind,
            self._kind.types,
            lambda: api.get(paths.OBJECTS, [("limit", "1")], kind=kind),
        )

    def read(self, memory: Memory, cursor: Cursor) -> Iterator[Page]:
        """Engagements that changed, one activity for each of their contacts."""
        for chunk in self._scan.run(self._pull, cursor):
            yield Page(self._rows(memory, chunk), chunk.cursor)

    def _rows(self, memory: Memory, chunk: Chunk) -> list[Activity]:
        one = self._kind.one
        contacts: dict[str, set[str]] = {str(record["id"]): set() for record in chunk.records}
        if not chunk.archived and contacts:
            contacts |= contacts_of(self._pull.api, self._kind.kind, list(contacts))
        lost = memory.relink({f"{one}:{key}": those for key, those in contacts.items()})
        rows = [gone(f"{thing}:{contact}") for thing, those in lost.items() for contact in those]
        for record in chunk.records:
            rows += self.of(record, contacts[str(record["id"])])
        return rows

    def of(self, record: Record, contacts: set[str]) -> list[Activity]:
        """One engagement's activities, of these of its contacts."""
        kind, properties = self._kind, record.get("properties") or {}
        type_ = kind.type_of(self._pull.names, properties)
        at = next((moment for name in kind.at if (moment := instant(properties.get(name)))), None)
        ids = {contact: f"{kind.one}:{record['id']}:{contact}" for contact in sorted(contacts)}
        if not type_ or at is None:
            return [gone(activity_id) for activity_id in ids.values()]
        told = {
            word: said(properties, name)
            for name, word in (kind.told or {}).items()
            if said(properties, name)
        }
        return [
            Activity(
                activity_id,
                contact,
                type_,
                at,
                name=said(properties, kind.name) if kind.name else "",
                channel=said(properties, kind.channel).lower() if kind.channel else "",
                properties=told,
            )
            for contact, activity_id in ids.items()
        ]
