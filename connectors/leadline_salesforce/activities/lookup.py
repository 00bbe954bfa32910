"""Records by the ids of others: as many of them in one query as its address holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from leadline_salesforce import soql
from leadline_salesforce.activities.feeds import Pull
from leadline_salesforce.values import Row


def by_ids(
    pull: Pull,
    kind: str,
    fields: Sequence[str],
    field: str,
    ids: Sequence[str],
    *,
    deleted: bool = True,
) -> Iterator[Row]:
    """The records whose field holds one of these ids, in no order.

    deleted: with those in the recycle bin, and archived activities.
    """
    known = list(dict.fromkeys(each for each in ids if soql.is_id(each)))
    queries = list(
        soql.by_ids(known, lambda some: soql.select(kind, fields, where=soql.one_of(field, some)))
    )

    def ask(query: str) -> Sequence[Row]:
        return pull.api.rows(query, deleted=deleted)

    if len(queries) == 1:
        yield from ask(queries[0])
        return
    with ThreadPoolExecutor(pull.settings.workers) as pool:
        for rows in pool.map(ask, queries):
            yield from rows
