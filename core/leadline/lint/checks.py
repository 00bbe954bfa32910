"""All checks by name, in the order in which they are made, and what each needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from leadline.lint.audiences import check_audiences
from leadline.lint.bands import check_bands
from leadline.lint.deliveries import check_deliveries
from leadline.lint.evidence import Evidence
from leadline.lint.expectations import check_expectations, check_expected_words
from leadline.lint.fillings import check_fillings
from leadline.lint.firing import check_firing
from leadline.lint.known_values import check_known_values
from leadline.lint.leaks import check_leaks
from leadline.lint.protected import check_protected
from leadline.lint.reach import check_reach
from leadline.lint.remarks import Remark
from leadline.lint.review import check_review
from leadline.lint.saturation import check_saturation
from leadline.lint.spare import check_spare
from leadline.lint.subject import Subject
from leadline.lint.twice import check_twice


@dataclass(frozen=True, slots=True)
class FileCheck:
    """Looks at the model file alone."""

    name: str
    run: Callable[[Subject], Iterator[Remark]]


@dataclass(frozen=True, slots=True)
class DataCheck:
    """Looks at the model on what the lake holds; crowd: shares of few people say nothing to it."""

    name: str
    run: Callable[[Subject, Evidence], Iterator[Remark]]
    crowd: bool = False


FILE_CHECKS = (
    FileCheck("bands", check_bands),
    FileCheck("reach", check_reach),
    FileCheck("unused", check_spare),
    FileCheck("protected", check_protected),
    FileCheck("review", check_review),
    FileCheck("expect", check_expected_words),
)

DATA_CHECKS = (
    DataCheck("expect", check_expectations),
    DataCheck("activity-types", check_deliveries),
    DataCheck("values", check_known_values, crowd=True),
    DataCheck("firing", check_firing, crowd=True),
    DataCheck("fillings", check_fillings, crowd=True),
    DataCheck("saturation", check_saturation, crowd=True),
    DataCheck("twice", check_twice, crowd=True),
    DataCheck("audience", check_audiences),
    DataCheck("leak", check_leaks),
)
