"""From the lake's answer to the serving file: facts joined, compared, and only changes sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from leadline.errors import WorkspaceError
from leadline.lake.sql import text
from leadline.model import Model
from leadline.queries import fetch
from leadline.scoring.engine import day_number
from leadline.serving.face import Serving
from leadline.serving.points import Layout, layout, uses
from leadline.serving.publication import Answer, Sums, micros
from leadline.serving.tables import ANSWER, COUNTED, FACTS
from leadline.vocabulary import STANDARD_FIELDS, FieldType
from leadline.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NAMES: Mapping[str, FieldType] = {
    each: STANDARD_FIELDS[each]
    for each in (
        *("first_name", "last_name", "company", "owner", "job_title", "country"),
        "lifecycle_stage",
    )
}
_HASHED = (*FACTS, *(each for each in ANSWER if each != "dimensions"))


def publish_serving(
    workspace: Workspace, scores: pa.Table, as_of: datetime, records: pa.Table | None = None
) -> None:
    """Bring the serving file to these scores (see `scored`) of the workspace's models.

    records: the scores are of these alone (source, contact_id), and the lake has those of all.
    """
    with Serving.open_in(workspace.config) as serving:
        try:
            _publish(workspace, serving, scores, as_of, records)
        except WorkspaceError as error:
            if not serving.mend(error):
                raise
            _publish(workspace, serving, scores, as_of, records)


def _publish(
    workspace: Workspace,
    serving: Serving,
    scores: pa.Table,
    as_of: datetime,
    records: pa.Table | None,
) -> None:
    models = workspace.models
    if records is not None:
        served = {(each.name, each.version) for each in serving.models()}
        _fill(workspace, serving, {name for name, _ in served.intersection(workspace.versions)})
        there = {each.name for each in serving.models()}
        models = tuple(each for each in models if each.name in there)  # the others have no leads
    for model in models:
        mine = scores.filter(pc.equal(scores["model"], model.name))
        serving.publish(_answer(workspace, serving, model, mine, as_of, records))
    serving.keep_only({model.name for model in workspace.models})


def catch_up(workspace: Workspace) -> bool:
    """Fill a serving file that lacks a model whose scores the lake has; True when it did.

    The lake does not keep the points of each rule: they come with the next sync.
    """
    with Serving.open_in(workspace.config) as serving:
        return _fill(workspace, serving, {each.name for each in serving.models()})


def _fill(workspace: Workspace, serving: Serving, there: Collection[str]) -> bool:
    """Bring in what the lake has of the models that are not there; True when it has any."""
    done = False
    for model in workspace.models:
        if model.name in there:
            continue
        with workspace.lake.session(workspace.config.memory_limit) as con:
            workspace.lake.relation(con, "scores")
            rows = fetch(con, f"SELECT * FROM scores WHERE model = {text(model.name)}")
        if rows.num_rows:
            at = pc.max(rows["as_of"]).as_py()
            serving.publish(_answer(workspace, serving, model, rows, at))
            done = True
    return done


def _answer(
    workspace: Workspace,
    serving: Serving,
    model: Model,
    scores: pa.Table,
    as_of: datetime,
    records: pa.Table | None = None,
) -> Answer:
    places = layout(workspace.engine.compiled(model))
    if "points" not in scores.column_names:
        scores = scores.append_column("points", pa.nulls(scores.num_rows, pa.binary()))
    with workspace.lake.session(workspace.config.memory_limit) as con:
        con.register("scores", scores)
        _show_facts(con, workspace)
        # Of a part each row has its own instant, since the model's stays that of the others.
        head = as_of if records is None else None
        con.execute(f"CREATE TEMP TABLE fresh AS {_fresh(model, places, head)}")
        con.register("there", serving.digests(model.name, records))
        con.execute(
            "CREATE TEMP TABLE paired AS SELECT f.source, f.contact_id, t.id, "
            "t.digest IS NOT DISTINCT FROM f.digest AS same FROM fresh f "
            "LEFT JOIN there t ON t.source = f.source AND t.contact_id = f.contact_id"
        )
        rows = fetch(
            con,
            "SELECT p.id, f.* FROM fresh f JOIN paired p USING (source, contact_id) "
            "WHERE NOT p.same ORDER BY f.source, f.contact_id",
        )
        gone = fetch(con, "SELECT id FROM there ANTI JOIN paired USING (id)")
        sums = _sums(con, scores, len(places.places)) if records is None else None
    return Answer(
        name=model.name,
        version=model.version,
        as_of=as_of,
        day=day_number(as_of, workspace.config.time_zone),
        labels=labels_of(model),
        layout=places,
        rows=rows,
        gone=gone,
        sums=sums,
    )


def _sums(con: DuckDBPyConnection, scores: pa.Table, places: int) -> Sums:
    """Everybody in numbers; needs `fresh`."""
    keys = ", ".join(COUNTED)
    return Sums(
        counts=fetch(con, f"SELECT {keys}, count(*) AS leads FROM fresh GROUP BY ALL"),
        histogram=fetch(con, "SELECT score, count(*) AS leads FROM fresh GROUP BY ALL"),
        uses=tuple(uses(scores["points"], places)),
        leads=scores.num_rows,
    )


def _show_facts(con: DuckDBPyConnection, workspace: Workspace) -> None:
    """`facts`: what is shown of each contact; of its company where the contact does not say."""
    workspace.lake.relation(con, "contacts", wanted=_NAMES)
    workspace.lake.relation(con, "companies", wanted={"company": FieldType.TEXT})
    named = ", ".join(
        f"nullif(trim(c.{each}), '') AS {each}"
        for each in ("email", "owner", "job_title", "country", "lifecycle_stage")
    )
    con.execute(
        "CREATE TEMP VIEW facts AS SELECT c.source, c.contact_id, "
        "nullif(trim(concat_ws(' ', c.first_name, c.last_name)), '') AS name, "
        f"coalesce(nullif(trim(c.company), ''), k.company) AS company, {named} FROM contacts c "
        "LEFT JOIN companies k ON k.source = c.source AND k.company_id = c.company_id "
        "AND k.deleted IS DISTINCT FROM true"
    )


def _fresh(model: Model, places: Layout, as_of: datetime | None) -> str:
    """The rows of `publication.COLUMNS`, of every lead.

    as_of: the model's, which no row repeats; None where it stays another.
    """
    warmth = _case("s.temperature", enumerate(labels_of(model)))
    stages = ((text(model.stage_of(each) or ""), each) for each in model.labels)
    stage = f"nullif({_case('s.temperature', stages)}, '')"
    facts = ", ".join(f"f.{each}" for each in FACTS)
    # Whatever lies in a text, a search for it is folded in the same way.
    folded = "strip_accents(lower(concat_ws(' ', name, email, company)))"
    signature = text(f"{model.version} {hash_of(places)}")
    hashed = ", ".join(_HASHED)
    mine = "epoch_us(as_of)" if as_of is None else f"nullif(epoch_us(as_of), {micros(as_of)})"
    return (
        f"SELECT source, contact_id, {', '.join(FACTS)}, {folded} AS text, {', '.join(ANSWER)}, "
        f"(hash({hashed}, dimensions::VARCHAR, {signature}) >> 1)::BIGINT AS digest, "
        f"{mine} AS as_of FROM ("
        f"SELECT s.source, s.contact_id, {facts}, s.score, to_json(s.dimensions)::VARCHAR "
        f"AS dimensions, s.grade, s.temperature, {warmth} AS warmth, {stage} AS stage, "
        "s.excluded, s.reasons, s.points, s.as_of FROM scores s LEFT JOIN facts f "
        "ON f.source = s.source AND f.contact_id = s.contact_id)"
    )


def labels_of(model: Model) -> tuple[str, ...]:
    """Every label that a lead can have, hottest first; who is excluded is dead."""
    there = model.labels
    return there if not there or "dead" in there else (*there, "dead")


def hash_of(places: Layout) -> int:
    """What tells this layout from another, within one process and across them."""
    import zlib

    return zlib.crc32(places.as_json().encode())


def _case(column: str, values: Iterator[tuple[object, str]] | enumerate[str]) -> str:
    whens = " ".join(f"WHEN {text(label)} THEN {value}" for value, label in values)
    return f"CASE {column} {whens} END" if whens else "NULL"
