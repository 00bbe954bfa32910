"""The contract of feeds: what a source cannot deliver is said by its type, until it comes again."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from leadline.batches import Batch, Stream
from leadline.testing.basis import ContractBasis
from leadline.testing.bench import Bench
from leadline.testing.crm import Crm
from leadline.testing.seeds import seed_activities
from leadline.vocabulary import EVERY_TYPE, is_activity_type

_OFF = "page_view"


class FeedsContract(ContractBasis):
    """What a connector keeps when it says that activities of a type do not come."""

    def test_what_is_off_is_said_by_its_type(self, bench: Bench, crm: Crm) -> None:
        bench.needs("activities")
        seed_activities(crm)
        switched = crm.switch_feeds({_OFF})
        batches = bench.reopened("switched").batches(Stream.ACTIVITIES)
        said = {name for batch in batches for name in batch.feeds_off or ()}
        if not switched and not said:
            pytest.skip("this CRM delivers every type: answer Crm.switch_feeds() to test it")
        strange = sorted(n for n in said if n != EVERY_TYPE and not is_activity_type(n))
        assert not strange, f"feeds_off names canonical types or EVERY_TYPE, and not {strange}"
        assert not switched or {_OFF, EVERY_TYPE} & (_last_word(batches) or set()), (
            f"the CRM cannot deliver {_OFF}, and the last Batch.feeds_off of a full fetch does not "
            "say so: what is counted of it would be 0 and not unknown"
        )

    def test_what_is_off_stays_off_until_it_comes_again(self, bench: Bench, crm: Crm) -> None:
        bench.needs("activities")
        seed_activities(crm)
        if not crm.switch_feeds({_OFF}):
            pytest.skip("this CRM delivers every type: answer Crm.switch_feeds() to test it")
        switched = bench.reopened("switched")
        batches = switched.batches(Stream.ACTIVITIES)
        later = switched.reopened().batches(Stream.ACTIVITIES, batches[-1].checkpoint)
        assert _last_word(later) in (None, _last_word(batches)), (
            "nothing has come back: a fetch that resumes says the same of feeds_off as the one "
            "before, or None; an empty set takes it back"
        )
        crm.switch_feeds(frozenset())
        word = _last_word(bench.reopened("again").batches(Stream.ACTIVITIES))
        assert word is not None, (
            "every type comes again: say so with an empty feeds_off, for None leaves them off"
        )
        assert not {_OFF, EVERY_TYPE} & word, f"{_OFF} comes again and is still said to be off"


def _last_word(batches: Iterable[Batch]) -> frozenset[str] | None:
    """What a fetch leaves said about feeds; None where it says nothing."""
    words = [batch.feeds_off for batch in batches if batch.feeds_off is not None]
    return words[-1] if words else None
