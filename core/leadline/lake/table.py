"""One Delta table in a local folder: its snapshot, its columns, its commits."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Schema, Transaction
from deltalake.transaction import AddAction, RemoveAction

from leadline.errors import WorkspaceError
from leadline.lake.failures import guarded
from leadline.lake.files import DataFile
from leadline.lake.schemas import Layout

# Every commit carries the last pull of every source, so that the newest one always answers.
_PULLS = "leadline.pulls"
_GRACE_HOURS = 2
_COLUMN_STATS = ("min", "max", "null_count")


class Table:
    """A table that may not exist yet; nothing is written before the first commit."""

    def __init__(self, root: Path, layout: Layout) -> None:
        self.root, self.layout = root, layout
        self.folder = root / layout.name
        self._delta: DeltaTable | None = None

    def _refresh(self) -> DeltaTable | None:
        with guarded(self.root):
            if not self.root.is_dir():
                raise FileNotFoundError(f"{self.root} is no longer there")
            if self._delta is not None and (self.folder / "_delta_log").is_dir():
                self._delta.update_incremental()
            elif (self.folder / "_delta_log").is_dir():
                self._delta = DeltaTable(self.folder.as_uri())
            else:
                self._delta = None
            return self._delta

    def schema(self) -> pa.Schema:
        """The columns as they stand; those of the layout while there is no table."""
        delta = self._refresh()
        if delta is None:
            return self.layout.columns
        found = pa.schema(delta.schema().to_arrow())
        return pa.schema([pa.field(f.name, _named(f.type)) for f in found])

    def files(self) -> list[DataFile]:
        """The files of the newest snapshot."""
        delta = self._refresh()
        if delta is None:
            return []
        with guarded(self.root):
            actions = pa.table(delta.get_add_actions(flatten=True)).to_pylist()
        return [_data_file(self.folder, action) for action in actions]

    def ensure(self, columns: pa.Schema) -> pa.Schema:
        """The table's schema after adding the columns that are new; makes the table if need be."""
        schema = self.schema()
        delta = self._delta
        if delta is None:
            known = set(schema.names)
            schema = pa.schema([*schema, *(f for f in columns if f.name not in known)])
            with guarded(self.root):
                self._delta = DeltaTable.create(self.folder.as_uri(), Schema.from_arrow(schema))
            return schema
        missing = self._missing(schema, columns)
        if missing:
            added = list(Schema.from_arrow(pa.schema(missing)).fields)
            with guarded(self.root):
                delta.alter.add_columns(added, commit_properties=self._properties({}))
        return pa.schema([*schema, *missing])

    def _missing(self, schema: pa.Schema, columns: pa.Schema) -> list[pa.Field]:
        missing = []
        lower = {kept.lower(): kept for kept in schema.names}
        for field in columns:
            if field.name not in schema.names:
                if field.name.lower() in lower:
                    raise WorkspaceError(
                        f"field '{field.name}' is kept in {self.folder} as "
                        f"'{lower[field.name.lower()]}': spell it so in the configuration"
                    )
                missing.append(field)
            elif schema.field(field.name).type != field.type:
                raise WorkspaceError(self._type_message(field, schema.field(field.name).type))
        return missing

    def _type_message(self, field: pa.Field, kept: pa.DataType) -> str:
        word = field.name.replace("__", ".")
        return (
            f"field '{word}' is kept in {self.folder} as {kept}, but now comes as {field.type}: "
            "give it its former type back, give the field another name, or move the lake's "
            "folder away and pull everything again with `leadline sync --full`"
        )

    def commit(
        self,
        added: Iterable[AddAction | None],
        removed: Iterable[DataFile] = (),
        *,
        pull: tuple[str, int, Mapping[str, object]] | None = None,
        data_change: bool = True,
    ) -> None:
        """Swap files in one atomic commit: either all of it is seen by readers, or nothing."""
        now = int(time.time() * 1000)
        actions: list[AddAction | RemoveAction] = [a for a in added if a is not None]
        actions += [RemoveAction(f.name, data_change, now, partition_values={}) for f in removed]
        delta = self._delta
        if not actions or delta is None:
            return
        pulls = {} if pull is None else {pull[0]: (pull[1], dict(pull[2]))}
        properties = self._properties(pulls)
        if pull is not None:
            properties.app_transactions = [Transaction(pull[0], pull[1])]
        with guarded(self.root):
            delta.create_write_transaction(
                actions, "append", delta.schema(), commit_properties=properties
            )

    def last_pull(self, app: str) -> tuple[int, Mapping[str, object]] | None:
        """The sequence number and the checkpoint of an application's newest commit here."""
        delta = self._refresh()
        if delta is None or delta.transaction_version(app) is None:
            return None
        found = self._pulls().get(app)
        return None if found is None else (found[0], found[1])

    def _properties(self, pulls: Mapping[str, tuple[int, dict[str, object]]]) -> CommitProperties:
        return CommitProperties(custom_metadata={_PULLS: json.dumps({**self._pulls(), **pulls})})

    def _pulls(self) -> dict[str, tuple[int, dict[str, object]]]:
        delta = self._delta
        if delta is None:
            return {}
        with guarded(self.root):
            for limit in (1, None):
                for commit in delta.history(limit):
                    if _PULLS in commit:
                        return {k: (v[0], v[1]) for k, v in json.loads(commit[_PULLS]).items()}
        return {}

    def vacuum(self) -> Sequence[str]:
        """Delete what no snapshot of the last two hours refers to, crashed writes included."""
        delta = self._refresh()
        if delta is None:
            return []
        with guarded(self.root):
            stale = delta.vacuum(_GRACE_HOURS, enforce_retention_duration=False, full=True)
            if stale:
                delta.vacuum(
                    _GRACE_HOURS,
                    dry_run=False,
                    enforce_retention_duration=False,
                    full=True,
                    commit_properties=self._properties({}),
                )
        return stale


def _named(kind: pa.DataType) -> pa.DataType:
    # Delta names a list's and a map's members its own way; Arrow compares the names.
    if pa.types.is_list(kind):
        return pa.list_(_named(kind.value_type))
    if pa.types.is_map(kind):
        return pa.map_(kind.key_type, kind.item_type)
    return kind


def _data_file(folder: Path, action: Mapping[str, object]) -> DataFile:
    split: dict[str, dict[str, object]] = {part: {} for part in _COLUMN_STATS}
    for key, value in action.items():
        part, _, column = key.partition(".")
        if column and part in split and value is not None:
            split[part][column] = value
    rows = action.get("num_records")
    return DataFile(
        path=folder / str(action["path"]),
        rows=rows if isinstance(rows, int) else -1,
        least=split["min"],
        greatest=split["max"],
        nulls={k: v for k, v in split["null_count"].items() if isinstance(v, int)},
    )
