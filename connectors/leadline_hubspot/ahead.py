"""Calls that are made ahead of their answers' turn; the answers come in order all the same."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from leadline.errors import LeadlineError

J = TypeVar("J")
R = TypeVar("R")


def in_order(jobs: Iterable[J], work: Callable[[J], R], workers: int) -> Iterator[tuple[J, R]]:
    """Each job with its result, in the jobs' order, while `workers` of them are under way.

    An error comes up when its job's turn comes.
    """
    pool = ThreadPoolExecutor(workers, thread_name_prefix="hubspot")
    ahead = deque[tuple[J, Future[R]]]()
    try:
        for job in jobs:
            ahead.append((job, pool.submit(work, job)))
            if len(ahead) > workers:
                first, result = ahead.popleft()
                yield first, result.result()
        while ahead:
            first, result = ahead.popleft()
            yield first, result.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def one_ahead(first: J, work: Callable[[J], R], following: Callable[[R], J | None]) -> Iterator[R]:
    """The results of a chain in which each names the next job; the next one is under way."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="hubspot")
    try:
        job: J | None = first
        under_way = pool.submit(work, first)
        while job is not None:
            result = under_way.result()
            job = following(result)
            if job is not None:
                under_way = pool.submit(work, job)
            yield result
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def together(results: Iterable[R], most: int) -> Iterator[list[R]]:
    """The results in groups of `most`; an error comes up after those that came before it."""
    group = list[R]()
    try:
        for result in results:
            group.append(result)
            if len(group) == most:
                yield group
                group = []
    except LeadlineError:
        if group:
            yield group
        raise
    if group:
        yield group
