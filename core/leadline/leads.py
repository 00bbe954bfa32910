"""Questions about leads: the ranked list, one person's score explained, and what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from leadline.errors import InternalError, UsageError
from leadline.lake.sql import text
from leadline.model import Model
from leadline.predicates import Clock, PredicateError, emit, fields_of, parse
from leadline.queries import fetch
from leadline.scoring.engine import day_number
from leadline.scoring.explain import Explanation, Row, Without, difference, explain
from leadline.scoring.origins import origins_of
from leadline.vocabulary import FieldType, column_of
from leadline.workspace import Workspace

# What `leads --where` may ask about besides the facts and the dimensions.
_ANSWER_FIELDS = {
    "source": FieldType.TEXT,
    "score": FieldType.INTEGER,
    "grade": FieldType.TEXT,
    "temperature": FieldType.TEXT,
    "excluded": FieldType.TEXT,
    "reasons": FieldType.TEXT,
}


@dataclass(frozen=True, slots=True)
class Lead:
    """The head of one answer, as it was last published."""

    contact_id: str
    source: str
    email: str | None
    score: int | None
    dimensions: Mapping[str, int]
    grade: str | None
    temperature: str | None
    stage: str | None
    reasons: str | None
    excluded: str | None
    as_of: datetime
    model_version: str

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "as_of": self.as_of.isoformat()}


@dataclass(frozen=True, slots=True)
class Answer:
    """A lead, the rows that add up to its score, and what changed since the one before.

    several: the person has several records.
    """

    lead: Lead
    rows: tuple[Row, ...]
    since: datetime | None = None
    changes: tuple[Row, ...] = ()
    several: bool = False

    def as_json(self) -> dict[str, object]:
        """The document that `explain --json` prints."""
        return {
            **self.lead.as_json(),
            "rows": [asdict(row) for row in self.rows],
            "since": None if self.since is None else self.since.isoformat(),
            "changes": [asdict(row) for row in self.changes],
        }


def ranked(workspace: Workspace, top: int | None = None, where: str | None = None) -> list[Lead]:
    """The published leads, best first; ties by source and id. where: a condition as in rules."""
    condition, wanted = _condition(workspace, where)
    limit = "" if top is None else f"LIMIT {int(top)}"
    return _leads(workspace, f"{condition} ORDER BY s.score DESC NULLS LAST, 1, 2 {limit}", wanted)


def explained(workspace: Workspace, contact: str, as_of: datetime | None = None) -> Answer:
    """The explanation of the published score, or with `as_of` of the one at that instant.

    contact: an id, SOURCE:ID or an email address.
    """
    source, contact_id = find(workspace, contact)
    as_of = workspace.instant(as_of)
    history = _history(workspace, source, contact_id)
    if as_of is None:
        if not history:
            raise UsageError(_unscored(workspace, source, contact_id))
        mine = "WHERE s.source = $1 AND s.contact_id = $2"
        published = _leads(workspace, mine, {}, [source, contact_id])
        if not published:
            raise UsageError(_no_longer(workspace, source, contact_id))
        as_of, model = published[0].as_of, _model(workspace, published[0].model_version)
        earlier = history[:-1]  # the last entry is this very answer
    else:
        model = workspace.model
        earlier = [entry for entry in history if entry["as_of"] < as_of]
    now = _explain(workspace, model, source, contact_id, as_of)
    if now is None:
        raise UsageError(f"at {as_of:%Y-%m-%d %H:%M} nothing was known of {contact_id} yet")
    lead = _lead_of(source, contact_id, now, as_of, model, workspace)
    if not earlier:
        return Answer(lead, now.rows, several=now.several)
    last = earlier[-1]
    before = _explain(
        workspace, _model(workspace, last["model_version"]), source, contact_id, last["as_of"]
    )
    changes = difference(before, now) if before is not None else ()
    return Answer(lead, now.rows, last["as_of"], changes, now.several)


def _unscored(workspace: Workspace, source: str, contact_id: str) -> str:
    """Why a contact has no score by this model, and what to ask instead."""
    others = _scorers(workspace, source, contact_id)
    if not others:
        return f"{contact_id} has no score yet: run leadline sync"
    return (
        f"{contact_id} is not in the audience of model '{workspace.model.name}': it is scored by "
        f"another, --model {others[0]}"
    )


def _no_longer(workspace: Workspace, source: str, contact_id: str) -> str:
    """Why a contact that had a score by this model has none any more."""
    others = _scorers(workspace, source, contact_id)
    if others:
        return (
            f"{contact_id} has left the audience of model '{workspace.model.name}': it is scored "
            f"by another, --model {others[0]}"
        )
    where = ", or it has left the model's audience" if workspace.model.for_ else ""
    return f"{contact_id} is no longer scored: its record is deleted or merged{where}"


def _scorers(workspace: Workspace, source: str, contact_id: str) -> list[str]:
    """The config's models that have published a score of a contact."""
    with workspace.lake.session(workspace.config.memory_limit) as con:
        workspace.lake.relation(con, "scores")
        found = con.execute(
            "SELECT model FROM scores WHERE source = $1 AND contact_id = $2", [source, contact_id]
        ).fetchall()
    there = {name for (name,) in found}
    return [model.name for model in workspace.models if model.name in there]


def find(workspace: Workspace, contact: str) -> tuple[str, str]:
    """(source, contact_id) of an id, SOURCE:ID or an email; UsageError if none or several fit.

    Several records of one person are no doubt: the person's own id stands for them.
    """
    source, _, rest = contact.partition(":")
    with workspace.lake.session(workspace.config.memory_limit) as con:
        workspace.lake.relation(con, "contacts")
        found = con.execute(
            "SELECT DISTINCT source, contact_id FROM contacts WHERE contact_id = $1 "
            "OR lower(email) = lower($1) OR (source = $2 AND contact_id = $3) ORDER BY ALL LIMIT 6",
            [contact, source, rest],
        ).fetchall()
    if not found:
        raise UsageError(
            f"no contact '{contact}': give an id, SOURCE:ID or an email as in leadline leads"
        )
    if len(found) > 1:
        person = workspace.engine.person(found[0], datetime.now(UTC))
        if person is not None and set(found) <= set(person.records):
            return person.key
        raise UsageError(
            f"'{contact}' is several contacts: say which, one of "
            + ", ".join(f"{name}:{contact_id}" for name, contact_id in found)
        )
    return found[0]


def _explain(
    workspace: Workspace, model: Model, source: str, contact_id: str, as_of: datetime
) -> Explanation | None:
    engine, contact = workspace.engine, (source, contact_id)
    wide = engine.score(model, as_of, contact=contact, detail=True)
    if not wide.num_rows:
        return None
    compiled, row = engine.compiled(model), wide.to_pylist()[0]
    person = engine.person(contact, as_of)
    if person is None:
        return explain(compiled, row, dict.fromkeys(engine.facts))
    told = None
    if len({record_source for record_source, _ in person.records}) > 1:
        told = engine.per_source(model, as_of, contact).to_pylist()
    origins = origins_of(compiled, person, row, told)
    without = None
    if held := engine.withheld(contact, as_of):
        restored = engine.score(model, as_of, contact=contact, detail=True, restored=True)
        without = Without(held, restored.to_pylist()[0])
    return explain(compiled, row, person.facts, origins, workspace.config.sales.pin, without)


def _person(
    workspace: Workspace, source: str, contact_id: str, as_of: datetime
) -> dict[str, object]:
    """What was known about a person at an instant, by canonical name."""
    person = workspace.engine.person((source, contact_id), as_of)
    return dict(person.facts) if person else dict.fromkeys(workspace.engine.facts)


def _model(workspace: Workspace, version: str) -> Model:
    """The model of a version, as the ledger remembers it."""
    if version == workspace.model.version:
        return workspace.model
    model = workspace.recalled(version)
    if model is None:
        raise UsageError(
            f"model version {version} is not in this ledger: its scores cannot be explained; "
            "run leadline sync to score with the present model"
        )
    return model


def _history(workspace: Workspace, source: str, contact_id: str) -> list[dict[str, Any]]:
    """What was published of a contact, oldest first."""
    with workspace.lake.session(workspace.config.memory_limit) as con:
        workspace.lake.relation(con, "score_history")
        entries: list[dict[str, Any]] = fetch(
            con,
            "SELECT as_of, model_version FROM score_history "
            "WHERE model = $1 AND source = $2 AND contact_id = $3 ORDER BY as_of",
            [workspace.model.name, source, contact_id],
        ).to_pylist()
    return entries


def _condition(workspace: Workspace, where: str | None) -> tuple[str, dict[str, FieldType]]:
    """The SQL of `where`, and the facts that it reads."""
    if where is None:
        return "", {}
    facts = workspace.engine.facts
    dimensions = dict.fromkeys(workspace.model.dimensions, FieldType.INTEGER)
    try:
        condition = parse(where, {**facts, **dimensions, **_ANSWER_FIELDS})
    except PredicateError as error:
        raise UsageError("\n".join(filter(None, (f"--where: {error}", error.caret())))) from None

    def column(name: str) -> Any:
        from sqlglot import exp

        if name in dimensions:
            key = exp.Literal.string(name)
            return exp.Bracket(this=exp.column("dimensions", "s"), expressions=[key])
        return exp.column(column_of(name), "s" if name in _ANSWER_FIELDS else "c")

    wanted = {name: facts[name] for name in fields_of(condition) if name in facts}
    zone = workspace.config.time_zone
    clock = Clock(day_number(datetime.now(UTC), zone), zone.key)
    return f"WHERE {emit(condition, column, clock).sql(dialect='duckdb')}", wanted


def _leads(
    workspace: Workspace,
    tail: str,
    wanted: Mapping[str, FieldType],
    parameters: list[object] | None = None,
) -> list[Lead]:
    with workspace.lake.session(workspace.config.memory_limit) as con:
        workspace.lake.relation(con, "scores")
        workspace.lake.relation(con, "contacts", wanted=wanted)
        con.execute(
            "CREATE TEMP VIEW mine AS SELECT * FROM scores "
            f"WHERE model = {text(workspace.model.name)}"
        )
        rows = fetch(
            con,
            "SELECT s.source, s.contact_id, c.email, s.score, s.dimensions, s.grade, s.temperature,"
            " s.reasons, s.excluded, s.as_of, s.model_version FROM mine s LEFT JOIN contacts c"
            f" ON c.source = s.source AND c.contact_id = s.contact_id {tail}",
            parameters or [],
        )
    stage_of = workspace.model.stage_of
    return [
        Lead(
            **{
                **row,
                "dimensions": dict(row["dimensions"] or ()),
                "stage": stage_of(row["temperature"]),
            }
        )
        for row in rows.to_pylist()
    ]


def _lead_of(
    source: str,
    contact_id: str,
    found: Explanation,
    as_of: datetime,
    model: Model,
    workspace: Workspace,
) -> Lead:
    total = sum(row.points for row in found.rows)
    if total != (found.score or 0):
        raise InternalError(
            f"the rows of {contact_id} add up to {total}, its score is {found.score}"
        )
    email = _person(workspace, source, contact_id, as_of).get("email")
    return Lead(
        contact_id=contact_id,
        source=source,
        email=None if email is None else str(email),
        score=found.score,
        dimensions=found.dimensions,
        grade=found.grade,
        temperature=found.temperature,
        stage=model.stage_of(found.temperature),
        reasons=None,
        excluded=found.excluded,
        as_of=as_of,
        model_version=model.version,
    )
