"""Tasks that are done: calls, e-mails that are logged, and whatever else sales ticks off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from leadline.connecting.activities import Activity, gone
from leadline.connecting.feeds import Cursor, Feed, Page
from leadline_salesforce.activities.family import Family, Litter
from leadline_salesforce.activities.feeds import Pull, seen
from leadline_salesforce.activities.lookup import by_ids
from leadline_salesforce.activities.scan import Scan
from leadline_salesforce.values import Row, instant, midday, ms, person, said, told, true

_NEEDED = ("Id", "WhoId", "IsClosed", "IsDeleted", "CreatedDate", "SystemModstamp")
_TOLD = {
    "Type": "kind",
    "TaskSubtype": "subtype",
    "CallType": "direction",
    "CallDurationInSeconds": "duration_s",
    "CallDisposition": "disposition",
}
_FIELDS = (*_NEEDED, "CompletedDateTime", "ActivityDate", "Subject", *_TOLD)
_RELATION = ("Id", "TaskId", "RelationId", "IsDeleted", "SystemModstamp")


class Tasks:
    """The feed of closed tasks. An open one is what sales intends, not what the lead did."""

    name = "tasks"

    def __init__(self, pull: Pull) -> None:
        self._pull = pull

    def probe(self) -> Feed:
        """The feed, on where the user sees tasks."""
        types = frozenset({"call", "email_sent", "custom:task"})
        types |= self._pull.names.among(self._pull.types_of_tasks)
        return seen(self._pull, self.name, types, {"Task": _NEEDED})

    def read(self, cursor: Cursor) -> Iterator[Page]:
        """Tasks that changed, one activity for each of their people."""
        for litter in self._family.run(self._pull, cursor):
            yield Page(self._rows(litter), litter.cursor)

    def of(self, tasks: Iterable[str]) -> list[Activity]:
        """The activities of some tasks as they are now, changed or not."""
        return self._rows(self._family.of(self._pull, tasks))

    def gone(self, tasks: Iterable[str]) -> list[Activity]:
        """The word that these tasks are no activities of anybody."""
        return [
            gone(activity_id)
            for task, relations in self._family.under(self._pull, tasks).items()
            for activity_id in (
                f"task:{task}",
                *(f"task:{task}:{said(r, 'Id')}" for r in relations),
            )
        ]

    @property
    def _family(self) -> Family:
        """Tasks with whom they are shared, where the org shares activities."""
        return Family(
            Scan("Task", self._pull.fields("Task", _FIELDS)),
            Scan("TaskRelation", self._pull.fields("TaskRelation", _RELATION)),
            "TaskId",
            bool(self._pull.fields("TaskRelation", ["Id"])),
        )

    def _rows(self, litter: Litter) -> list[Activity]:
        twice = self._emails([said(task, "Id") for task in litter.parents])
        rows: list[Activity] = []
        for task in litter.parents:
            counted = true(task, "IsClosed") and said(task, "Id") not in twice
            rows += of_people("task", task, litter.children, self._of(task) if counted else None)
        return rows

    def _emails(self, tasks: Sequence[str]) -> set[str]:
        """Those of the tasks that stand for an e-mail which is there itself: it counts once."""
        if "emails" not in self._pull.on:
            return set()
        fields = ("Id", "ActivityId")
        found = by_ids(self._pull, "EmailMessage", fields, "ActivityId", tasks, deleted=False)
        return {said(row, "ActivityId") for row in found}

    def _of(self, task: Row) -> Activity:
        names, kind, subtype = self._pull.names, said(task, "Type"), said(task, "TaskSubtype")
        default = {"Call": "call", "Email": "email_sent", "ListEmail": "email_sent"}.get(subtype)
        at, dated_by = self._at(task)
        return Activity(
            "",
            "",
            names.of(default or "custom:task", kind, subtype),
            ms(at),
            name=said(task, "Subject"),
            properties={**told(task, _TOLD), "dated_by": dated_by},
        )

    def _at(self, task: Row) -> tuple[datetime | None, str]:
        """When the task was done, and the field that says so.

        The due date may lie ahead of a task that was closed early: it is not when that was.
        """
        if done := instant(task, "CompletedDateTime"):
            return done, "CompletedDateTime"
        due = midday(task, "ActivityDate", self._pull.source.time_zone)
        changed = instant(task, "SystemModstamp")
        if due and changed and due.date() <= changed.date():
            return min(due, changed), "ActivityDate"
        return instant(task, "CreatedDate"), "CreatedDate"


def of_people(
    word: str, record: Row, relations: Mapping[str, Sequence[Row]], activity: Activity | None
) -> list[Activity]:
    """The activity for each person of a task or event; the word that it is gone for all others.

    The first person is in WhoId and has the record's own id; a further one has the relation's
    behind it. So an activity keeps its id when its person is converted or merged. activity: what
    it is for each of them, without ids; None for a record that does not count.
    """
    key, first = f"{word}:{said(record, 'Id')}", person(record, "WhoId")
    ids, taken = {key: first}, {first}
    for relation in relations.get(said(record, "Id"), ()):
        who, there = person(relation, "RelationId"), not true(relation, "IsDeleted")
        declined = said(relation, "Status") == "Declined"
        if who == first and there and declined:
            ids[key] = ""
        counted = there and not declined and who not in taken
        ids[f"{key}:{said(relation, 'Id')}"] = who if counted else ""
        taken |= {who} if counted else set()
    if activity is None or true(record, "IsDeleted"):
        return [gone(each) for each in ids]
    return [
        replace(activity, activity_id=each, contact_id=who) if who else gone(each)
        for each, who in ids.items()
    ]
