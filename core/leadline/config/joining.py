"""What plugins bring to a config: facts that models may name, and rules that join its models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from leadline.config.own_fields import GIVEN, wrong
from leadline.errors import ConfigError, PluginError
from leadline.model import Model
from leadline.model.joining import joined
from leadline.vocabulary import FieldType

if TYPE_CHECKING:
    from leadline.batches import ModelView


class Bringing(Protocol):
    """A plugin that runs."""

    @property
    def name(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, FieldType]: ...


class Plugins(Protocol):
    """What is asked of the host."""

    def plugins(self) -> Sequence[Bringing]: ...
    def refuse(self, plugin: str, reason: str) -> None: ...
    def score(self, plugin: str, model: ModelView) -> Sequence[Mapping[str, object]]: ...


def brought_facts(host: Plugins) -> dict[str, FieldType]:
    """The facts that plugins fill in; a plugin with one that cannot be is refused."""
    found: dict[str, FieldType] = {}
    for plugin in host.plugins():
        reason = next((words for each in plugin.facts for words in _unfit(plugin, each, found)), "")
        if reason:
            host.refuse(plugin.name, f"registers the fact {reason}")
        else:
            found |= plugin.facts
    return found


def join_rules(
    models: Sequence[Model], known: Mapping[str, FieldType], host: Plugins
) -> tuple[Model, ...]:
    """The models with the rules of the plugins that score; a plugin with a bad rule is refused.

    known: every fact about a person that a condition may name.
    """
    found = tuple(models)
    for plugin in host.plugins():
        try:
            found = tuple(
                joined(model, plugin.name, host.score(plugin.name, view_of(model)), known)
                for model in found
            )
        except PluginError as error:
            host.refuse(plugin.name, f"{error.hook}: {error.args[0]}")
        except ConfigError as error:
            host.refuse(plugin.name, "; ".join(problem.message for problem in error.problems))
    return found


def view_of(model: Model) -> ModelView:
    """What plugins see of a model."""
    # Arrow is heavy: whoever only reads a config does without it.
    from leadline.batches import ModelView

    rules = tuple(rule.name for rule in model.rules)
    return ModelView(model.name, model.max, tuple(model.dimensions), rules)


def _unfit(plugin: Bringing, fact: str, taken: Mapping[str, FieldType]) -> list[str]:
    """Why a plugin cannot fill in a fact."""
    if fact in GIVEN:
        return [f"'{fact}', which is leadline's own: fill it in without registering it"]
    if fact in taken:
        return [f"'{fact}', which another plugin fills in: enable one of the two"]
    return list(wrong(fact, [plugin.facts[fact]]))
