"""HubSpot's records as rows of a batch: straight from the JSON, a column at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import Batch, Known, Reject, Source, Stream
from leadline_hubspot.answers import Json
from leadline_hubspot.instants import instant
from leadline_hubspot.mapping import (
    MERGED_IDS,
    MERGED_VIDS,
    Columns,
    known_values,
    merged_ids,
    own_properties,
    texts,
)
from leadline_hubspot.position import Position


@dataclass(frozen=True, slots=True)
class Sorted:
    """Records that can be used, as columns, and what is known of them all.

    ids, created, updated, texts: of each record in order; `texts` its properties. merged: the ids
    that went into them, and into which. latest: the latest modification in milliseconds, or up to a
    second less; 0 for none. bad: what is no record.
    """

    ids: Sequence[str]
    created: Sequence[str | None]
    updated: Sequence[str | None]
    texts: pa.StructArray
    merged: Mapping[str, str]
    latest: int
    bad: Sequence[object]

    @classmethod
    def joined(cls, parts: Sequence[Sorted]) -> Sorted:
        """Several as one."""
        if len(parts) == 1:
            return parts[0]
        return cls(
            [one for each in parts for one in each.ids],
            [one for each in parts for one in each.created],
            [one for each in parts for one in each.updated],
            pa.concat_arrays([each.texts for each in parts]),
            {old: into for each in parts for old, into in each.merged.items()},
            max(each.latest for each in parts),
            [one for each in parts for one in each.bad],
        )


@dataclass(frozen=True, slots=True)
class Reader:
    """How one kind of record is asked for and read.

    kind: HubSpot's word for it. modified: its property with the instant of the last change.
    fields: canonical field → the properties it is read from.
    """

    source: Source
    stream: Stream
    kind: str
    modified: str
    fields: Mapping[str, tuple[str, ...]]

    @property
    def properties(self) -> tuple[str, ...]:
        """What to ask for: each property once, and no more than is read."""
        own = own_properties(self.source).values() if self._contacts else ()
        wanted = (name for names in self.fields.values() for name in names)
        return tuple(dict.fromkeys([self.modified, MERGED_IDS, MERGED_VIDS, *wanted, *own]))

    def sorted(self, records: Sequence[Json]) -> Sorted:
        """Look at each record once; what was read of it need not be kept."""
        good, ids, bad = list[Json](), list[str](), list[object]()
        merged, latest = dict[str, str](), ""
        for record in records:
            if not _is_record(record):
                bad.append(record)
                continue
            good.append(record)
            ids.append(str(record["id"]))
            values = record["properties"]
            # As text "…07Z" comes after "…07.5Z": too early by a second at most, which is safe.
            modified = str(values.get(self.modified) or record.get("updatedAt") or "")
            if modified > latest:
                latest = modified
            if values.get(MERGED_IDS) or values.get(MERGED_VIDS):
                merged |= dict.fromkeys(merged_ids(record), ids[-1])
        return Sorted(
            ids,
            [record.get("createdAt") for record in good],
            [record.get("updatedAt") for record in good],
            texts(good, self.properties),
            merged,
            instant(latest) or 0,
            bad,
        )

    def batch(self, came: Sorted, position: Position, unanswered: Sequence[str] = ()) -> Batch:
        """Live records, and after them those that were merged into them.

        unanswered: ids that HubSpot was asked for twice and said nothing of.
        """
        ids = pa.array(came.ids, pa.string())
        columns = {
            self.stream.key: ids,
            "updated_at": pa.array(came.updated, pa.string()),
            "deleted": pa.repeat(False, len(ids)),
        }
        if self._contacts:
            columns["created_at"] = pa.array(came.created, pa.string())
        read = Columns(came.texts)
        columns |= {field: read.of(names) for field, names in self.fields.items()}
        rows = pa.table(columns)
        if came.merged:
            rows = pa.concat_tables([rows, self.gone(came.merged)], promote_options="default")
        return Batch(
            rows,
            position.as_checkpoint(),
            rejects=(
                *(self._reject(each) for each in came.bad),
                *(self._silence(one) for one in unanswered),
            ),
            known=Known(known_values(read, ids, self.source)) if self._contacts else None,
            wheres=self._wheres(rows),
        )

    def gone(self, into: Mapping[str, str] | Mapping[str, str | None]) -> pa.Table:
        """Rows of records that are no more: id → the one it was merged into, None for deleted."""
        columns = {
            self.stream.key: pa.array(list(into), pa.string()),
            "deleted": pa.repeat(True, len(into)),
        }
        if self._contacts:
            columns["merged_into"] = pa.array(list(into.values()), pa.string())
        return pa.table(columns)

    def gone_batch(self, into: Mapping[str, str | None], position: Position) -> Batch:
        """A batch of `gone` rows."""
        rows = self.gone(into)
        return Batch(rows, position.as_checkpoint(), wheres=self._wheres(rows))

    @property
    def _contacts(self) -> bool:
        return self.stream is Stream.CONTACTS

    def _wheres(self, rows: pa.Table) -> pa.Array:
        ids = rows[self.stream.key].combine_chunks()
        return pc.binary_join_element_wise(self._word, ids, " ")

    @property
    def _word(self) -> str:
        return "contact" if self._contacts else "company"

    def _reject(self, record: object) -> Reject:
        return Reject(
            f"HubSpot's {self.kind}", "the record came without an id or properties", str(record)
        )

    def _silence(self, record_id: str) -> Reject:
        return Reject(
            f"{self._word} {record_id}",
            "HubSpot's search found it, and a read of it is answered without a word; "
            "it is read again with the next full sweep",
        )


def _is_record(record: object) -> bool:
    return (
        isinstance(record, dict)
        and bool(record.get("id"))
        and isinstance(record.get("properties"), dict)
    )
