"""What is remembered between pulls holds only once the checkpoint of its batch comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadline.connecting.activities import Activity
from leadline_hubspot.activities.memory import Memory, note_stages, open_memory

OPENED = Activity("email:1:2", "", "email_open", 1_700_000_000_000, properties={"a": "b"})


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with open_memory(tmp_path / "state") as memory:
        yield memory


def test_an_address_is_known_in_any_spelling_and_kept_as_a_digest(tmp_path: Path) -> None:
    with open_memory(tmp_path) as memory:
        memory.learn("7", ["Ada@Example.com", " "])
        memory.next_batch()
        assert memory.owners([" ada@example.COM ", "", "eve@example.com"]) == {
            " ada@example.COM ": "7"
        }
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"example.com" not in kept.lower()


def test_an_activity_waits_until_somebody_has_its_address(memory: Memory) -> None:
    memory.wait([("ada@example.com", OPENED)])
    assert memory.release(10) == []
    memory.learn("7", ["ada@example.com"])
    (row,) = memory.release(10)
    assert (row.activity_id, row.contact_id, row.at) == ("email:1:2", "7", OPENED.at)
    assert row.properties == {"a": "b"}
    assert memory.release(10) == []


@pytest.mark.parametrize("committed", [True, False])
def test_what_was_released_comes_again_unless_it_was_committed(
    memory: Memory, committed: bool
) -> None:
    memory.wait([("ada@example.com", OPENED)])
    memory.learn("7", ["ada@example.com"])
    before = memory.next_batch()
    memory.release(10)
    batch = memory.next_batch()
    memory.settle(batch if committed else before)
    assert len(memory.release(10)) == (0 if committed else 1)


@pytest.mark.parametrize("committed", [True, False])
def test_a_look_counts_once_it_was_committed(memory: Memory, committed: bool) -> None:
    memory.see({"7": {"opens": "3"}})
    memory.settle(memory.next_batch())
    before = memory.seq
    memory.see({"7": {"opens": "5"}, "8": {"opens": "1"}})
    memory.see({"7": {"opens": "6"}})
    assert memory.seen(["7", "8"]) == {"7": {"opens": "3"}}
    batch = memory.next_batch()
    memory.settle(batch if committed else before - 1)
    late = {"7": {"opens": "6"}, "8": {"opens": "1"}}
    assert memory.seen(["7", "8"]) == (late if committed else {"7": {"opens": "3"}})


@pytest.mark.parametrize("committed", [True, False])
def test_a_lost_contact_of_an_engagement_is_told_until_it_was_committed(
    memory: Memory, committed: bool
) -> None:
    assert memory.relink({"call:1": ["7", "8"]}) == {}
    before = memory.next_batch()
    assert memory.relink({"call:1": ["8", "9"]}) == {"call:1": {"7"}}
    memory.settle(memory.next_batch() if committed else before)
    again = memory.relink({"call:1": ["8", "9"]})
    assert again == {"call:1": set() if committed else {"7"}}


def test_memory_outlasts_the_process(tmp_path: Path) -> None:
    with open_memory(tmp_path) as memory:
        memory.see({"7": {"opens": "3"}})
        first, token = memory.next_batch(), memory.token
    with open_memory(tmp_path) as memory:
        memory.settle(first)
        assert (memory.token, memory.next_batch()) == (token, first + 1)
        assert memory.seen(["7"]) == {"7": {"opens": "3"}}


def test_many_contacts_are_looked_up_at_once(memory: Memory) -> None:
    looks = {str(number): {"opens": str(number)} for number in range(1_234)}
    memory.see(looks)
    memory.settle(memory.next_batch())
    assert memory.seen(list(looks)) == looks


def test_stages_that_leadline_wrote_are_noted(tmp_path: Path) -> None:
    note_stages(tmp_path, {"7": "customer"})
    with open_memory(tmp_path) as memory:
        assert list(memory.own_writes(["7", "8"])) == [("7", "customer")]
