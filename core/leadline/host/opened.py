"""One opened source: the only object that answers the connector hooks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from functools import partial

import pyarrow as pa

from leadline.batches import (
    Batch,
    Checkpoint,
    Finding,
    Source,
    Stream,
    Support,
    WriteResult,
)
from leadline.errors import PluginError
from leadline.hookspecs import Connector, hookimpl
from leadline.host.answers import Answers, Batches, Findings, Items, Results, T, inner_answers
from leadline.host.faults import Fault, Naming, secrets_of
from leadline.host.installed import LoadedPlugin
from leadline.host.patience import Patience, Patient
from leadline.host.relay import (
    CONNECTOR_HOOKS,
    ContractBroken,
    implementations,
    join,
    new_relay,
    register,
)

Hint = Callable[[BaseException], str]

# The contacts that the fetch under way is about; None for all that changed.
asked_records: ContextVar[Sequence[str] | None] = ContextVar("asked_records", default=None)


class OpenedSource:
    """Stands between a connector's object and the wrappers: names its failures, closes its answers.

    The connector's object has a relay of its own, so it may be a module, a frozen dataclass or
    shared between sources: pluggy would compare and hash it together with the others.
    """

    def __init__(
        self, source: Source, connector: Connector, plugin: LoadedPlugin, hint: Hint
    ) -> None:
        self.source, self.connector, self.plugin = source, connector, plugin
        self.hint, self.secrets = hint, secrets_of(source.settings)
        self._patience = Patience(plugin.name)
        self._relay = new_relay()
        with Naming(self.fault("open").of):
            implementation = connector.open(source)
        self._register(implementation)

    def fault(self, hook: str) -> Fault:
        """Whose fault it is when the connector itself fails."""
        return Fault(self.plugin.name, self.source.name, hook, secrets=self.secrets, hint=self.hint)

    @hookimpl
    def check(self, source: Source) -> Iterable[Finding]:
        return self._answer("check", Findings(), source=source)

    @hookimpl
    def fix(self, source: Source) -> Iterable[Finding]:
        if not implementations(self._relay, "fix"):
            return iter(())
        return self._answer("fix", Findings(), source=source)

    @hookimpl
    def fetch_contacts(self, source: Source, since: Checkpoint | None) -> Iterator[Batch]:
        if (ids := asked_records.get()) is not None:
            return self._records(source, Stream.CONTACTS, ids)
        return self._answer("fetch_contacts", Batches(), source=source, since=since)

    @hookimpl
    def fetch_activities(self, source: Source, since: Checkpoint | None) -> Iterator[Batch]:
        if (ids := asked_records.get()) is not None:
            return self._records(source, Stream.ACTIVITIES, ids)
        return self._answer("fetch_activities", Batches(), source=source, since=since)

    @hookimpl
    def fetch_companies(self, source: Source, since: Checkpoint | None) -> Iterator[Batch]:
        return self._answer("fetch_companies", Batches(), source=source, since=since)

    @property
    def fetches_records(self) -> bool:
        """The connector can read single contacts."""
        return bool(implementations(self._relay, "fetch_records"))

    def _records(self, source: Source, stream: Stream, ids: Sequence[str]) -> Iterator[Batch]:
        return self._answer("fetch_records", Batches(), source=source, stream=stream, ids=ids)

    @hookimpl
    def write_scores(self, source: Source, changes: pa.Table) -> Iterator[WriteResult]:
        ids = changes.column("contact_id").to_pylist()
        return self._answer("write_scores", Results(ids), source=source, changes=changes)

    def _answer(self, hook: str, items: Items[T], **arguments: object) -> Answers[T]:
        fault = self.fault(hook)
        with Naming(fault.of):
            answer = self._patience.run(lambda: getattr(self._relay.hook, hook)(**arguments))
            if hook in ("check", "fix") and isinstance(answer, Iterable):
                answer = self._patience.run(lambda: iter(answer))
            if isinstance(answer, Iterator):
                answer = Patient(answer, self._patience)
        answers = Answers(answer, items, fault, [])
        if (opened := inner_answers.get()) is not None:
            opened.append(answers)  # type: ignore[arg-type]  # only ever closed, never read
        return answers

    def _register(self, implementation: object) -> None:
        if implementation is None:
            raise self.fault("open").broken("answered None; open must return the source's object")
        try:
            register(self._relay, implementation, f"source:{self.source.name}")
            for problem in self._problems():
                raise ContractBroken(problem)
        except ContractBroken as broken:
            raise PluginError(
                f"source '{self.source.name}': its object {broken}",
                plugin=self.plugin.name,
                hook="open",
            ) from broken

    def _problems(self) -> Iterator[str]:
        if implementations(self._relay, "register_connectors"):
            yield "implements register_connectors, which belongs into the plugin's module"
        can = self.connector.capabilities
        needed: Mapping[str, Support] = {
            "check": Support.FULL,
            "fix": Support.UNSUPPORTED,
            "fetch_contacts": Support.FULL,
            "fetch_activities": can.activities,
            "fetch_companies": can.companies,
            "fetch_records": Support.UNSUPPORTED,
            "write_scores": can.write,
        }
        answering = partial(implementations, self._relay)
        missing = [h for h in CONNECTOR_HOOKS if needed[h] is Support.FULL and not answering(h)]
        if missing:
            yield (
                f"does not implement {join(missing)}, which connector '{self.connector.name}' "
                "declares; mark the method with @hookimpl, or declare less in its Capabilities"
            )
