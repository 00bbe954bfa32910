"""The kinds of record: what Salesforce calls them, how their ids begin, and their fields."""

from __future__ import annotations

from dataclasses import dataclass, replace

from leadline_sandbox.salesforce import declarations as said
from leadline_sandbox.salesforce.fields import Field, declared
from leadline_sandbox.salesforce.options import Options


@dataclass(slots=True)
class Kind:
    """One object. parent: the reference that locks its parent when it is written."""

    name: str
    prefix: str  # the first three characters of an id
    fields: dict[str, Field]
    plural: str = ""
    parent: str = ""
    updateable: bool = True

    @property
    def deletable(self) -> bool:
        """Whether its records go to the recycle bin."""
        return "IsDeleted" in self.fields

    @property
    def tracked(self) -> bool:
        """Whether writing it moves LastModifiedDate and SystemModstamp."""
        return "SystemModstamp" in self.fields


_FULL = {
    "Lead": ("00Q", said.LEAD, ""),
    "Contact": ("003", said.CONTACT, "AccountId"),
    "Account": ("001", said.ACCOUNT, "ParentId"),
    "Task": ("00T", said.TASK, "WhatId"),
    "Event": ("00U", said.EVENT, "WhatId"),
    "EmailMessage": ("02s", said.EMAIL_MESSAGE, ""),
    "Campaign": ("701", said.CAMPAIGN, ""),
    "CampaignMember": ("00v", said.CAMPAIGN_MEMBER, "CampaignId"),
    "Opportunity": ("006", said.OPPORTUNITY, "AccountId"),
    "OpportunityContactRole": ("00K", said.OPPORTUNITY_CONTACT_ROLE, "OpportunityId"),
    "TaskRelation": ("0RT", said.TASK_RELATION, ""),
    "EventRelation": ("0RE", said.EVENT_RELATION, ""),
    "EmailMessageRelation": ("0CZ", said.EMAIL_MESSAGE_RELATION, ""),
}
_UNBINNED = {
    "LeadStatus": ("01J", said.LEAD_STATUS),
    "TaskStatus": ("01T", said.TASK_STATUS),
    "User": ("005", said.USER),
    "Organization": ("00D", said.ORGANIZATION),
    "PermissionSet": ("0PS", said.PERMISSION_SET),
}
_SETUP = {
    "PermissionSetAssignment": ("0Pa", said.PERMISSION_SET_ASSIGNMENT),
    "FieldPermissions": ("01k", said.FIELD_PERMISSIONS),
}
_HISTORIES = {"LeadHistory": ("017", "Lead"), "ContactHistory": ("03j", "Contact")}
_NAMES = {"Opportunity": "Opportunities", "OpportunityHistory": "OpportunityHistories"}
ACTIVITIES = ("Task", "Event")
PEOPLE = ("Lead", "Contact")


def kinds(options: Options) -> dict[str, Kind]:
    """Every object that the org has, with the fields that its options give it."""
    found = {
        name: Kind(name, prefix, {**declared(said.SYSTEM), **declared(lines)}, parent=parent)
        for name, (prefix, lines, parent) in _FULL.items()
    }
    for name, (prefix, lines) in _UNBINNED.items():
        fields = {**declared(said.SYSTEM), **declared(lines)}
        del fields["IsDeleted"]
        found[name] = Kind(name, prefix, fields)
    for name, (prefix, lines) in _SETUP.items():
        found[name] = Kind(name, prefix, {**declared(said.SETUP), **declared(lines)})
    found["OpportunityHistory"] = Kind(
        "OpportunityHistory", "008", declared(said.OPPORTUNITY_HISTORY), updateable=False
    )
    if options.field_history:
        for name, (prefix, of) in _HISTORIES.items():
            lead_to = declared(f"{of}Id reference({of})={of} ro required")
            fields = {**declared(said.HISTORY), **lead_to}
            found[name] = Kind(name, prefix, fields, updateable=False)
    _adapt(found, options)
    for kind in found.values():
        kind.plural = _NAMES.get(kind.name, f"{kind.name}s")
    return found


def _adapt(found: dict[str, Kind], options: Options) -> None:
    """Person accounts, e-mail, shared activities and leadline's own fields, where there are any."""
    if options.person_accounts:
        found["Account"].fields |= declared(said.PERSON_ACCOUNT)
        found["Contact"].fields |= declared("IsPersonAccount boolean ro required")
    if not options.enhanced_email:
        for name in ("EmailMessage", "EmailMessageRelation"):
            del found[name]
    if not options.shared_activities:
        del found["TaskRelation"]
    for name in PEOPLE:
        fields = found[name].fields
        fields["MasterRecordId"] = replace(fields["MasterRecordId"], reference_to=(name,))
        if options.provisioned:
            fields |= declared(said.OWN.format(options.own_prefix, "__c"))
    if options.provisioned and options.person_accounts:
        found["Account"].fields |= declared(said.OWN.format(options.own_prefix, "__pc"))
