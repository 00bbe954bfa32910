"""Queries: SOQL as text in, the rows of the org out. REST and Bulk both ask here."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from leadline_sandbox.salesforce.problems import bad
from leadline_sandbox.salesforce.records import Values
from leadline_sandbox.salesforce.soql_filters import Filters, ids_of
from leadline_sandbox.salesforce.soql_grammar import Column, Ordering, Query, parsed
from leadline_sandbox.salesforce.soql_paths import Path, Paths

if TYPE_CHECKING:
    from leadline_sandbox.salesforce.store import Store

_MOST_SKIPPED = 2_000
_NOT_IN_BULK = "{} not supported in Bulk Query"


class Rows(Sequence[tuple[Any, ...]]):
    """The rows of a result, each made when it is asked for: a tuple in the order of the fields."""

    def __init__(self, found: Sequence[Mapping[str, Any]], paths: Sequence[Path]) -> None:
        self._found, self._paths = found, paths

    def __len__(self) -> int:
        return len(self._found)

    @overload
    def __getitem__(self, place: int) -> tuple[Any, ...]: ...
    @overload
    def __getitem__(self, place: slice) -> list[tuple[Any, ...]]: ...
    def __getitem__(self, place: int | slice) -> tuple[Any, ...] | list[tuple[Any, ...]]:
        getters = [path.get for path in self._paths]
        if isinstance(place, slice):
            return [tuple(get(values) for get in getters) for values in self._found[place]]
        return tuple(get(self._found[place]) for get in getters)


@dataclass(frozen=True, slots=True)
class Result:
    """What a query found. types: of each field, by describe; count: of a bare COUNT() alone."""

    kind: str
    fields: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    types: tuple[str, ...] = ()
    count: int | None = None
    aggregate: bool = False


def run(store: Store, text: str, *, deleted: bool, bulk: bool) -> Result:
    """The result of a query. deleted: queryAll, which also returns what is archived."""
    query = parsed(text)
    with store.lock:
        store.settle()
        return _Runner(store, query, deleted, bulk).result()


class _Runner:
    """One query against the store."""

    def __init__(self, store: Store, query: Query, deleted: bool, bulk: bool) -> None:
        self._store, self._query, self._deleted, self._bulk = store, query, deleted, bulk
        self._paths = Paths(store, query.kind)
        if bulk:
            self._refuse_in_bulk()

    def result(self) -> Result:
        query = self._query
        if query.offset > _MOST_SKIPPED:
            raise bad("NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")
        if any(each.function for each in query.columns) or query.group:
            return self._aggregated()
        paths = [self._paths.find(each.path) for each in query.columns]
        names = tuple(path.name for path in paths)
        if len(set(names)) < len(names):
            raise bad("INVALID_FIELD", f"duplicate field selected: {_twice(names)}")
        if self._bulk:
            _check_for_bulk(paths)
        found = self._cut(self._ordered(self._found()))
        types = tuple(path.field.type for path in paths)
        return Result(self._paths.kind, names, Rows(found, paths), types)

    def column(self) -> set[Any]:
        """The values of the one column of a sub-select."""
        if len(self._query.columns) != 1:
            raise bad("MALFORMED_QUERY", "a sub-select has one field")
        get = self._paths.find(self._query.columns[0].path).get
        return {get(values) for values in self._found()} - {None}

    def _found(self) -> list[Values]:
        where = self._query.where
        today = self._store.clock.now().date()
        filters = Filters(self._paths, today, self._select, self._bulk)
        checks = filters.checks(where)
        table, ids = self._store.table(self._paths.kind), ids_of(where)
        if ids is None:
            rows = [record.values for record in table.values()]
        else:
            rows = [table[each].values for each in sorted(ids) if each in table]
        if not self._deleted:
            rows = [v for v in rows if not v.get("IsDeleted") and not v.get("IsArchived")]
        for check in checks:
            rows = [values for values in rows if check(values)]
        return rows

    def _select(self, query: Query) -> set[Any]:
        return _Runner(self._store, query, self._deleted, self._bulk).column()

    def _ordered(self, rows: list[Values]) -> list[Values]:
        if self._store.options.shuffled and not self._query.order:
            rows = list(rows)
            random.Random(len(rows)).shuffle(rows)
        for each in reversed(self._query.order):
            rows = _sorted(rows, self._paths.find(each.path), each)
        return rows

    def _cut(self, rows: list[Values]) -> list[Values]:
        start, limit = self._query.offset, self._query.limit
        return rows[start : None if limit is None else start + limit]

    def _aggregated(self) -> Result:
        query, rows = self._query, self._found()
        (first, *others) = query.columns
        if first.function == "COUNT" and not first.path and not others and not query.group:
            return Result(self._paths.kind, (), (), count=len(self._cut(rows)))
        groups = [self._paths.find(path) for path in query.group]
        by_key: dict[tuple[Any, ...], list[Values]] = {} if groups else {(): rows}
        for values in rows if groups else ():
            by_key.setdefault(tuple(path.get(values) for path in groups), []).append(values)
        names, makers = self._makers(query.columns, [path.name for path in groups])
        made = [tuple(make(rows) for make in makers) for rows in by_key.values()]
        limit = len(made) if query.limit is None else query.limit
        return Result(self._paths.kind, names, made[:limit], ("",) * len(names), aggregate=True)

    def _makers(
        self, columns: Sequence[Column], groups: list[str]
    ) -> tuple[tuple[str, ...], list[Callable[[list[Values]], Any]]]:
        names, makers = [], []
        for column in columns:
            if not column.function:
                path = self._paths.find(column.path)
                if path.name not in groups:
                    raise bad(
                        "MALFORMED_QUERY", f"Field must be grouped or aggregated: {path.name}"
                    )
                names.append(path.name)
                makers.append(_first(path))
                continue
            names.append(column.alias or f"expr{sum(n.startswith('expr') for n in names)}")
            makers.append(_function(column.function, self._paths, column.path))
        return tuple(names), makers

    def _refuse_in_bulk(self) -> None:
        query = self._query
        if query.group or any(each.function for each in query.columns):
            raise bad("API_ERROR", _NOT_IN_BULK.format("Aggregate Relationships"))
        if query.offset:
            raise bad("API_ERROR", _NOT_IN_BULK.format("OFFSET"))


def _check_for_bulk(paths: Sequence[Path]) -> None:
    if any(path.field.is_compound for path in paths):
        raise bad("API_ERROR", f"Selecting compound data {_NOT_IN_BULK.format('').strip()}")
    if any(path.polymorphic for path in paths):
        raise bad("API_ERROR", _NOT_IN_BULK.format("Polymorphic relationships"))


def _twice(names: Sequence[str]) -> str:
    return next(name for name in names if names.count(name) > 1)


def _sorted(rows: list[Values], path: Path, by: Ordering) -> list[Values]:
    get = path.get
    empty = [values for values in rows if get(values) is None]
    filled = sorted(
        (values for values in rows if get(values) is not None), key=get, reverse=by.falling
    )
    return [*filled, *empty] if by.nulls_last else [*empty, *filled]


def _first(path: Path) -> Callable[[list[Values]], Any]:
    return lambda rows: path.get(rows[0])


def _function(name: str, paths: Paths, path: str) -> Callable[[list[Values]], Any]:
    if not path:
        if name != "COUNT":
            raise bad("MALFORMED_QUERY", f"{name} needs a field")
        return len
    get = paths.find(path).get

    def compute(rows: list[Values]) -> Any:
        filled = [value for values in rows if (value := get(values)) is not None]
        if name == "COUNT":
            return len(filled)
        if name == "COUNT_DISTINCT":
            return len(set(filled))
        if not filled:
            return None
        if name in ("MAX", "MIN"):
            return max(filled) if name == "MAX" else min(filled)
        return sum(filled) if name == "SUM" else sum(filled) / len(filled)

    return compute
