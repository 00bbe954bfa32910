"""The lifecycle stage, which is only ever set forward."""

from __future__ import annotations

from collections.abc import Mapping

from leadline_sandbox.hubspot.instants import full_iso
from leadline_sandbox.hubspot.schema import Schema


def held_back(present: str, values: Mapping[str, str], schema: Schema) -> bool:
    """Whether a write would set the stage backward: it is answered 200 and changes nothing."""
    wanted = values.get("lifecyclestage", "")
    if not present or not wanted:
        return False
    order = [option.value for option in schema.properties["lifecyclestage"].options]
    if present not in order or wanted not in order:
        return False
    return order.index(wanted) < order.index(present)


def stage_dates(stage: str, at: int) -> dict[str, str]:
    """The calculated dates of entering a stage."""
    if not stage:
        return {}
    instant = full_iso(at)
    return {
        f"hs_lifecyclestage_{stage}_date": instant,
        f"hs_v2_date_entered_{stage}": instant,
    }
