"""pluggy, set up for leadline, and plain words for a plugin that breaks the contract."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterable
from functools import cache
from types import FunctionType

import pluggy

from leadline import hookspecs

PROJECT = "leadline"
CONNECTOR_HOOKS = (
    "check",
    "fix",
    "fetch_contacts",
    "fetch_activities",
    "fetch_companies",
    "fetch_records",
    "write_scores",
)

# Single records pass the wrappers of `fetch_contacts` and `fetch_activities`.
WRAPPED_HOOKS = tuple(hook for hook in CONNECTOR_HOOKS if hook != "fetch_records")


# What a plugin's module answers when it is loaded, before its settings are known.
MODULE_HOOKS = (
    "register_connectors",
    "register_extension",
    "register_facts",
    "register_commands",
)


class ContractBroken(Exception):
    """A plugin does not follow the contract; the message is for its author and its user."""


class NotInstalled(ContractBroken):
    """There is no plugin of the name."""


def new_relay() -> pluggy.PluginManager:
    """A plugin manager that knows the contract and nobody yet."""
    relay = pluggy.PluginManager(PROJECT)
    relay.add_hookspecs(hookspecs)
    return relay


@cache
def hook_names() -> tuple[str, ...]:
    """The names of all hooks, in the order of the contract."""
    relay = pluggy.PluginManager(PROJECT)
    return tuple(
        name
        for name, thing in vars(hookspecs).items()
        if isinstance(thing, FunctionType) and relay.parse_hookspec_opts(hookspecs, name)
    )


def register(relay: pluggy.PluginManager, plugin: object, name: str) -> None:
    """Register and check every hook; what does not fit the contract leaves nothing behind."""
    for hook in _unknown_hooks(relay, plugin):
        near = difflib.get_close_matches(hook, hook_names(), n=1)
        meant = f"did you mean '{near[0]}'?" if near else f"the hooks are {join(hook_names())}"
        raise ContractBroken(f"implements the hook '{hook}', which does not exist; {meant}")
    try:
        relay.register(plugin, name=name)
        relay.check_pending()
    except pluggy.PluginValidationError as error:
        raise ContractBroken(
            _in_our_words(relay, plugin) or " ".join(str(error).split())
        ) from error
    except ValueError as error:
        raise ContractBroken(
            "is the same object as a plugin that is loaded already; name it once"
        ) from error


def implementations(relay: pluggy.PluginManager, hook: str) -> list[pluggy.HookImpl]:
    """Who answers or wraps the hook, in no promised order."""
    caller: pluggy.HookCaller = getattr(relay.hook, hook)
    return caller.get_hookimpls()


def alone(relay: pluggy.PluginManager, plugin: str, hook: str) -> pluggy.HookCaller:
    """A caller of the hook that asks this plugin and no other."""
    others = [each.plugin for each in implementations(relay, hook) if each.plugin_name != plugin]
    return relay.subset_hook_caller(hook, others)


def join(names: Iterable[str]) -> str:
    """A list for a sentence: a, b, c."""
    return ", ".join(names) or "none"


def _hooks_of(relay: pluggy.PluginManager, plugin: object) -> list[tuple[str, str, bool]]:
    found = []
    for attribute in dir(plugin):
        if opts := relay.parse_hookimpl_opts(plugin, attribute):
            found.append(
                (opts.get("specname") or attribute, attribute, bool(opts.get("optionalhook")))
            )
    return found


def _unknown_hooks(relay: pluggy.PluginManager, plugin: object) -> list[str]:
    known = hook_names()
    return [
        hook for hook, _, optional in _hooks_of(relay, plugin) if hook not in known and not optional
    ]


def _in_our_words(relay: pluggy.PluginManager, plugin: object) -> str:
    """Which argument the contract does not know; "" when that is not what is wrong."""
    for hook, attribute, _ in _hooks_of(relay, plugin):
        if hook not in hook_names():
            continue
        given = list(inspect.signature(getattr(hookspecs, hook)).parameters)
        asked = [p for p in inspect.signature(getattr(plugin, attribute)).parameters if p != "self"]
        if unknown := [argument for argument in asked if argument not in given]:
            return (
                f"asks for the argument {join(unknown)} in {hook}, which is not in the contract; "
                f"the arguments are {join(given)}, and any of them may be left out"
            )
    return ""
