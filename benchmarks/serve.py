"""How fast leads are served while a sync publishes, and how fast `leadline serve` starts.

The serving table is filled with made-up rows through the very door that a sync uses: scoring a
million contacts first would measure the engine. Clients, server and publisher are processes of
their own. Run `python -m benchmarks.serve`; nothing here judges, so it fails no build.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadline.config import load_config
from leadline.demo import generate, write_workspace
from leadline.serving import LeadFilter, Serving
from leadline.serving.points import Layout, Place
from leadline.serving.publication import Answer, Sums

MODEL = "b2b-demo"
LABELS = ("hot", "warm", "cold", "dead")
RULES = 30
WORDS = ("acme", "baltic", "copper", "delta", "elbe", "fjord", "granite", "harbour", "iris", "jade")
LAYOUT = Layout(
    (
        *(Place(f"Rule {i}", "fit" if i % 2 else "engagement", "rule") for i in range(RULES)),
        Place("Limit of engagement", "engagement", "dimension", 50),
    )
)
TURNS = 40  # requests of each client and kind


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.serve", description=__doc__)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--folder", type=Path, help="kept, and used again")
    parser.add_argument("--pause", type=float, default=0.2, help="mean seconds between clicks")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        _measure(given.folder or Path(made), given.contacts, given.clients, given.pause)


def _measure(folder: Path, contacts: int, clients: int, pause: float) -> None:
    config = folder / "config.toml"
    if not config.exists():
        folder.mkdir(parents=True, exist_ok=True)
        generate(folder, contacts=10, seed=7)
        write_workspace(folder)
    with Serving.open_in(load_config(config)) as serving:
        _fill(serving, contacts)
        size = (load_config(config).workspace / "serving.db").stat().st_size
        print(f"{contacts:,} contacts: a file of {size / 1e6:,.0f} MB")
        wanted = LeadFilter(MODEL)
        _tell("first page, no HTTP", _timed(lambda: serving.leads(wanted), 200))
        _tell("one lead, no HTTP", _timed(lambda: serving.lead(MODEL, "crm", _id(contacts)), 200))
    _over_http(config, contacts, clients, pause)


def _fill(serving: Serving, contacts: int) -> None:
    there = next((each.leads for each in serving.models() if each.name == MODEL), 0)
    if there != contacts:
        rows = made_rows(np.arange(contacts), seed=1)
        print(f"first publication: {_spent(lambda: serving.publish(answer(rows, contacts))):.1f} s")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"peak memory, with all rows at hand: {peak:,.0f} MB")
    ids = serving.digests(MODEL)
    for count in (contacts // 100, contacts // 10):
        rows = changed(ids, count, seed=count)
        begun = time.perf_counter()
        serving.publish(answer(rows, contacts))
        print(f"publication of {count:,} changes: {time.perf_counter() - begun:.1f} s")


def changed(there: pa.Table, count: int, seed: int) -> pa.Table:
    """Other answers for some of the contacts, whose facts stay."""
    chosen = there.take(np.random.default_rng(seed).choice(there.num_rows, count, replace=False))
    rows = made_rows(chosen["contact_id"].cast(pa.int64()).to_numpy(), seed)
    return rows.set_column(rows.schema.get_field_index("id"), "id", chosen["id"])


def made_rows(numbers: Any, seed: int) -> pa.Table:
    """Rows as `publication` takes them: few hot, most cold, six rules each.

    numbers: of the contacts, whose facts follow from them alone.
    """
    dice, count = np.random.default_rng(seed), len(numbers)
    score = np.minimum(dice.gamma(2.0, 12.0, count).astype(np.int64), 100)
    warmth = np.where(score >= 70, 0, np.where(score >= 40, 1, 2))
    words = np.array(WORDS)
    first, last = words[numbers * 7919 % 97 % 10], words[numbers * 104_729 % 89 % 10]
    apart = numbers * 7919 % 1_000_003
    names = [f"{a} {b} {n:x}" for a, b, n in zip(first, last, apart, strict=True)]
    emails = [f"{a}.{n}@{b}.example" for a, b, n in zip(first, numbers, last, strict=True)]
    companies = [f"{b} {n % 5_000} ltd" for b, n in zip(last, numbers, strict=True)]
    texts = [" ".join(each) for each in zip(names, emails, companies, strict=True)]
    entries = np.zeros((count, 6), np.dtype([("place", "<u2"), ("points", "<i4")]))
    entries["place"] = np.sort(dice.integers(0, RULES, (count, 6)), axis=1)
    entries["points"] = dice.integers(1, 20, (count, 6))
    packed = entries.tobytes()
    return pa.table(
        {
            "id": pa.nulls(count, pa.int64()),
            "source": pa.repeat("crm", count),
            "contact_id": [str(number) for number in numbers],
            "name": names,
            "email": emails,
            "company": companies,
            "owner": [f"owner {number}" for number in numbers % 60],
            "job_title": pa.repeat("Head of Purchasing", count),
            "country": pa.repeat("PL", count),
            "lifecycle_stage": pa.repeat("lead", count),
            "text": texts,
            "score": score,
            "dimensions": pa.repeat('{"fit": 20, "engagement": 20}', count),
            "grade": np.char.add(np.array(list("ABC"))[warmth], dice.choice(list("1234"), count)),
            "temperature": np.array(LABELS)[warmth],
            "warmth": warmth,
            "stage": pa.nulls(count, pa.string()),
            "excluded": pa.nulls(count, pa.string()),
            "reasons": pa.repeat("Rule 3 +18, Rule 9 +12, Rule 4 +9", count),
            "points": [packed[at : at + 36] for at in range(0, len(packed), 36)],
            "digest": dice.integers(0, 2**62, count),
            "as_of": pa.nulls(count, pa.int64()),
        }
    )


def answer(rows: pa.Table, leads: int) -> Answer:
    """A publication of these rows; what is counted stands for all of the leads."""
    keys = ("source", "temperature", "grade", "stage", "owner", "lifecycle_stage")
    times = leads // rows.num_rows
    counts, histogram = (
        rows.group_by(by).aggregate([([], "count_all")]) for by in (list(keys), "score")
    )
    counts, histogram = (
        each.set_column(
            each.num_columns - 1, "leads", pc.multiply(each["count_all"], pa.scalar(times))
        )
        for each in (counts, histogram)
    )
    return Answer(
        name=MODEL,
        version="made up",
        as_of=datetime.now(UTC),
        day=20_779,
        labels=LABELS,
        layout=LAYOUT,
        rows=rows,
        gone=pa.table({"id": pa.array([], pa.int64())}),
        sums=Sums(
            counts=counts,
            histogram=histogram,
            uses=tuple((leads // RULES, leads) for _ in LAYOUT.places),
            leads=leads,
        ),
    )


def _question(contacts: int) -> dict[str, object]:
    """A page as people ask for it: mostly the first, at times a filter, a search, or far behind."""
    kind = random.random()
    if kind < 0.4:
        return {"page": random.randint(1, 20)}
    if kind < 0.6:
        return {"temperature": random.choice(LABELS[:3]), "sort": "name"}
    if kind < 0.8:
        return {"q": random.choice((f"{random.choice(WORDS)}.{_id(contacts)}", *WORDS))}
    if kind < 0.9:
        return {"sort": random.choice(("name", "-email", "company"))}
    return {"page": random.randint(1, contacts // 50)}


def _id(contacts: int) -> str:
    return str(random.randrange(contacts))


def _over_http(config: Path, contacts: int, clients: int, pause: float) -> None:
    token = _token(config)
    with _serving(config) as (url, started):
        print(f"serve starts in {started:.2f} s")
        for busy in (False, True):
            with _publishing(config, contacts) if busy else nullcontext():
                found = _clients(url, token, contacts, clients, pause)
            told = "while a sync publishes" if busy else "nothing else running"
            for what, times in found.items():
                _tell(f"{what}, {clients} clients, {told}", times)


def _token(config: Path) -> str:
    """A token that may look."""
    from leadline.ledger import Role
    from leadline_serve.server import Server

    with Server.open(config) as server:
        return server.users.issue(f"bench-{time.time():.0f}", Role.VIEWER, timedelta(days=1))


@contextmanager
def _serving(config: Path) -> Iterator[tuple[str, float]]:
    """`leadline serve` in a process of its own: its URL, and seconds until it answered."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = Path(sys.executable).with_name("leadline")
    begun = time.perf_counter()
    server = subprocess.Popen([command, "serve", "-c", str(config), "--port", str(port)])
    url = f"http://127.0.0.1:{port}"
    try:
        while not _answers(url):
            time.sleep(0.01)
        yield url, time.perf_counter() - begun
    finally:
        server.terminate()
        server.wait(30)


def _answers(url: str) -> bool:
    import httpx

    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def _publishing(config: Path, contacts: int) -> Iterator[None]:
    """A process that publishes changes to a twentieth of the leads, again and again."""
    spawn = multiprocessing.get_context("spawn")
    stop = spawn.Event()
    publisher = spawn.Process(target=_publish, args=(config, contacts, stop))
    publisher.start()
    try:
        yield
    finally:
        stop.set()
        publisher.join(600)


def _publish(config: Path, contacts: int, stop: Any) -> None:
    with Serving.open_in(load_config(config)) as serving:
        there, seed = serving.digests(MODEL), 0
        while not stop.is_set():
            seed += 1
            serving.publish(answer(changed(there, contacts // 20, seed), contacts))


def _clients(
    url: str, token: str, contacts: int, clients: int, pause: float
) -> dict[str, list[float]]:
    """Seconds of every answer, by what was asked; the clients are a process of their own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_ask_all, (url, token, contacts, clients, pause))


def _ask_all(
    url: str, token: str, contacts: int, clients: int, pause: float
) -> dict[str, list[float]]:
    import httpx

    times: dict[str, list[float]] = {}

    def client() -> None:
        head = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=url, headers=head, timeout=60) as http:
            for _ in range(TURNS):
                asked = {
                    "leads, HTML": f"/leads?{urlencode(_question(contacts))}",
                    "one lead, HTML": f"/leads/crm/{_id(contacts)}",
                    "leads, JSON": f"/api/leads?{urlencode(_question(contacts))}",
                    "one lead, JSON": f"/api/leads/crm/{_id(contacts)}",
                }
                for what, path in asked.items():
                    begun = time.perf_counter()
                    http.get(path).raise_for_status()
                    times.setdefault(what, []).append(time.perf_counter() - begun)
                    time.sleep(random.uniform(0, 2 * pause))

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def _timed(ask: Callable[[], object], times: int) -> list[float]:
    return [_spent(ask) for _ in range(times)]


def _spent(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


def _tell(what: str, times: list[float]) -> None:
    last = statistics.quantiles(times, n=100)[98]
    print(f"{what}: {statistics.median(times) * 1000:.1f} ms median, {last * 1000:.0f} ms p99")


if __name__ == "__main__":
    main()
