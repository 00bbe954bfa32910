"""The contract of a write: each change once, nothing else, however often it comes."""

from __future__ import annotations

import pyarrow as pa

from leadline.batches import Outcome, Stream, output_schema
from leadline.testing.basis import ContractBasis
from leadline.testing.bench import Bench, differences, live
from leadline.testing.crm import Crm
from leadline.testing.seeds import moment, seed_contacts

COMPARED = ("score", "grade", "temperature")


def changes_for(crm: Crm, scores: dict[int, int | None]) -> pa.Table:
    """Changes for contacts by number; None empties the fields."""
    rows = []
    for number, score in scores.items():
        given = score is not None
        rows.append(
            {
                "contact_id": crm.contact_id(number),
                "score": score,
                "fit": score,
                "engagement": 0 if given else None,
                "grade": "A1" if given else None,
                "temperature": "hot" if given else "dead",
                "reasons": "Decision maker +20, Pricing page +10" if given else "Competitor",
                "model_version": "m1",
                "scored_at": moment(60),
            }
        )
    return pa.Table.from_pylist(rows, schema=output_schema(["fit", "engagement"]))


def written(crm: Crm) -> dict[str, dict[str, str]]:
    """Leadline's fields in the CRM as text, without contacts that have none of them."""
    found = {}
    for contact_id, fields in crm.read_back().items():
        texts = {n: "" if fields.get(n) is None else str(fields[n]) for n in COMPARED}
        if any(texts.values()):
            found[contact_id] = texts
    return found


def expected(changes: pa.Table) -> dict[str, dict[str, str]]:
    """What `written` must be after these changes and no others."""
    return {
        row["contact_id"]: {n: "" if row[n] is None else str(row[n]) for n in COMPARED}
        for row in changes.to_pylist()
    }


class WriteContract(ContractBasis):
    """What a connector keeps when it writes."""

    def test_what_is_written_is_there(self, bench: Bench, crm: Crm) -> None:
        bench.needs("write")
        seed_contacts(crm)
        changes = changes_for(crm, {1: 70, 2: 5, 3: None})
        bench.write(changes)
        assert differences(written(crm), expected(changes)) == [], (
            "the CRM must hold what was written, no more"
        )
        second = changes_for(crm, {2: 50, 4: 0})
        bench.write(second)
        both = {**expected(changes), **expected(second)}
        assert differences(written(crm), both) == [], (
            "a later write must change its own contacts and leave the others' scores"
        )

    def test_there_is_one_result_per_contact(self, bench: Bench, crm: Crm) -> None:
        bench.needs("write")
        seed_contacts(crm)
        changes = changes_for(crm, {1: 70, 2: 5, 3: None, 7: 12})
        results = {result.contact_id: result for result in bench.write(changes)}
        assert sorted(results) == sorted(expected(changes))
        refused = [str(r) for r in results.values() if r.outcome is not Outcome.WRITTEN]
        assert not refused, f"these contacts exist and must be answered as written: {refused}"

    def test_the_same_changes_twice_are_the_same_state(self, bench: Bench, crm: Crm) -> None:
        bench.needs("write")
        seed_contacts(crm)
        changes = changes_for(crm, {1: 70, 2: 5, 3: None})
        bench.write(changes)
        once = written(crm)
        results = bench.reopened().write(changes)
        assert differences(written(crm), once) == [], (
            "writing the same changes again must change nothing"
        )
        assert {r.outcome for r in results} == {Outcome.WRITTEN}, (
            f"the same changes again must be answered as written: {results}"
        )

    def test_a_write_touches_nothing_else(self, bench: Bench, crm: Crm) -> None:
        bench.needs("write")
        seed_contacts(crm)
        before = crm.everything_else()
        bench.write(changes_for(crm, {1: 70, 2: None}))
        assert crm.everything_else() == before, "a write may touch leadline's own fields only"

    def test_a_write_creates_no_contact(self, bench: Bench, crm: Crm) -> None:
        bench.needs("write")
        seed_contacts(crm)
        before, known = crm.everything_else(), live(bench.facts(Stream.CONTACTS))
        results = bench.write(changes_for(crm, {999: 70, 1: 20}))
        assert sorted(r.contact_id for r in results) == sorted(
            [crm.contact_id(1), crm.contact_id(999)]
        ), "a contact that is not in the CRM gets a result as well: rejected, and why"
        assert crm.everything_else() == before, "a contact that is not in the CRM was created"
        assert live(bench.reopened().facts(Stream.CONTACTS)) == known
