"""What a plugin must be before it runs; a reason to refuse it otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pluggy
from pydantic import BaseModel

from leadline.batches import Capabilities
from leadline.hookspecs import Connector, Extension
from leadline.host.faults import Naming, describe
from leadline.host.relay import (
    CONNECTOR_HOOKS,
    MODULE_HOOKS,
    WRAPPED_HOOKS,
    ContractBroken,
    hook_names,
    implementations,
    join,
    new_relay,
    register,
)
from leadline.vocabulary import FieldType


@dataclass(frozen=True, slots=True)
class Admitted:
    """What a plugin brings: the hooks it implements, its connectors and facts, its set-up."""

    hooks: tuple[str, ...]
    connectors: tuple[Connector, ...]
    extension: Extension | None
    facts: Mapping[str, FieldType]


def admit(name: str, plugin: object, taken: Mapping[str, str]) -> Admitted:
    """What a plugin brings, tried on a relay of its own.

    taken: connectors that are loaded already → who brings them.
    """
    relay, hooks = _tried(name, plugin)
    extension = _extension(relay)
    if extension is not None and (beside := [hook for hook in hooks if hook not in MODULE_HOOKS]):
        raise ContractBroken(
            f"implements {join(beside)} beside register_extension: move it to the object that "
            "Extension.open returns, which stands in the module's place"
        )
    return Admitted(hooks, _connectors(relay, taken), extension, _facts(relay))


def admit_object(name: str, answering: object) -> tuple[str, ...]:
    """The hooks of the object that a plugin's `Extension.open` returned."""
    if answering is None:
        raise ContractBroken("answered None; open must return the object that answers its hooks")
    _, hooks = _tried(name, answering)
    if wrong := [hook for hook in hooks if hook in MODULE_HOOKS]:
        raise ContractBroken(
            f"answered an object that implements {join(wrong)}, which belongs into its module"
        )
    return hooks


def _tried(name: str, plugin: object) -> tuple[pluggy.PluginManager, tuple[str, ...]]:
    try:
        hash(plugin)
    except TypeError:
        raise ContractBroken(
            f"is an object that cannot be hashed ({type(plugin).__name__}); "
            "let the entry point name a module, or give the class eq=False"
        ) from None
    relay = new_relay()
    register(relay, plugin, name)
    _check_roles(relay)
    return relay, tuple(hook for hook in hook_names() if implementations(relay, hook))


def _check_roles(relay: pluggy.PluginManager) -> None:
    for hook in hook_names():
        for implementation in implementations(relay, hook):
            if implementation.hookwrapper:
                raise ContractBroken(
                    f"wraps {hook} with hookwrapper=True; use @hookimpl(wrapper=True)"
                )
            if hook in CONNECTOR_HOOKS and not implementation.wrapper:
                raise ContractBroken(
                    f"implements {hook} without being a source, which would replace every "
                    "connector: wrap it with @hookimpl(wrapper=True), or move it to the object "
                    "that Connector.open returns"
                )
            if hook not in WRAPPED_HOOKS and implementation.wrapper:
                raise ContractBroken(f"wraps {hook}, but only {join(WRAPPED_HOOKS)} can be wrapped")


def _connectors(relay: pluggy.PluginManager, taken: Mapping[str, str]) -> tuple[Connector, ...]:
    with Naming(lambda error: ContractBroken(f"register_connectors raised {describe(error)}")):
        answers = relay.hook.register_connectors()
        for answer in answers:
            if not isinstance(answer, Iterable) or isinstance(answer, (str, bytes, Mapping)):
                raise ContractBroken(
                    f"answered {type(answer).__name__} to register_connectors; "
                    "return a list of leadline.hookspecs.Connector"
                )
        connectors = [connector for answer in answers for connector in answer]
    seen = dict(taken)
    for connector in connectors:
        if problem := _problem_with(connector):
            raise ContractBroken(f"answered register_connectors with {problem}")
        if connector.name in seen:
            raise ContractBroken(
                f"registers the connector '{connector.name}', which {seen[connector.name]} brings "
                "already; enable one of the two, or rename its connector"
            )
        seen[connector.name] = "the same plugin"
    return tuple(connectors)


def _extension(relay: pluggy.PluginManager) -> Extension | None:
    with Naming(lambda error: ContractBroken(f"register_extension raised {describe(error)}")):
        answers = relay.hook.register_extension()
    for answer in answers:
        if not isinstance(answer, Extension):
            raise ContractBroken(
                f"answered {type(answer).__name__} to register_extension; "
                "return a leadline.hookspecs.Extension"
            )
        if problem := _problem_with_settings(answer.settings):
            raise ContractBroken(f"answered register_extension with an Extension whose {problem}")
        if not callable(answer.open):
            raise ContractBroken(
                "answered register_extension with an Extension whose open cannot be called"
            )
        return answer
    return None


def _facts(relay: pluggy.PluginManager) -> Mapping[str, FieldType]:
    with Naming(lambda error: ContractBroken(f"register_facts raised {describe(error)}")):
        answers = relay.hook.register_facts()
    for answer in answers:
        kinds = answer.items() if isinstance(answer, Mapping) else [(answer, None)]
        if not all(isinstance(n, str) and isinstance(kind, FieldType) for n, kind in kinds):
            raise ContractBroken(
                f"answered {answer!r} to register_facts; return a mapping of a fact's name to its "
                "leadline.vocabulary.FieldType"
            )
        return dict(answer)
    return {}


def _problem_with_settings(settings: object) -> str:
    if not (isinstance(settings, type) and issubclass(settings, BaseModel)):
        return "settings are no pydantic model class"
    if settings.model_config.get("extra") != "forbid":
        return "settings accept any key: set model_config = ConfigDict(extra='forbid')"
    return ""


def _problem_with(connector: object) -> str:
    if not isinstance(connector, Connector):
        return f"a {type(connector).__name__} where a leadline.hookspecs.Connector belongs"
    if not isinstance(connector.name, str) or not connector.name.strip():
        return f"a connector without a name ({connector.name!r})"
    of = f"connector '{connector.name}', whose"
    if problem := _problem_with_settings(connector.settings):
        return f"{of} {problem}"
    if not isinstance(connector.capabilities, Capabilities):
        return f"{of} capabilities are no leadline.batches.Capabilities"
    if not callable(connector.open):
        return f"{of} open cannot be called"
    return ""
