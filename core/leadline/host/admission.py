"""What a plugin must be before it runs; a reason to refuse it otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pluggy
from pydantic import BaseModel

from leadline.batches import Capabilities
from leadline.hookspecs import Connector
from leadline.host.faults import Naming, describe
from leadline.host.relay import (
    CONNECTOR_HOOKS,
    ContractBroken,
    hook_names,
    implementations,
    join,
    new_relay,
    register,
)


def admit(
    name: str, plugin: object, taken: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[Connector, ...]]:
    """The hooks that a plugin implements and the connectors it brings, tried on a relay of its own.

    taken: connectors that are loaded already → who brings them.
    """
    try:
        hash(plugin)
    except TypeError:
        raise ContractBroken(
            f"is an object that cannot be hashed ({type(plugin).__name__}); "
            "let the entry point name a module, or give the class eq=False"
        ) from None
    relay = new_relay()
    register(relay, plugin, name)
    hooks = tuple(hook for hook in hook_names() if implementations(relay, hook))
    _check_roles(relay)
    return hooks, _connectors(relay, taken)


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
            if hook not in CONNECTOR_HOOKS and implementation.wrapper:
                raise ContractBroken(
                    f"wraps {hook}, but only {join(CONNECTOR_HOOKS)} can be wrapped"
                )


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


def _problem_with(connector: object) -> str:
    if not isinstance(connector, Connector):
        return f"a {type(connector).__name__} where a leadline.hookspecs.Connector belongs"
    if not isinstance(connector.name, str) or not connector.name.strip():
        return f"a connector without a name ({connector.name!r})"
    of = f"connector '{connector.name}', whose"
    if not (isinstance(connector.settings, type) and issubclass(connector.settings, BaseModel)):
        return f"{of} settings are no pydantic model class"
    if connector.settings.model_config.get("extra") != "forbid":
        return f"{of} settings accept any key: set model_config = ConfigDict(extra='forbid')"
    if not isinstance(connector.capabilities, Capabilities):
        return f"{of} capabilities are no leadline.batches.Capabilities"
    if not callable(connector.open):
        return f"{of} open cannot be called"
    return ""
