"""The contract of bad days: limits, lost sign-ins, broken connections, and no secret told."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from leadline.batches import Outcome, Stream, Support, WriteResult
from leadline.errors import LeadlineError, RetryLater, SignInError
from leadline.host.faults import findable, secrets_of
from leadline.testing.basis import ContractBasis
from leadline.testing.bench import SOURCE, Bench, differences, facts_in, live
from leadline.testing.crm import Crm
from leadline.testing.seeds import seed_activities, seed_contacts
from leadline.testing.writing import changes_for, expected, written

_FEW = 2  # refusals that a connector waits out
_EVER = 10_000  # and those that it cannot


class TroubleContract(ContractBasis):
    """What a connector keeps when the CRM does not do as it is asked."""

    def test_too_many_calls_are_waited_out(self, bench: Bench, crm: Crm) -> None:
        whole = self._seeded(bench, crm)
        if not crm.say_too_many(_FEW):
            pytest.skip("this CRM has no limit: answer Crm.say_too_many() to test it")
        again = live(bench.reopened("limited").facts(Stream.CONTACTS))
        assert differences(again, whole) == [], (
            f"the CRM refused {_FEW} calls as too many, and contacts were lost: wait, ask again"
        )

    def test_a_limit_that_stays_is_left_for_later(self, bench: Bench, crm: Crm) -> None:
        whole = self._seeded(bench, crm)
        if not crm.say_too_many(_EVER):
            pytest.skip("this CRM has no limit: answer Crm.say_too_many() to test it")
        with pytest.raises(RetryLater, match=f"source '{SOURCE}'"):
            bench.reopened("limited").facts(Stream.CONTACTS)
        crm.say_too_many(0)
        again = live(bench.reopened("limited").facts(Stream.CONTACTS))
        assert differences(again, whole) == [], "contacts were lost after the limit was over"

    def test_a_session_that_ended_is_renewed(self, bench: Bench, crm: Crm) -> None:
        whole = self._seeded(bench, crm)
        if self.one_batch:
            pytest.skip("the connector yields one batch: there is no middle")
        with bench.host.fetch_contacts(SOURCE, None) as answer:
            first = next(answer)
            if not crm.end_session():
                pytest.skip("this CRM has no sessions: answer Crm.end_session() to test it")
            try:
                found = facts_in([first, *answer], Stream.CONTACTS)
            except SignInError:
                found = live(bench.reopened().facts(Stream.CONTACTS))
        assert differences(live(found), whole) == [], (
            "the session ended in the middle of a fetch: sign in anew and go on, or raise "
            "SignInError, and lose no contact"
        )

    def test_a_refused_sign_in_is_said(self, bench: Bench, crm: Crm) -> None:
        self._seeded(bench, crm)
        if not crm.refuse_sign_in():
            pytest.skip("there is no sign-in: answer Crm.refuse_sign_in() to test it")
        with pytest.raises(SignInError, match=f"source '{SOURCE}'"):
            bench.reopened("refused").facts(Stream.CONTACTS)
        try:
            findings = bench.reopened("checked").host.check(SOURCE)
        except SignInError:
            return
        assert [f for f in findings if not f.ok], "check must find that nobody is let in"

    def test_a_write_that_broke_off_is_not_believed(self, bench: Bench, crm: Crm) -> None:
        bench.needs("write")
        seed_contacts(crm)
        changes = changes_for(crm, {1: 70, 2: 5, 3: 40})
        if not crm.break_in_write(after=1):
            pytest.skip("a write here cannot break off: answer Crm.break_in_write() to test it")
        claimed = _claimed(lambda: bench.write(changes))
        there = written(crm)
        lies = sorted(claimed - there.keys())
        assert not lies, f"answered as written, and the CRM does not have it: {lies}"
        results = bench.reopened().write(changes)
        assert {r.outcome for r in results} == {Outcome.WRITTEN}, (
            f"the same changes after a broken write must go through: {results}"
        )
        assert differences(written(crm), expected(changes)) == [], (
            "the same changes after a broken write must leave what they say, once"
        )

    def test_one_refused_contact_stops_no_other(self, bench: Bench, crm: Crm) -> None:
        bench.needs("write")
        seed_contacts(crm)
        changes = changes_for(crm, {1: 70, 2: 5, 3: 40})
        refused = crm.contact_id(2)
        if not crm.refuse_contact(refused):
            pytest.skip("a CRM that refuses nobody: answer Crm.refuse_contact() to test it")
        results = {result.contact_id: result for result in bench.write(changes)}
        assert results[refused].outcome is Outcome.REJECTED, (
            f"the CRM refused the contact for good, and the answer was {results[refused]}"
        )
        assert results[refused].reason.strip(), "a rejection needs its reason, the CRM's own words"
        others = {k: v for k, v in expected(changes).items() if k != refused}
        assert differences(written(crm), others) == [], (
            "one contact was refused: the others of its call must be written all the same"
        )

    def test_no_secret_is_told(
        self,
        bench: Bench,
        crm: Crm,
        caplog: pytest.LogCaptureFixture,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        settings = bench.host.connectors[bench.connector].settings
        given = settings.model_validate(dict(crm.settings()))
        secrets = findable(secrets_of(given))
        if not secrets:
            pytest.skip("the settings hold no SecretStr")
        assert not any(secret in repr(given) for secret in secrets), "the settings' repr tells it"
        caplog.set_level(logging.DEBUG)
        told = [*self._worked(bench, crm)]
        if crm.refuse_sign_in() or crm.break_down():
            told += self._worked(bench.reopened("broken"), crm)
        printed = capsys.readouterr()
        places = {
            "a log": caplog.text,
            "the screen": printed.out + printed.err,
            "an error or a finding": "\n".join(told),
        }
        for place, text in places.items():
            assert not any(secret in text for secret in secrets), f"{place} tells a secret"

    def _seeded(self, bench: Bench, crm: Crm) -> dict[str, dict[str, object]]:
        seed_contacts(crm)
        return live(bench.facts(Stream.CONTACTS))

    def _worked(self, bench: Bench, crm: Crm) -> list[str]:
        """What is said while every hook of the source is called once; errors are said as well."""
        can = bench.capabilities
        if can.activities is Support.FULL:
            seed_activities(crm)
        else:
            seed_contacts(crm)
        asked: list[Callable[[], object]] = [
            lambda: bench.host.check(SOURCE),
            lambda: bench.batches(Stream.CONTACTS),
        ]
        if can.activities is Support.FULL:
            asked.append(lambda: bench.batches(Stream.ACTIVITIES))
        if can.write is Support.FULL:
            asked.append(lambda: bench.write(changes_for(crm, {1: 70})))
        return [_said(ask) for ask in asked]


def _claimed(write: Callable[[], list[WriteResult]]) -> set[str]:
    """The contacts answered as written; none where the write ended in an error."""
    try:
        return {each.contact_id for each in write() if each.outcome is Outcome.WRITTEN}
    except LeadlineError:
        return set()


def _said(ask: Callable[[], object]) -> str:
    try:
        return repr(ask())
    except LeadlineError as error:
        return f"{error!r} {error}"
