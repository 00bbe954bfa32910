"""Dimensions at their limit for so many that they no longer tell people apart."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.lint.evidence import Evidence
from leadline.lint.remarks import Remark, warning
from leadline.lint.subject import Subject

# More than this share at the top is a plateau and no top.
PLATEAU = 0.10


def check_saturation(subject: Subject, evidence: Evidence) -> Iterator[Remark]:
    """Few of those with a score have all the points that a dimension can give."""
    dimensions = subject.model.dimensions
    columns = [f"count(*) FILTER (e{d} = {each.max})" for d, each in enumerate(dimensions.values())]
    scored = f"{evidence.people(subject)} WHERE exclusion IS NULL"
    size, *full = evidence.one(["count(*)", *columns], scored)
    for (name, each), count in zip(dimensions.items(), full, strict=True):
        if count > PLATEAU * size:
            message = (
                f"{count:,} of {size:,} people ({count / size:.0%}) have all {each.max} points of "
                f"'{name}', so it cannot rank them: raise its max, or give fewer points"
            )
            yield warning(("dimensions", name, "max"), message)
