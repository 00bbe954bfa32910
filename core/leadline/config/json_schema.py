"""JSON Schema of the config and model files, for editors and other checkers."""

from __future__ import annotations

from typing import Any, Literal

from leadline.config.tables import ConfigFile
from leadline.model.schema import Model
from leadline.vocabulary import ACTIVITY_TYPES, CUSTOM_TYPE_PREFIX

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# What the classes leave unsaid: class → key → description.
_MODEL_KEYS = {
    "Model": {
        "name": "The model's name, shown with every score.",
        "description": "What the model is for; free text.",
        "dimensions": "The axes of the score, such as fit and engagement.",
        "rules": "What gives points and what takes them away.",
        "groups": "Caps that several rules share.",
        "exclusions": "Who gets no score at all.",
        "temperatures": "Labels for ranges of the score, such as hot and warm.",
    },
    "Temperature": {"name": "The label, such as hot."},
}


def schema(what: Literal["config", "model"]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a file, every key described."""
    if what == "config":
        return {"$schema": DIALECT, **_tidy(ConfigFile.model_json_schema())}
    document = Model.model_json_schema()
    for table, keys in _MODEL_KEYS.items():
        node = document if table == "Model" else document["$defs"][table]
        for key, words in keys.items():
            node["properties"][key].setdefault("description", words)
    rule = document["$defs"]["Rule"]["properties"]["activity"]
    for choice in rule["anyOf"]:
        if choice == {"type": "string"}:
            custom = {"type": "string", "pattern": f"^{CUSTOM_TYPE_PREFIX}.+"}
            choice.clear()
            choice["anyOf"] = [{"enum": sorted(ACTIVITY_TYPES)}, custom]
    return {"$schema": DIALECT, **_tidy(document)}


def _tidy(node: Any) -> Any:
    """Without the generated titles, and without null: TOML has none."""
    if isinstance(node, list):
        return [_tidy(each) for each in node]
    if not isinstance(node, dict):
        return node
    tidy: dict[str, Any] = {
        key: _named(value) if key in ("properties", "$defs") else _tidy(value)
        for key, value in node.items()
        if key != "title" and not (key == "default" and value is None)
    }
    choices = tidy.pop("anyOf", [])
    rest = [each for each in choices if each != {"type": "null"}]
    if len(rest) == 1:
        return rest[0] | tidy
    return {"anyOf": rest} | tidy if rest else tidy


def _named(nodes: dict[str, Any]) -> dict[str, Any]:
    return {name: _tidy(node) for name, node in nodes.items()}
