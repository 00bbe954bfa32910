"""E-mails of the org's own: those sent and answered one by one, their opens and their bounces.

Only who, when and the subject are read, never what an e-mail says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leadline.connecting.activities import Activity, gone
from leadline.connecting.feeds import Cursor, Feed, Page
from leadline_salesforce.activities.family import Family, Litter
from leadline_salesforce.activities.feeds import Pull, seen
from leadline_salesforce.activities.lookup import by_ids
from leadline_salesforce.activities.scan import Scan
from leadline_salesforce.activities.tasks import Tasks
from leadline_salesforce.values import Row, instant, ms, person, said, true

_NEEDED = ("Id", "Incoming", "MessageDate", "ActivityId", "IsDeleted", "SystemModstamp")
_FIELDS = (*_NEEDED, "Status", "Subject", "IsBounced", "FirstOpenedDate")
_PERSON = ("Id", "EmailMessageId", "RelationId", "RelationType")
_RELATION = (*_PERSON, "IsDeleted", "SystemModstamp")

_DRAFT = "5"
_FROM = "FromAddress"


class Emails:
    """The feed of e-mails. One that is also logged as a task counts once, here."""

    name = "emails"

    def __init__(self, pull: Pull) -> None:
        self._pull = pull
        self._tasks = Tasks(pull)

    def probe(self) -> Feed:
        """The feed, on where the user sees the e-mails and who is in them."""
        types = frozenset({"email_sent", "email_reply"})
        if self._pull.fields("EmailMessage", ["FirstOpenedDate"]):
            types |= {"email_open"}
        if self._pull.fields("EmailMessage", ["IsBounced"]):
            types |= {"email_bounce"}
        needs = {"EmailMessage": _NEEDED, "EmailMessageRelation": _PERSON}
        return seen(self._pull, self.name, types, needs)

    def read(self, cursor: Cursor) -> Iterator[Page]:
        """E-mails that changed: one activity for each of their people, and one for its open."""
        family = Family(
            Scan("EmailMessage", self._pull.fields("EmailMessage", _FIELDS)),
            Scan("EmailMessageRelation", self._pull.fields("EmailMessageRelation", _RELATION)),
            "EmailMessageId",
        )
        for litter in family.run(self._pull, cursor):
            yield Page(self._rows(litter), litter.cursor)

    def _rows(self, litter: Litter) -> list[Activity]:
        rows = self._of_tasks(litter.parents)
        alone = [email for email in litter.parents if not _people(email, litter)]
        logged = self._logged([said(email, "ActivityId") for email in alone])
        for email in litter.parents:
            task = logged.get(said(email, "ActivityId"), {})
            who = "" if _people(email, litter) else person(task, "WhoId")
            rows += self._of(email, litter.children.get(said(email, "Id"), ()), who)
        return rows

    def _of_tasks(self, emails: Sequence[Row]) -> list[Activity]:
        """The tasks that e-mails are logged as: they count once more when the e-mail is deleted."""
        if "tasks" not in self._pull.on:
            return []
        freed = [said(email, "ActivityId") for email in emails if true(email, "IsDeleted")]
        taken = [said(email, "ActivityId") for email in emails if not true(email, "IsDeleted")]
        return [*self._tasks.of(freed), *self._tasks.gone(taken)]

    def _logged(self, tasks: Sequence[str]) -> dict[str, Row]:
        """The tasks of e-mails that name nobody: the person stands there."""
        ids = [each for each in tasks if each]
        if not self._pull.fields("Task", ["WhoId"]):
            return {}
        found = by_ids(self._pull, "Task", ("Id", "WhoId", "IsDeleted"), "Id", ids)
        return {said(row, "Id"): row for row in found if not true(row, "IsDeleted")}

    def _of(self, email: Row, relations: Sequence[Row], who: str) -> list[Activity]:
        """The rows of one e-mail: an id for each relation, and its own for the task's person."""
        key, incoming = f"email:{said(email, 'Id')}", true(email, "Incoming")
        ids = {key: who}
        ids |= {f"{key}:{said(each, 'Id')}": _who(each, incoming) for each in relations}
        opened = None if incoming else instant(email, "FirstOpenedDate")
        if len(set(ids.values()) - {""}) > 1:
            opened = None  # of several who got it nobody knows which one opened it
        at, subject = instant(email, "MessageDate"), said(email, "Subject")
        counted = not true(email, "IsDeleted") and said(email, "Status") != _DRAFT
        rows: list[Activity] = []
        taken = {""} if counted and at else set(ids.values())
        for each, person_id in ids.items():
            there = person_id not in taken
            taken.add(person_id)
            for activity_id, type_, moment in (
                (each, _type(email), at),
                (f"{each}:open", "email_open", opened),
            ):
                if there and moment:
                    rows.append(Activity(activity_id, person_id, type_, ms(moment), name=subject))
                else:
                    rows.append(gone(activity_id))
        return rows


def _type(email: Row) -> str:
    if true(email, "Incoming"):
        return "email_reply"
    return "email_bounce" if true(email, "IsBounced") else "email_sent"


def _who(relation: Row, incoming: bool) -> str:
    """The lead or contact who wrote it or got it: on a reply, those it was sent to did nothing."""
    wrote = said(relation, "RelationType") == _FROM
    if true(relation, "IsDeleted") or wrote != incoming:
        return ""
    return person(relation, "RelationId")


def _people(email: Row, litter: Litter) -> bool:
    """True where the e-mail itself names a lead or contact."""
    relations = litter.children.get(said(email, "Id"), ())
    return any(person(each, "RelationId") for each in relations if not true(each, "IsDeleted"))
