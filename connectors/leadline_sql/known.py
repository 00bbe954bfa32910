"""leadline's own values as they stand in the output, looked up for the contacts of each batch."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from sqlalchemy import Connection, select

from leadline.batches import Known
from leadline.connecting.known import held
from leadline_sql.config import SqlConfig
from leadline_sql.database import Database
from leadline_sql.target import Target, find_target
from leadline_sql.values import column, key_text


class KnownValues:
    """The look-ups of one pull."""

    def __init__(self, config: SqlConfig, database: Database) -> None:
        self._config, self._database = config, database
        self._target: Target | None = None
        self._looked = False

    def of(self, contacts: pa.Table) -> Known | None:
        """The present values for a batch of contacts; None where nothing is written."""
        ids = [each for each in contacts["contact_id"].to_pylist() if each]
        if self._config.output is None or not ids:
            return None
        return self._database.retrying(lambda: self._look_up(list(dict.fromkeys(ids))))

    def _look_up(self, ids: list[str]) -> Known:
        with self._database.read() as connection:
            if not self._looked:
                self._target = find_target(connection, self._config)
                self._looked = True
            found = {} if self._target is None else _found(connection, self._target, ids)
        columns = {"contact_id": pa.array(ids, pa.string())}
        there = () if self._target is None else tuple(self._target.columns)
        names = dict.fromkeys((*self._config.source.output.names, *there))
        for name in names:
            place = there.index(name) if name in there else None
            values = [
                None if place is None or each not in found else found[each][place] for each in ids
            ]
            columns[name] = held(column(values), self._config.type_of(name))
        return Known(pa.table(columns))


def _found(
    connection: Connection, target: Target, ids: Sequence[str]
) -> dict[str, tuple[object, ...]]:
    """Contact → its values in the order of `target.columns`."""
    found = {}
    for some in target.among(ids):
        rows = connection.execute(select(target.key, *target.columns.values()).where(some))
        found.update({key_text(key): tuple(values) for key, *values in rows})
    return found
