"""What a check has to say: how grave it is, where it stands in the file, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from leadline.errors import Problem
from leadline.model.keys import KeyPath


class Severity(StrEnum):
    """error: the model does not do what was asked of it; warning: look at it; note: know it."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing about a key of the model file, before its line is looked up."""

    severity: Severity
    path: KeyPath
    message: str


@dataclass(frozen=True, slots=True)
class Reported:
    """A remark in its place: which check made it about which model, and on which line."""

    check: str
    severity: Severity
    model: str
    problem: Problem

    def as_json(self) -> dict[str, object]:
        problem = self.problem
        return {
            "check": self.check,
            "severity": self.severity.value,
            "model": self.model,
            "file": None if problem.file is None else str(problem.file),
            "line": problem.line,
            "field": problem.field,
            "message": problem.message,
        }


def error(path: KeyPath, message: str) -> Remark:
    return Remark(Severity.ERROR, path, message)


def warning(path: KeyPath, message: str) -> Remark:
    return Remark(Severity.WARNING, path, message)


def note(path: KeyPath, message: str) -> Remark:
    return Remark(Severity.NOTE, path, message)
