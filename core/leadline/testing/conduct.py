"""The contract of good conduct: failures are named, files are let go, wrappers see everything."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from pydantic import ValidationError

from leadline.batches import Batch, Finding, Stream, Support, WriteResult
from leadline.errors import SourceError
from leadline.handles import open_files
from leadline.hookspecs import hookimpl
from leadline.testing.basis import ContractBasis
from leadline.testing.bench import SOURCE, Bench
from leadline.testing.crm import Crm
from leadline.testing.seeds import seed_activities, seed_companies, seed_contacts
from leadline.testing.writing import changes_for

T = TypeVar("T")


class Watcher:
    """A plugin that wraps every connector hook and counts what passes through."""

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}

    @hookimpl(wrapper=True)
    def check(self) -> Generator[None, Iterator[Finding], Iterator[Finding]]:
        return self._count("check", (yield))

    @hookimpl(wrapper=True)
    def fetch_contacts(self) -> Generator[None, Iterator[Batch], Iterator[Batch]]:
        return self._count("fetch_contacts", (yield))

    @hookimpl(wrapper=True)
    def fetch_activities(self) -> Generator[None, Iterator[Batch], Iterator[Batch]]:
        return self._count("fetch_activities", (yield))

    @hookimpl(wrapper=True)
    def fetch_companies(self) -> Generator[None, Iterator[Batch], Iterator[Batch]]:
        return self._count("fetch_companies", (yield))

    @hookimpl(wrapper=True)
    def write_scores(self) -> Generator[None, Iterator[WriteResult], Iterator[WriteResult]]:
        return self._count("write_scores", (yield))

    def _count(self, hook: str, answer: Iterator[T]) -> Iterator[T]:
        self.seen.setdefault(hook, 0)
        return self._counted(hook, answer)

    def _counted(self, hook: str, answer: Iterator[T]) -> Iterator[T]:
        for item in answer:
            self.seen[hook] = self.seen.get(hook, 0) + 1
            yield item


class ConductContract(ContractBasis):
    """What a connector keeps towards its host."""

    def test_check_finds_a_working_source_in_order(self, bench: Bench, crm: Crm) -> None:
        seed_activities(crm) if bench.capabilities.activities is Support.FULL else seed_contacts(
            crm
        )
        before = crm.everything_else()
        findings = bench.host.check(SOURCE)
        assert findings, "check must say what it tried: yield at least one Finding"
        assert [str(f) for f in findings if not f.ok] == [], "nothing is wrong with this CRM"
        assert crm.everything_else() == before, "check must not write anywhere"

    def test_an_unknown_setting_is_refused(self, bench: Bench, crm: Crm) -> None:
        settings = bench.host.connectors[bench.connector].settings
        with pytest.raises(ValidationError, match="no_such_setting"):
            settings.model_validate({**crm.settings(), "no_such_setting": 1})

    def test_every_setting_is_described(self, bench: Bench) -> None:
        settings = bench.host.connectors[bench.connector].settings
        silent = [name for name, field in settings.model_fields.items() if not field.description]
        assert not silent, f"settings without a description: {silent}"

    def test_what_is_unsupported_is_refused(self, bench: Bench, crm: Crm) -> None:
        seed_contacts(crm)
        before, can = crm.everything_else(), bench.capabilities
        if Support.UNSUPPORTED not in (can.activities, can.companies, can.write):
            pytest.skip(f"connector '{bench.connector}' declares nothing of the kind so")
        if can.activities is Support.UNSUPPORTED:
            with pytest.raises(SourceError, match=f"(?s){SOURCE}.*activities"):
                list(bench.host.fetch_activities(SOURCE, None))
        if can.companies is Support.UNSUPPORTED:
            with pytest.raises(SourceError, match=f"(?s){SOURCE}.*companies"):
                list(bench.host.fetch_companies(SOURCE, None))
        if can.write is Support.UNSUPPORTED:
            with pytest.raises(SourceError, match=f"(?s){SOURCE}.*write"):
                list(bench.host.write_scores(SOURCE, changes_for(crm, {1: 70})))
            assert crm.everything_else() == before, "the CRM was written to all the same"

    def test_stopping_early_lets_go_of_files(self, bench: Bench, crm: Crm) -> None:
        seed_contacts(crm)
        before = _open_files(bench.base)
        assert bench.batches(Stream.CONTACTS, only=1), "seven contacts and not one batch"
        left = _open_files(bench.base) - before
        assert not left, f"left open when the host stopped after one batch: {sorted(left)}"

    def test_an_error_in_mid_iteration_is_named(self, bench: Bench, crm: Crm) -> None:
        seed_contacts(crm)
        if self.one_batch:
            pytest.skip("the connector yields one batch: there is no middle")
        before = _open_files(bench.base)
        answer = bench.host.fetch_contacts(SOURCE, None)
        next(answer)
        if not crm.break_down():
            answer.close()
            pytest.skip("this CRM cannot be made to break down: answer Crm.break_down() to test it")
        with pytest.raises(SourceError, match=f"source '{SOURCE}'") as caught:
            list(answer)
        assert caught.value.hook == "fetch_contacts"
        assert next(answer, None) is None, "the iterator must be at its end after an error"
        assert not _open_files(bench.base) - before, "the connector left files open after its error"

    def test_a_wrapper_sees_every_call(self, bench: Bench, crm: Crm) -> None:
        _seed(bench, crm)
        watcher = Watcher()
        watched = bench.watched(watcher)
        expected = {"check": len(watched.host.check(SOURCE))}
        if bench.capabilities.activities is Support.FULL:
            expected["fetch_activities"] = len(watched.batches(Stream.ACTIVITIES))
        if bench.capabilities.companies is Support.FULL:
            expected["fetch_companies"] = len(watched.batches(Stream.COMPANIES))
        expected["fetch_contacts"] = len(watched.batches(Stream.CONTACTS))
        if bench.capabilities.write is Support.FULL:
            expected["write_scores"] = len(watched.write(changes_for(crm, {1: 70, 2: 5})))
        assert watcher.seen == expected, "a wrapper must see each item of each hook"


def _seed(bench: Bench, crm: Crm) -> None:
    if bench.capabilities.companies is Support.FULL:
        seed_companies(crm)
    if bench.capabilities.activities is Support.FULL:
        seed_activities(crm)
    else:
        seed_contacts(crm)


def _open_files(folder: Path) -> set[str]:
    """The files under a folder that this process holds open."""
    return {file for _, file in open_files([folder])}
