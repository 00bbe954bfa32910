"""Of all that want a lease exactly one has it, whatever dies or runs out."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import Popen

import pytest

from leadline.errors import RetryLater
from leadline.ledger import Ledger

Where = str | Path
Start = Callable[..., Popen[str]]


def test_a_taken_lease_names_its_holder_and_when_to_try_again(ledger: Ledger) -> None:
    with (
        ledger.leases.take("pull:crm", "nightly sync", ttl=40),
        pytest.raises(
            RetryLater, match=r"'nightly sync' \(process \d+ on .*until .* UTC"
        ) as raised,
    ):
        ledger.leases.take("pull:crm", "resync")
    assert 30 < raised.value.after <= 40


def test_other_names_are_free(ledger: Ledger) -> None:
    with ledger.leases.take("pull:crm", "a"), ledger.leases.take("pull:shop", "b"):
        pass


def test_leaving_the_block_lets_the_next_one_in_even_after_an_error(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), ledger.leases.take("workspace", "a"):
        raise ZeroDivisionError
    with ledger.leases.take("workspace", "b") as lease:
        assert lease.holder == "b"


def test_fences_only_rise(ledger: Ledger) -> None:
    fences = []
    for _ in range(4):
        with ledger.leases.take("push:crm", "a") as lease:
            fences.append(lease.fence)
    assert fences == sorted(set(fences))


def test_an_expired_lease_goes_to_the_next_and_the_first_finds_out(ledger: Ledger) -> None:
    first = ledger.leases.take("push:crm", "slow", ttl=0.05)
    time.sleep(0.1)
    second = ledger.leases.take("push:crm", "quick")
    assert second.fence > first.fence
    for attempt in (first.check, first.renew):
        with pytest.raises(RetryLater, match=r"'slow' no longer holds 'push:crm'.*'quick'"):
            attempt()
    first.release()  # not its own any more: nothing happens
    second.check()


def test_a_lease_that_ran_out_unnoticed_goes_on(ledger: Ledger) -> None:
    lease = ledger.leases.take("push:crm", "slow", ttl=0.05)
    time.sleep(0.1)
    lease.ttl = timedelta(seconds=60)
    lease.check()
    assert lease.expires_at > datetime.now(UTC)
    with pytest.raises(RetryLater):
        ledger.leases.take("push:crm", "other")


def test_a_released_lease_is_held_no_more(ledger: Ledger) -> None:
    lease = ledger.leases.take("push:crm", "a")
    lease.release()
    for attempt in (lease.check, lease.renew):
        with pytest.raises(RetryLater, match="given back"):
            attempt()


def test_what_a_dead_process_held_is_free_at_once(where: Where, start: Start) -> None:
    lines = """
ledger = Ledger.open(where)
print(ledger.leases.take("workspace", "crashing", ttl=3600).fence, flush=True)
os._exit(9)
"""
    process = start(lines)
    fence = int(process.communicate(timeout=60)[0])
    assert process.returncode == 9
    with Ledger.open(where) as ledger, ledger.leases.take("workspace", "next") as lease:
        assert lease.fence == fence + 1


def test_what_a_living_process_holds_is_not(where: Where, start: Start) -> None:
    lines = """
with Ledger.open(where) as ledger, ledger.leases.take("workspace", "working"):
    print("held", flush=True)
    time.sleep(60)
"""
    process = start(lines)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with Ledger.open(where) as ledger, pytest.raises(RetryLater, match="'working'"):
        ledger.leases.take("workspace", "next")


def test_processes_that_race_are_in_one_at_a_time(
    where: Where, start: Start, tmp_path: Path
) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")
    lines = """
counter, taken = Path(sys.argv[2]), 0
with Ledger.open(where) as ledger:
    while taken < 5:
        try:
            with ledger.leases.take("workspace", f"process {os.getpid()}") as lease:
                count = int(counter.read_text())
                time.sleep(0.005)  # long enough for another to read the same count
                counter.write_text(str(count + 1))
                print(lease.fence)
            taken += 1
        except RetryLater:
            time.sleep(0.002)
"""
    processes = [start(lines, str(counter)) for _ in range(3)]
    fences = [int(f) for p in processes for f in p.communicate(timeout=60)[0].split()]
    assert counter.read_text() == "15"
    assert sorted(fences) == list(range(1, 16))
