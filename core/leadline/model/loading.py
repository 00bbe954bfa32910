"""Reads a model file: a checked `Model`, or every problem of the file at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from leadline.errors import ConfigError, Problem
from leadline.model.checks import check_identities, check_model
from leadline.model.conditions import Conditions, table_of
from leadline.model.documents import Complaint, Document, read_document
from leadline.model.grades import in_order
from leadline.model.schema import Model
from leadline.model.strictness import check_kinds
from leadline.model.word_files import with_files
from leadline.model.wording import explain
from leadline.vocabulary import FieldType


@dataclass(frozen=True, slots=True)
class ModelRead:
    """What reading a model file gave: the model, unless there are problems."""

    model: Model | None
    problems: tuple[Problem, ...]


def load_model(path: Path, facts: Mapping[str, FieldType], text: str | None = None) -> Model:
    """The checked model of a file; ConfigError holds all of its problems.

    facts: the facts about a person that conditions may name. text: instead of the file's own.
    """
    read = read_model(path, facts, text=text)
    if read.model is None:
        raise ConfigError(read.problems)
    return read.model


def read_model(
    path: Path,
    facts: Mapping[str, FieldType],
    *,
    uncertain: Collection[str] = (),
    text: str | None = None,
) -> ModelRead:
    """As `load_model`, but problems are given back, to be shown with those of other files.

    uncertain: facts whose own declaration is wrong; conditions that name one are not judged.
    """
    try:
        document = read_document(
            path, what="the model file", hint="docs/model.md shows what it says", text=text
        )
    except ConfigError as error:
        return ModelRead(None, tuple(error.problems))
    whole, unread = with_files(document.table, path.parent)
    model, complaints = _validate(document, whole)
    complaints += unread + check_model(document.table, Conditions(facts, uncertain))
    problems = tuple(document.problem(each) for each in complaints)
    return ModelRead(None if problems else model, problems)


def _validate(
    document: Document, whole: Mapping[str, object]
) -> tuple[Model | None, list[Complaint]]:
    """Each key alone: kinds of values, limits, unknown and missing keys."""
    try:
        model = Model.model_validate(_graded(whole))
        complaints = []
    except ValidationError as error:
        model, complaints = None, explain(error, whole, Model)
    if any(check_identities(document.table)):
        # What the schema says of the file as a whole is placed better there.
        complaints = [each for each in complaints if each.path]
    told = {each.path for each in complaints}
    loose = check_kinds(whole, Model.model_json_schema())
    return model, complaints + [each for each in loose if each.path not in told]


def _graded(table: Mapping[str, object]) -> dict[str, object]:
    """The table with grades from the best to the worst, in whatever order the file has them."""
    grades = {
        name: {mark: marks[mark] for mark in in_order(marks)} if isinstance(marks, dict) else marks
        for name, marks in table_of(table, "grades").items()
    }
    return {**table, "grades": grades} if grades else dict(table)
