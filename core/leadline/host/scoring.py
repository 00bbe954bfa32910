"""The rules that plugins join to models, asked of one plugin at a time, so that each is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pluggy

from leadline.batches import ModelView
from leadline.errors import PluginError
from leadline.host.faults import Naming, describe
from leadline.host.relay import alone

HOOK = "score"


def rules_of(
    relay: pluggy.PluginManager, plugin: str, model: ModelView, secrets: tuple[str, ...]
) -> list[Mapping[str, object]]:
    """What a plugin answers for a model; PluginError if it fails or answers anything but tables."""

    def named(error: BaseException) -> PluginError:
        message = f"{describe(error, secrets)}; report it to its author"
        return PluginError(f"model '{model.name}': {message}", plugin=plugin, hook=HOOK)

    with Naming(named):
        answers = alone(relay, plugin, HOOK)(model=model)
        return [rule for answer in answers for rule in _listed(answer)]


def _listed(answer: object) -> Iterable[Mapping[str, object]]:
    if isinstance(answer, Iterable) and not isinstance(answer, (str, bytes, Mapping)):
        rules = list(answer)
        if all(isinstance(rule, Mapping) for rule in rules):
            return rules
    raise TypeError(
        f"answered {type(answer).__name__}, where a list of tables belongs, each as [[rules]]"
    )
