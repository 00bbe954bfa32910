"""What sources and models must agree on: stages that both know, and the names of outputs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from leadline.config.tables import ConfigFile, SourceFile
from leadline.model.documents import Complaint
from leadline.model.keys import KeyPath
from leadline.model.nearest import nearest
from leadline.model.schema import Model

STAGES = ("stage", "suggested_stage")
# What leadline writes besides the dimensions; `contact_id` says for whom.
OUTPUT_FIELDS = (
    *("score", "grade", "temperature", *STAGES),
    *("reasons", "model_version", "scored_at"),
)


def check_writing(file: ConfigFile, models: Sequence[Model]) -> Iterator[Complaint]:
    """Complaints about stages that models and sources do not both know, and names of outputs."""
    yield from _check_models(models)
    stages = {
        label.stage: label.name
        for model in models
        for label in model.temperatures
        if label.stage is not None
    }
    for name, source in file.sources.items():
        path: KeyPath = ("sources", name)
        for stage in source.stages:
            if stage not in stages:
                hint = nearest(stage, stages) or f'; add stage = "{stage}" to one of them'
                message = f"no temperature of the model names the stage '{stage}'{hint}"
                yield Complaint((*path, "stages", stage), message)
        yield from _check_outputs(source, path, models)
    if file.write.stages != "off":
        yield from _check_stages(file, stages)


def _check_models(models: Sequence[Model]) -> Iterator[Complaint]:
    """Each model has a name and fields of its own."""
    named: set[str] = set()
    writers: dict[str, str] = {}
    for place, model in enumerate(models):
        if model.name in named:
            message = f"two models are named '{model.name}': rename one in its file"
            yield Complaint(("models", place), message)
        named.add(model.name)
        fields = [each for each in outputs_of(model) if each not in STAGES]
        shared = next((each for each in fields if each in writers), None)
        if shared is not None:
            message = (
                f"models '{writers[shared]}' and '{model.name}' would both write the field "
                f"'{shared}': add output = \"{_prefix_for(model)}\" at the top of one of them"
            )
            yield Complaint(("models", place), message)
        writers |= dict.fromkeys(fields, model.name)


def _prefix_for(model: Model) -> str:
    """A prefix that suits the model's name."""
    return re.sub(r"[^a-z0-9]+", "_", model.name.lower()).strip("_") or "second"


def _check_stages(file: ConfigFile, stages: Mapping[str, str]) -> Iterator[Complaint]:
    """Stages are to be written: some temperature must name one, and some source must map each."""
    place: KeyPath = ("write", "stages")
    if not stages:
        message = (
            'no temperature of the model names a stage: add stage = "mql" to a [[temperatures]], '
            'or set this to "off"'
        )
        yield Complaint(place, message)
    mapped = {stage for source in file.sources.values() for stage in source.stages}
    source = next(iter(file.sources))
    for stage, label in stages.items():
        if stage not in mapped:
            message = (
                f"no source says how to write the stage '{stage}' of temperature '{label}': add "
                f'[sources.{source}.stages] with {stage} = {{ field = "…", write = "…", '
                'from = ["…"] }'
            )
            yield Complaint(place, message)


def _check_outputs(
    source: SourceFile, path: KeyPath, models: Sequence[Model]
) -> Iterator[Complaint]:
    """`[sources.NAME.write]`: known outputs, each with a field that is leadline's alone."""
    known = [name for model in models for name in outputs_of(model)]
    facts = {heading.strip(): fact for fact, heading in source.fields.items()}
    stages = {stage.field.strip(): name for name, stage in source.stages.items()}
    taken: dict[str, str] = {}
    for name, heading in source.write.items():
        place = (*path, "write", name)
        field = heading.strip()
        if name not in known:
            message = f"leadline writes no '{name}'{nearest(name, known)}"
            yield Complaint(place, message)
        if field in facts:
            message = f"'{field}' is where {facts[field]} is read from; name a field of its own"
            yield Complaint(place, message)
        elif field in stages:
            message = f"'{field}' is the field of the stage '{stages[field]}'; name another"
            yield Complaint(place, message)
        elif taken.setdefault(field, name) != name:
            message = f"'{field}' is given to {taken[field]} already; name another"
            yield Complaint(place, message)


def outputs_of(model: Model) -> tuple[str, ...]:
    """The names of what is written for a model; a contact has one stage, whoever says it."""
    own = (*OUTPUT_FIELDS[:1], *model.dimensions, *OUTPUT_FIELDS[1:])
    return tuple(each if each in STAGES else f"{model.prefix}{each}" for each in own)
