"""The contract of stages: into the CRM's own field, or into one of leadline's that is emptied."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pytest

from leadline.batches import Support
from leadline.testing.basis import ContractBasis
from leadline.testing.bench import Bench
from leadline.testing.crm import Crm
from leadline.testing.seeds import seed_contacts
from leadline.testing.writing import changes_for

_SCORE = 70


class StageContract(ContractBasis):
    """What a connector keeps when it writes lifecycle stages."""

    def test_a_stage_is_written_into_its_field_and_null_leaves_it(
        self, bench: Bench, crm: Crm
    ) -> None:
        bench.needs("write")
        bench.needs("stages")
        seed_contacts(crm)
        before = _filled(crm.read_stages())
        first, second = crm.stage_values
        bench.write(_changes(crm, {1: first, 2: None}, crm.stage_field))
        one = {crm.contact_id(1): first}
        assert _filled(crm.read_stages()) == {**before, **one}, (
            "write `stage` into the CRM's own field `stage_field`; where it is null the field stays"
        )
        bench.reopened().write(_changes(crm, {1: None, 3: second}, crm.stage_field))
        both = {**one, crm.contact_id(3): second}
        assert _filled(crm.read_stages()) == {**before, **both}, (
            "a null `stage` leaves the stage that is there: it is sales' field, and not leadline's"
        )

    def test_a_stage_of_its_own_is_written_and_null_empties_it(
        self, bench: Bench, crm: Crm
    ) -> None:
        bench.needs("write")
        stages = bench.capabilities.stages
        if stages is not Support.UNSUPPORTED:
            pytest.skip(f"connector '{bench.connector}' declares stages: {stages}")
        seed_contacts(crm)
        first, second = crm.stage_values
        bench.write(_changes(crm, {1: first, 2: second, 3: None}))
        assert _own(crm) == {crm.contact_id(1): first, crm.contact_id(2): second}, (
            "`stage` is one more output field, as `grade` is"
        )
        bench.reopened().write(_changes(crm, {1: None}))
        assert _own(crm) == {crm.contact_id(2): second}, "a null `stage` empties leadline's field"


def _changes(crm: Crm, stages: Mapping[int, str | None], field: str | None = None) -> pa.Table:
    """A score for each contact, and its stage; the CRM's own field beside it where one is given."""
    changes = changes_for(crm, dict.fromkeys(stages, _SCORE))
    values = list(stages.values())
    changes = changes.append_column("stage", pa.array(values, pa.string()))
    if field is None:
        return changes
    fields = [None if value is None else field for value in values]
    return changes.append_column("stage_field", pa.array(fields, pa.string()))


def _own(crm: Crm) -> dict[str, str]:
    """Leadline's own stage by contact, as it stands in the CRM."""
    return _filled({contact: fields.get("stage") for contact, fields in crm.read_back().items()})


def _filled(stages: Mapping[str, object]) -> dict[str, str]:
    return {contact: str(stage) for contact, stage in stages.items() if stage not in (None, "")}
