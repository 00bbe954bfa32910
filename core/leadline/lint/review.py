"""The day on which marketing and sales look at the cut-offs again."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.lint.remarks import Remark, note, warning
from leadline.lint.subject import Subject


def check_review(subject: Subject) -> Iterator[Remark]:
    """A model that nobody looks at again goes stale unseen."""
    agreement = subject.model.agreement
    if agreement is None or agreement.review_by is None:
        path = ("agreement",) if agreement is not None else ()
        message = (
            "no day is set on which marketing and sales look at it again: write "
            "review_by = 2027-01-31 under [agreement]"
        )
        yield note(path, message)
    elif agreement.review_by < subject.today:
        late = (subject.today - agreement.review_by).days
        message = (
            f"the review was due {late:,} {'day' if late == 1 else 'days'} ago: look at the "
            "cut-offs with sales, then set the next day"
        )
        yield warning(("agreement", "review_by"), message)
