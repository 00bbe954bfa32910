"""A plugin that breaks the contract is refused, and the message says what to do."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from leadline.batches import Capabilities
from leadline.hookspecs import Connector, hookimpl
from leadline.host import Host


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Loose(BaseModel):
    pass


GOOD = Connector("crm", Settings, Capabilities(), lambda source: None)


class Brings:
    """A plugin whose register_connectors answers what it was given."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    @hookimpl
    def register_connectors(self) -> Any:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


def reason(plugin: object) -> str:
    host = Host.load({}, extra=[("tried", plugin)])
    assert host.plugins() == []
    (refusal,) = host.refused
    assert refusal.name == "tried"
    assert "Traceback" not in refusal.reason
    return refusal.reason


def test_hook_register_connectors() -> None:
    host = Host.load({}, extra=[("mine", Brings(iter([GOOD])))])
    assert host.refused == []
    assert dict(host.connectors) == {"crm": GOOD}


def test_a_misspelled_hook_is_refused_with_the_nearest_name() -> None:
    class Misspelled:
        @hookimpl
        def register_conectors(self) -> list[Connector]:
            return [GOOD]

    assert "did you mean 'register_connectors'?" in reason(Misspelled())


def test_a_hook_may_be_declared_optional_for_other_versions() -> None:
    class Ahead:
        @hookimpl(optionalhook=True)
        def rank(self) -> None:
            raise AssertionError("nobody calls it")

    assert Host.load({}, extra=[("ahead", Ahead())]).refused == []


def test_an_unknown_argument_is_refused_with_the_known_ones() -> None:
    class Asks:
        @hookimpl(wrapper=True)
        def fetch_contacts(self, source: object, cursor: object) -> Iterator[None]:
            return (yield)

    said = reason(Asks())
    assert "the argument cursor in fetch_contacts" in said
    assert "source, since" in said


def test_answering_a_connector_hook_without_being_a_source_is_refused() -> None:
    class Replaces:
        @hookimpl
        def fetch_contacts(self) -> Iterator[object]:
            return iter(())

    said = reason(Replaces())
    assert "implements fetch_contacts without being a source" in said
    assert "wrapper=True" in said


def test_old_wrappers_are_refused() -> None:
    class Old:
        @hookimpl(hookwrapper=True)
        def check(self) -> Iterator[None]:
            yield

    assert "use @hookimpl(wrapper=True)" in reason(Old())


def test_only_connector_hooks_can_be_wrapped() -> None:
    class Wraps:
        @hookimpl(wrapper=True)
        def register_connectors(self) -> Iterator[None]:
            return (yield)

    assert "can be wrapped" in reason(Wraps())


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (42, "return a list"),
        ("csv", "return a list"),
        (GOOD, "return a list"),
        (["csv"], "a str where a leadline.hookspecs.Connector belongs"),
        ([dataclasses.replace(GOOD, name=" ")], "without a name"),
        ([dataclasses.replace(GOOD, settings=dict)], "no pydantic model class"),  # type: ignore[arg-type]  # what is refused
        ([dataclasses.replace(GOOD, settings=Loose)], "extra='forbid'"),
        ([dataclasses.replace(GOOD, capabilities=None)], "capabilities"),  # type: ignore[arg-type]  # what is refused
        ([dataclasses.replace(GOOD, open=None)], "open cannot be called"),  # type: ignore[arg-type]  # what is refused
        ([GOOD, GOOD], "registers the connector 'crm'"),
        (KeyError("x"), "register_connectors raised KeyError"),
        (SystemExit(2), "register_connectors raised SystemExit"),
    ],
)
def test_nonsense_from_register_connectors_is_refused(answer: object, says: str) -> None:
    assert says in reason(Brings(answer))


def test_a_connector_of_another_plugin_is_not_replaced() -> None:
    other = dataclasses.replace(GOOD, settings=type("Settings", (Settings,), {}))
    host = Host.load({}, extra=[("first", Brings([GOOD])), ("second", Brings([other]))])
    (refusal,) = host.refused
    assert refusal.name == "second"
    assert "which plugin 'first' brings already" in refusal.reason
    assert host.connectors["crm"] is GOOD
