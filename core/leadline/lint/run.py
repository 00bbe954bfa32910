"""Every check on every model: the answer of `leadline model check`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from leadline.config import facts
from leadline.errors import ConfigError
from leadline.lint.checks import DATA_CHECKS, FILE_CHECKS
from leadline.lint.evidence import ENOUGH, Evidence, gather
from leadline.lint.remarks import Remark, Reported, Severity
from leadline.lint.subject import Subject
from leadline.model import Model
from leadline.model.conditions import tables_of
from leadline.model.documents import Complaint, read_document
from leadline.model.loading import read_model
from leadline.vocabulary import FieldType
from leadline.workspace import Workspace, joined

_GRAVEST = list(Severity)


@dataclass(frozen=True, slots=True)
class Checked:
    """One model that was checked, and its file."""

    name: str
    version: str
    file: Path


@dataclass(frozen=True, slots=True)
class Report:
    """All remarks in the order of the files, and what could not be checked.

    people: how many the data checks looked at; None without data. waiting: the names of checks
    that need more data than there is.
    """

    models: tuple[Checked, ...]
    as_of: datetime
    people: int | None
    waiting: tuple[str, ...]
    remarks: tuple[Reported, ...]

    def count(self, severity: Severity) -> int:
        return sum(each.severity is severity for each in self.remarks)

    @property
    def ok(self) -> bool:
        """True where there is nothing worse than a warning."""
        return not self.count(Severity.ERROR)

    def as_json(self) -> dict[str, object]:
        """The document that `model check --json` prints."""
        return {
            "ok": self.ok,
            "as_of": self.as_of.isoformat(),
            "people": self.people,
            "models": [
                {"name": each.name, "version": each.version, "file": str(each.file)}
                for each in self.models
            ],
            **{f"{severity}s": self.count(severity) for severity in Severity},
            "waiting": list(self.waiting),
            "remarks": [each.as_json() for each in self.remarks],
        }


def check(
    workspace: Workspace, files: Sequence[Path] = (), as_of: datetime | None = None
) -> Report:
    """Check these model files, or those of the config; ConfigError if one cannot be loaded."""
    at = workspace.instant(as_of) or datetime.now(UTC)
    subjects = _subjects(workspace, files or workspace.config.model_paths, at)
    remarks = [
        _placed(check.name, subject, remark)
        for subject in subjects
        for check in FILE_CHECKS
        for remark in check.run(subject)
    ]
    people, waiting = None, tuple(check.name for check in DATA_CHECKS)
    if workspace.lake.clock() is not None:
        with gather(workspace, subjects, at) as evidence:
            people = evidence.everybody
            waiting = _waiting(evidence)
            remarks += _on_data(subjects, evidence, waiting)
    models = tuple(Checked(s.model.name, s.model.version, s.document.path) for s in subjects)
    return Report(models, at, people, waiting, tuple(sorted(remarks, key=_order(subjects))))


def _subjects(workspace: Workspace, paths: Sequence[Path], as_of: datetime) -> list[Subject]:
    known = facts(workspace.config)
    today = as_of.astimezone(workspace.config.time_zone).date()
    reads = [(path, read_model(path, known)) for path in paths]
    problems = [problem for _, read in reads for problem in read.problems]
    if problems:
        raise ConfigError(problems)
    return [
        _subject(joined(read.model, workspace.config, workspace.host), path, known, today)
        for path, read in reads
        if read.model is not None
    ]


def _subject(model: Model, path: Path, known: Mapping[str, FieldType], today: date) -> Subject:
    """The model with the rules of plugins, which its document then has, too."""
    document = read_document(path, what="the model file", hint="write it")
    rules = [rule for _, rule in tables_of(document.table, "rules")]
    rules += [{"name": rule.name} for rule in model.rules[len(rules) :]]
    return Subject(model, replace(document, table={**document.table, "rules": rules}), known, today)


def _waiting(evidence: Evidence) -> tuple[str, ...]:
    few = any(evidence.size(subject) < ENOUGH for subject in evidence.subjects)
    return tuple(check.name for check in DATA_CHECKS if check.crowd and few)


def _on_data(
    subjects: Iterable[Subject], evidence: Evidence, waiting: Sequence[str]
) -> Iterator[Reported]:
    for subject in subjects:
        enough = evidence.size(subject) >= ENOUGH
        for check in DATA_CHECKS:
            if enough or not check.crowd:
                for remark in check.run(subject, evidence):
                    yield _placed(check.name, subject, remark)


def _placed(check: str, subject: Subject, remark: Remark) -> Reported:
    problem = subject.document.problem(Complaint(remark.path, remark.message))
    return Reported(check, remark.severity, subject.model.name, problem)


def _order(subjects: Sequence[Subject]) -> Callable[[Reported], tuple[int, int, int]]:
    """By file as given, then by line; the graver first."""
    files = [subject.document.path for subject in subjects]

    def place(each: Reported) -> tuple[int, int, int]:
        file = 0 if each.problem.file is None else files.index(each.problem.file)
        return (file, each.problem.line or 0, _GRAVEST.index(each.severity))

    return place
