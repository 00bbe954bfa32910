"""`leadline check` for an org: what the user may do, and what is missing. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

from leadline.batches import Finding, Source
from leadline_salesforce import paths, soql
from leadline_salesforce.answers import Refused
from leadline_salesforce.changes import stage_of
from leadline_salesforce.mapping import ACCOUNT, PEOPLE, layout
from leadline_salesforce.provision import provide, user_of, wanted_fields
from leadline_salesforce.settings import SalesforceSettings
from leadline_salesforce.stages import stage_field

if TYPE_CHECKING:
    from leadline_salesforce.api import Api, Described

_CURSOR = "SystemModstamp"
_OBJECTS = (*PEOPLE, ACCOUNT)


def check(source: Source, api: Api) -> Iterator[Finding]:
    """Try everything that a sync needs; `SignInError` for what Salesforce does not take."""
    yield _org(api)
    yield _user(api)
    yield from _sign_in(source)
    api.describe_all(_OBJECTS)
    for kind in _OBJECTS:
        yield _object(api, kind)
    yield from _own_fields(source, api)
    yield from _history(source, api)
    yield from _stages(source, api)
    yield from _mapped_fields(source, api)
    yield from _feeds(source, api)
    yield _calls(api)


def fix(source: Source, api: Api) -> Iterator[Finding]:
    """Make the fields that scores are written to, and grant them; twice does no harm."""
    yield from provide(source, api)


def _org(api: Api) -> Finding:
    names = ["Name", "OrganizationType", "IsSandbox", "InstanceName"]
    try:
        rows = api.rows(soql.select("Organization", names))
    except Refused as refusal:
        return Finding("org", False, str(refusal))
    if not rows:
        return Finding("org", True, "it does not say what it is")
    org = rows[0]
    kind = "a sandbox" if org["IsSandbox"] else "in production"
    said = [org["Name"], org["OrganizationType"], kind, f"instance {org['InstanceName']}"]
    return Finding("org", True, ", ".join(str(part) for part in said if part))


def _user(api: Api) -> Finding:
    user = user_of(api)
    if not user:
        return Finding("user", True, "the org does not say who this user is")
    query = soql.select("User", ["Name", "Username"], soql.compare("Id", "=", user))
    try:
        rows = api.rows(query)
    except Refused:
        rows = []
    name = f"{rows[0]['Name']} ({rows[0]['Username']}), " if rows else ""
    return Finding("user", True, f"{name}id {user}")


def _sign_in(source: Source) -> Iterator[Finding]:
    """Ways in that will not last."""
    settings = source.settings_as(SalesforceSettings)
    if settings.password is not None:
        yield Finding(
            "sign-in",
            True,
            "Salesforce is retiring sign-in by password, with Summer '27 at the latest: go over to "
            "jwt or client_credentials",
        )
    if settings.session_id is not None:
        yield Finding(
            "sign-in", True, "a session ends after some hours and cannot be renewed: try out only"
        )


def _object(api: Api, kind: str) -> Finding:
    there = api.describe(kind)
    if there is None:
        detail = f"this user may not see {kind}: give it read access to {kind} (View All Records)"
        # Companies are a help; leads and contacts are what is scored.
        return Finding(kind, kind == ACCOUNT, detail)
    if not there.queryable:
        return Finding(kind, False, f"this user may not query {kind}: give it read access")
    if not there.has(_CURSOR):
        return Finding(kind, False, f"{kind}.{_CURSOR} is hidden, by which changes are found")
    if kind in PEOPLE and not there.updateable:
        return Finding(kind, False, f"this user may not write {kind}: give it edit access")
    return Finding(kind, True, f"{len(there.fields)} fields are visible")


def _own_fields(source: Source, api: Api) -> Iterator[Finding]:
    """Whether each field that scores are written to is there and takes them."""
    good = []
    for wanted in wanted_fields(source):
        subject = f"field {wanted.full_name}"
        there = api.describe(wanted.kind)
        if there is None:
            continue  # said above
        if not there.has(wanted.name):
            detail = "is missing, or hidden from this user: run leadline check --fix"
            yield Finding(subject, False, detail, fix=f"make {wanted.what}, and grant it")
        elif problem := wanted.problem(there.fields[wanted.name]):
            yield Finding(subject, False, problem)
        elif not there.fields[wanted.name].updateable:
            detail = "this user may not edit it: run leadline check --fix, or grant edit access"
            yield Finding(subject, False, detail, fix=f"grant {wanted.full_name} to this user")
        else:
            good.append(wanted.full_name)
    if good:
        yield Finding("leadline's own fields", True, ", ".join(good))


def _history(source: Source, api: Api) -> Iterator[Finding]:
    """Own fields whose history the org keeps: each score written makes a row there."""
    wanted = wanted_fields(source)
    tracked = []
    for kind in PEOPLE:
        names = [each.name for each in wanted if each.kind == kind]
        conditions = [
            soql.compare("EntityDefinition.QualifiedApiName", "=", kind),
            soql.compare("IsFieldHistoryTracked", "=", True),
        ]
        query = soql.select("FieldDefinition", ["QualifiedApiName"], conditions)
        try:
            rows = api.get(paths.TOOLING_QUERY, [("q", query)]).get("records") or []
        except Refused:
            return  # only administrators see it
        there = {str(row.get("QualifiedApiName")) for row in rows}
        tracked += [f"{kind}.{name}" for name in names if name in there]
    if tracked:
        yield Finding(
            "field history",
            True,
            f"the org tracks the history of {', '.join(tracked)}: each score written adds a row "
            "there; better turn that off in Setup",
        )


def _stages(source: Source, api: Api) -> Iterator[Finding]:
    """Whether the org knows the stages that the config writes, and those before them."""
    for name, moves in source.stages.items():
        subject, stage = f"stage field {name}", stage_of(name, "")
        if stage.kind not in PEOPLE:
            yield Finding(subject, False, "names no object: write it as Lead.Status, for example")
            continue
        if api.describe(stage.kind) is None:
            continue  # said above
        field = stage_field(api, stage.kind, stage.field)
        if field is None:
            nearest = _nearest(stage.field, api.describe(stage.kind))
            yield Finding(subject, False, f"this user sees no field {name}{nearest}")
            continue
        before = [each for allowed in moves.values() for each in sorted(allowed) if each]
        problems = [said for each in moves if (said := field.problem(each))]
        problems += [said for each in dict.fromkeys(before) if (said := field.unknown(each))]
        yield Finding(subject, not problems, "; ".join(problems) or ", ".join(moves))


def _mapped_fields(source: Source, api: Api) -> Iterator[Finding]:
    """Fields that the config or a model wants and that the user cannot read, or not in time."""
    for kind in _OBJECTS:
        there = api.describe(kind)
        if there is None or (kind == ACCOUNT and not source.wanted_of_companies):
            continue
        found = layout(source, there)
        for fact, name in found.missing.items():
            detail = f"{kind}.{name} is missing, or hidden from this user{_nearest(name, there)}"
            yield Finding(f"{kind} fields: {fact}", False, detail)
        formulas = [name for name in found.facts.values() if there.fields[name].calculated]
        for name in dict.fromkeys(formulas):
            detail = "is a formula: a new value of it is seen when another field changes, too"
            yield Finding(f"{kind}.{name}", True, detail)
        mapped = ", ".join(f"{fact} ← {name}" for fact, name in found.facts.items())
        if mapped:
            yield Finding(f"{kind} fields", True, mapped)


def _feeds(source: Source, api: Api) -> Iterator[Finding]:
    """Each feed of activities: a feed that is off is no fault, a rule that needs it is one."""
    from leadline_salesforce.activities import feeds

    try:
        found = feeds(source, api)
    except Refused as refusal:
        yield Finding("activities", False, str(refusal))
        return
    yield from found.findings("org")


def _calls(api: Api) -> Finding:
    try:
        daily = api.get(paths.LIMITS).get("DailyApiRequests") or {}
        left, most = int(daily["Remaining"]), int(daily["Max"])
    except (Refused, KeyError, ValueError):
        usage = api.quota.usage
        if usage is None:
            return Finding("calls", True, "the org does not tell this user how many are left")
        left, most = usage.most - usage.used, usage.most
    return Finding("calls", left > 0, f"{left:,} of the org's {most:,} of 24 hours are left")


def _nearest(name: str, there: Described | None) -> str:
    names: Collection[str] = there.fields if there is not None else ()
    near = get_close_matches(name, names, n=1)
    return f"; did you mean '{near[0]}'?" if near else ""
