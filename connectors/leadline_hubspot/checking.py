"""`leadline check` for an account: what the token may do, and what is missing. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from leadline.batches import Finding, Source
from leadline_hubspot import paths
from leadline_hubspot.answers import Forbidden, Refused
from leadline_hubspot.mapping import (
    COMPANIES,
    CONTACTS,
    company_properties,
    contact_properties,
)
from leadline_hubspot.properties import definitions
from leadline_hubspot.provision import provide, wanted_properties
from leadline_hubspot.stages import stage_field

if TYPE_CHECKING:
    from leadline_hubspot.api import Api

# The least calls of a day that an edition with so many has.
_EDITIONS = ((1_000_000, "Enterprise"), (625_000, "Professional"), (0, "Free or Starter"))


def check(source: Source, api: Api) -> Iterator[Finding]:
    """Try everything that a sync needs; `SignInError` for a token that HubSpot does not take."""
    yield _account(api)
    yield from _permissions(api)
    for kind, fields in (
        (CONTACTS, contact_properties(source)),
        (COMPANIES, company_properties(source)),
    ):
        if fields:
            yield from _read_properties(api, kind, fields)
    yield from _own_properties(source, api)
    yield from _stages(source, api)
    yield from _feeds(source, api)
    yield _calls(api)


def fix(source: Source, api: Api) -> Iterator[Finding]:
    """Make the group and the properties that scores are written to; twice does no harm."""
    yield from provide(source, api)


def _account(api: Api) -> Finding:
    try:
        account = api.get(paths.ACCOUNT)
    except Refused as refusal:
        return Finding("account", False, str(refusal))
    said = [
        f"portal {account.get('portalId')}",
        str(account.get("accountType") or "").lower().replace("_", " "),
        f"time zone {account.get('timeZone')}",
    ]
    if api.limits.daily is not None:
        most = api.limits.daily[1]
        edition = next(name for least, name in _EDITIONS if most >= least)
        said.append(f"{edition}, to judge by its {most:,} calls a day")
    return Finding("account", True, ", ".join(part for part in said if part))


def _permissions(api: Api) -> Iterator[Finding]:
    """What the token may do with contacts, by trying: a batch of nothing writes nothing."""
    try:
        api.get(paths.OBJECTS, [("limit", 1)], kind=CONTACTS)
        yield Finding("reading contacts", True)
    except Refused as refusal:
        yield Finding("reading contacts", False, _scope(refusal, "crm.objects.contacts.read"))
    try:
        api.post(paths.BATCH_UPDATE, {"inputs": []}, kind=CONTACTS)
        yield Finding("writing contacts", True)
    except Forbidden as refusal:
        yield Finding("writing contacts", False, _scope(refusal, "crm.objects.contacts.write"))
    except Refused:
        # Nothing to write is no valid batch everywhere; the scope was looked at before that.
        yield Finding("writing contacts", True)


def _read_properties(
    api: Api, kind: str, fields: Mapping[str, tuple[str, ...]]
) -> Iterator[Finding]:
    """Which properties that the config or a model wants the account does not have."""
    subject = f"{kind} properties"
    try:
        there = definitions(api, kind)
    except Refused as refusal:
        yield Finding(subject, False, _scope(refusal, f"crm.schemas.{kind}.read"))
        return
    missing = {
        field: names for field, names in fields.items() if not any(n in there for n in names)
    }
    for field, names in missing.items():
        detail = f"HubSpot has no {kind} property '{names[0]}'{_nearest(names[0], there)}"
        yield Finding(f"{subject}: {field}", False, detail)
    mapped = [
        f"{field} ← {next(n for n in names if n in there)}"
        for field, names in fields.items()
        if field not in missing
    ]
    if mapped:
        yield Finding(subject, True, ", ".join(mapped))


def _own_properties(source: Source, api: Api) -> Iterator[Finding]:
    """Whether each property that scores are written to is there and takes them."""
    try:
        there = definitions(api, CONTACTS)
    except Refused:
        return  # said above
    good = []
    for wanted in wanted_properties(source):
        subject = f"property {wanted.name}"
        found = there.get(wanted.name)
        if found is None:
            detail = "is missing: run leadline check --fix, which makes it"
            yield Finding(subject, False, detail, fix=f"make {wanted.what}")
        elif problem := wanted.problem(found):
            yield Finding(subject, False, problem)
        else:
            good.append(wanted.name)
    if good:
        yield Finding("leadline's own properties", True, ", ".join(good))


def _stages(source: Source, api: Api) -> Iterator[Finding]:
    """Whether the account knows the stages that the config writes, and those before them."""
    for name, moves in source.stages.items():
        subject = f"stage field {name}"
        try:
            field = stage_field(api, name)
        except Refused as refusal:
            yield Finding(subject, False, _scope(refusal, "crm.schemas.contacts.read"))
            continue
        if field is None:
            yield Finding(subject, False, f"HubSpot has no contact property '{name}'")
            continue
        values = [*moves, *(each for allowed in moves.values() for each in sorted(allowed) if each)]
        problems = [said for each in dict.fromkeys(values) if (said := field.problem(each))]
        yield Finding(subject, not problems, "; ".join(problems) or ", ".join(moves))


def _feeds(source: Source, api: Api) -> Iterator[Finding]:
    """Each feed of activities: a feed that is off is no fault, a rule that needs it is one."""
    from leadline_hubspot.activities import feeds

    try:
        found = feeds(source, api)
    except Refused as refusal:
        yield Finding("activities", False, str(refusal))
        return
    yield from found.findings("account")


def _calls(api: Api) -> Finding:
    daily = api.limits.daily
    if daily is None:
        return Finding("calls", True, "HubSpot names no limit of a day for this token")
    left, most = daily
    return Finding("calls", left > 0, f"{left:,} of the account's {most:,} of today are left")


def _scope(refusal: Refused, scope: str) -> str:
    if isinstance(refusal, Forbidden):
        return f"the token may not do this: give it the scope {scope}"
    return str(refusal)


def _nearest(name: str, names: Collection[str]) -> str:
    near = get_close_matches(name, names, n=1)
    return f"; did you mean '{near[0]}'?" if near else ""
