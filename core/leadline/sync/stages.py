"""Which stages may be written: only from a value that the source's `from` list allows."""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import Source, Support
from leadline.config import StageMode, facts_of_stages
from leadline.lake.sql import name, text
from leadline.queries import fetch
from leadline.sync.refusals import refusals
from leadline.vocabulary import FieldType, column_of
from leadline.workspace import Workspace

# One row per contact whose label asks for a stage that it does not have yet. current: the field's
# value as it was last pulled, null when empty. reason: why it stays; null where it may be written.
DECISIONS = pa.schema(
    [(each, pa.string()) for each in ("contact_id", "stage", "field", "value", "current", "reason")]
)
_REFUSED = "'it was refused before, and nothing has changed since: ' || refused_why"
_RULES = pa.schema(
    [
        ("place", pa.int32()),
        *(
            (each, pa.string())
            for each in ("model", "temperature", "stage", "field", "value", "fact")
        ),
        ("allowed", pa.list_(pa.string())),
    ]
)


def decide(workspace: Workspace, source: Source, scores: pa.Table) -> pa.Table:
    """What becomes of the stages that these scores' labels ask for in a source (`DECISIONS`)."""
    rules = _rules(workspace, source)
    if workspace.config.write.stages is StageMode.OFF or not rules.num_rows:
        return DECISIONS.empty_table()
    facts = sorted(set(rules["fact"].drop_null().to_pylist()))
    values = " ".join(f"WHEN {text(fact)} THEN {name(column_of(fact))}" for fact in facts)
    current = f"CASE fact {values} END" if facts else "NULL::VARCHAR"
    with workspace.lake.session(workspace.config.memory_limit) as con:
        # The newest that was read, whatever instant is scored for: the CRM is written to now.
        workspace.lake.relation(con, "contacts", wanted=dict.fromkeys(facts, FieldType.TEXT))
        con.register("scored", scores.select(["contact_id", "model", "temperature"]))
        con.register("rules", rules)
        con.register("refusals", refusals(workspace, source))
        rows = fetch(
            con,
            "SELECT contact_id, stage, field, value, nullif(current, '') AS current, "
            f"coalesce({_reason(source)}, {_REFUSED}) AS reason "
            "FROM (SELECT DISTINCT ON (s.contact_id) s.contact_id, "
            f"r.*, trim(coalesce({current}, '')) AS current FROM scored s JOIN rules r "
            "ON r.model = s.model AND r.temperature = s.temperature JOIN contacts c "
            "ON c.source = $1 AND c.contact_id = s.contact_id ORDER BY s.contact_id, r.place) "
            "LEFT JOIN refusals ON refused_contact = contact_id AND refused_field = field AND "
            "refused_value = value AND refused_current IS NOT DISTINCT FROM nullif(current, '') "
            "WHERE value IS DISTINCT FROM current ORDER BY contact_id",
            [source.name],
        )
    return rows.cast(DECISIONS)


def columns_for(workspace: Workspace, source: Source, known: Collection[str]) -> tuple[str, ...]:
    """The stage columns of a source's changes.

    known: the outputs that hold anything in the source. A column of leadline's own that is no
    longer filled is emptied, so that nobody acts on what it once said.
    """
    own = support(workspace, source) is not Support.FULL
    wanted: tuple[str, ...] = ()
    if workspace.config.sources[source.name].stages:
        mode = workspace.config.write.stages
        if mode is StageMode.SUGGEST:
            wanted = ("suggested_stage",)
        elif mode is StageMode.WRITE:
            wanted = ("stage",) if own else ("stage", "stage_field")
    left = ("stage", "suggested_stage") if own else ("suggested_stage",)
    return (*wanted, *(each for each in left if each in known and each not in wanted))


def support(workspace: Workspace, source: Source) -> Support:
    """Whether a source's connector writes into the CRM's own stage field."""
    return workspace.host.connectors[source.connector].capabilities.stages


def with_stages(
    workspace: Workspace, desired: pa.Table, decided: pa.Table, columns: Collection[str]
) -> pa.Table:
    """The desired values with the stages that may be written; null where there is none."""
    allowed = decided.filter(pc.is_null(decided["reason"]))
    place = pc.index_in(desired["contact_id"], value_set=allowed["contact_id"])
    filled = {
        StageMode.OFF: {},
        StageMode.SUGGEST: {"suggested_stage": "value"},
        StageMode.WRITE: {"stage": "value", "stage_field": "field"},
    }[workspace.config.write.stages]
    for column in columns:
        values = (
            allowed[filled[column]].combine_chunks().take(place.combine_chunks())
            if column in filled
            else pa.nulls(desired.num_rows, pa.string())
        )
        desired = desired.append_column(pa.field(column, pa.string()), values)
    return desired


def _rules(workspace: Workspace, source: Source) -> pa.Table:
    """One row per label that names a stage, with how this source writes it, if it does.

    place: of several models that ask for a stage of one contact, the config's first is heard.
    """
    lines = workspace.config.sources[source.name].stages
    if not lines:
        return _RULES.empty_table()
    facts = facts_of_stages(workspace.config, source.name)
    rows = []
    labels = [
        (place, model.name, label)
        for place, model in enumerate(workspace.models)
        for label in model.temperatures
    ]
    for place, model, label in labels:
        if label.stage is None:
            continue
        row: dict[str, object] = {"place": place, "model": model}
        row |= {"temperature": label.name, "stage": label.stage}
        line = lines.get(label.stage)
        if line is not None:
            row |= {"field": line.field, "value": line.value, "fact": facts[line.field]}
            row["allowed"] = list(line.allowed)
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=_RULES)


def _reason(source: Source) -> str:
    unmapped = text(f"[sources.{source.name}.stages] has no line for ")
    return (
        f"CASE WHEN value IS NULL THEN {unmapped} || stage "
        "WHEN list_contains(allowed, current) THEN NULL "
        "WHEN current = '' THEN field || ' is empty, and from does not list \"\"' "
        "ELSE field || ' is ''' || current || ''', which from does not list' END"
    )
