"""Form submissions: newest first, without a date filter, known by the address that was typed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leadline.batches import Reject
from leadline.connecting.activities import Activity
from leadline.connecting.feeds import Cursor, Feed, Page
from leadline_hubspot import paths
from leadline_hubspot.activities.feeds import MINUTE, Pull, tried
from leadline_hubspot.activities.memory import Memory
from leadline_hubspot.activities.owners import owned
from leadline_hubspot.activities.values import from_url, said
from leadline_hubspot.api import Forbidden, Refused, next_after, rows_of
from leadline_hubspot.instants import instant

# Without naming them HubSpot lists only its own forms.
_KINDS = ("hubspot", "captured", "flow")
_PAGE, _FORMS_PAGE = 50, 100
# A submission may show up later than one of another form that was read before it.
_LATE = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class _Form:
    id: str
    name: str


class Forms:
    """The feed of form submissions. What was typed in is not kept, but for the address."""

    name = "forms"

    def __init__(self, pull: Pull) -> None:
        self._pull = pull
        self._forms: dict[str, _Form] = {}

    def probe(self) -> Feed:
        """The list of forms, which is needed anyhow."""
        feed = tried(self.name, frozenset({"form_submit"}), self._list)
        known = [word for form in self._forms.values() for word in (form.id, form.name)]
        mapped = self._pull.names.among(known)
        return Feed(feed.name, feed.on, feed.types | mapped, feed.why)

    def _list(self) -> None:
        for archived in (False, True):
            start: str | None = None
            while True:
                query = [
                    ("formTypes", _KINDS),
                    ("limit", _FORMS_PAGE),
                    ("after", start),
                    ("archived", archived or None),
                ]
                page = self._pull.api.get(paths.FORMS, query)
                for form in rows_of(page):
                    known = _Form(str(form["id"]), said(form, "name"))
                    self._forms.setdefault(known.id, known)
                start = next_after(page)
                if start is None:
                    break

    def read(self, memory: Memory, cursor: Cursor) -> Iterator[Page]:
        """Form after form, back to where the last whole round began.

        A cursor: `since`, `top`, the newest seen, and `refused`, forms that could not be read with
        where they go on; while a round is under way also `begun`, `form` and `after`. Forms are
        taken in the order of their ids.
        """
        at: dict[str, Any] = {"since": 0, "top": 0, "refused": {}, "begun": self._pull.started}
        at |= cursor
        for form in sorted(self._forms.values(), key=lambda form: form.id):
            if form.id < at.get("form", ""):
                continue
            if form.id != at.get("form"):
                at |= {"form": form.id, "after": None}
            yield from self._submissions(memory, form, at)
        done = self._pull.caught_up(at, int(at["begun"]), _LATE)
        yield Page([], {**done, "refused": at["refused"]})

    def _submissions(self, memory: Memory, form: _Form, at: dict[str, Any]) -> Iterator[Page]:
        """The submissions of one form; moves `at` along."""
        since = at["refused"].get(form.id, at["since"])
        while True:
            query = [("limit", _PAGE), ("after", at["after"])]
            try:
                page = self._pull.api.get(paths.SUBMISSIONS, query, id=form.id)
            except Forbidden:
                raise
            except Refused as refused:
                # Such as a form that was just deleted: the others go on, and it is tried again.
                at["refused"] = {**at["refused"], form.id: since}
                reject = Reject(f"form {form.name or form.id}", str(refused))
                yield Page([], dict(at, after=None, form=f"{form.id} "), [reject])
                return
            found = rows_of(page)
            start = next_after(page)
            new = [each for each in found if (instant(each.get("submittedAt")) or 0) >= since]
            at["after"] = start
            made = [self._of(form, each) for each in new]
            at["top"] = max([at["top"], *(row.at or 0 for _, row in made)])
            rows = owned(memory, made)
            if start is None or len(new) < len(found):
                at["refused"] = {key: old for key, old in at["refused"].items() if key != form.id}
                yield Page(rows, dict(at, after=None, form=f"{form.id} "))
                return
            yield Page(rows, dict(at))

    def _of(self, form: _Form, submission: Mapping[str, Any]) -> tuple[str, Activity]:
        """The address that was typed in ("" for none), and the activity, nobody's yet."""
        moment, url = instant(submission.get("submittedAt")), said(submission, "pageUrl")
        campaign, channel = from_url(url)
        key = said(submission, "conversionId") or str(moment)
        activity = Activity(
            f"form:{form.id}:{key}",
            "",
            self._pull.names.of("form_submit", form.id, form.name),
            moment,
            name=form.name or form.id,
            url=url,
            campaign=campaign,
            channel=channel,
        )
        return _address(submission), activity


def _address(submission: Mapping[str, Any]) -> str:
    for value in submission.get("values") or ():
        if said(value, "name").rpartition("/")[2].casefold() == "email":
            return said(value, "value").strip()
    return ""
