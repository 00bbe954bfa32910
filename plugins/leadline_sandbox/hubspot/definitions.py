"""Property definitions: their shape, and those that every portal has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from leadline_sandbox.hubspot.instants import full_iso
from leadline_sandbox.hubspot.kinds import COMPANIES, CONTACTS, DEALS, Kind


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of an enumeration; `value` is what the API reads and writes."""

    value: str
    label: str

    def as_json(self, order: int) -> dict[str, Any]:
        return {"label": self.label, "value": self.value, "displayOrder": order, "hidden": False}


@dataclass(slots=True)
class Property:
    """One property of one kind of record."""

    name: str
    label: str
    type: str = "string"
    field_type: str = "text"
    group: str = ""
    description: str = ""
    options: list[Choice] = field(default_factory=list)
    calculated: bool = False
    read_only: bool = False
    built_in: bool = True
    unique: bool = False
    hidden: bool = False
    form_field: bool = False
    display_order: int = -1
    archived: bool = False
    sensitivity: str = "non_sensitive"
    created: int = 1_577_836_800_000
    updated: int = 1_577_836_800_000

    def as_json(self) -> dict[str, Any]:
        """The definition as the API shows it."""
        found: dict[str, Any] = {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "fieldType": self.field_type,
            "groupName": self.group,
            "description": self.description,
            "options": [option.as_json(n) for n, option in enumerate(self.options)],
            "displayOrder": self.display_order,
            "calculated": self.calculated,
            "externalOptions": False,
            "hasUniqueValue": self.unique,
            "hidden": self.hidden,
            "hubspotDefined": self.built_in,
            "formField": self.form_field,
            "archived": self.archived,
            "dataSensitivity": self.sensitivity,
            "modificationMetadata": {
                "archivable": not self.built_in,
                "readOnlyDefinition": self.built_in,
                "readOnlyValue": self.read_only,
            },
            "createdAt": full_iso(self.created),
            "updatedAt": full_iso(self.updated),
        }
        if not self.built_in:
            found["createdUserId"] = found["updatedUserId"] = "1"
        return found


STAGES = (
    Choice("subscriber", "Subscriber"),
    Choice("lead", "Lead"),
    Choice("marketingqualifiedlead", "Marketing Qualified Lead"),
    Choice("salesqualifiedlead", "Sales Qualified Lead"),
    Choice("opportunity", "Opportunity"),
    Choice("customer", "Customer"),
    Choice("evangelist", "Evangelist"),
    Choice("other", "Other"),
)


_LEAD_STATUS = (
    "NEW OPEN IN_PROGRESS OPEN_DEAL UNQUALIFIED ATTEMPTED_TO_CONTACT CONNECTED BAD_TIMING"
)
_CHANNELS = (
    "ORGANIC_SEARCH PAID_SEARCH EMAIL_MARKETING SOCIAL_MEDIA REFERRALS OTHER_CAMPAIGNS "
    "DIRECT_TRAFFIC OFFLINE PAID_SOCIAL"
)
_COMPANY_TEXTS = "name domain website city state country phone description industry address zip"
_SENIORITY = "owner partner cxo vp director manager senior employee entry"

_TEXTS = """
firstname lastname jobtitle company website phone mobilephone address city state zip country
industry hs_language salutation job_function hs_persona message fax twitterhandle lead_source
"""
_NUMBERS = "annualrevenue numemployees budget"
_COUNTERS = """
hs_analytics_num_page_views hs_analytics_num_visits hs_analytics_num_event_completions
hs_email_open hs_email_click hs_email_delivered hs_email_bounce hs_email_replied
num_conversion_events num_unique_conversion_events num_associated_deals num_notes
"""
_MOMENTS = """
hs_analytics_first_timestamp hs_analytics_last_timestamp hs_analytics_last_visit_timestamp
hs_email_first_send_date hs_email_last_send_date hs_email_first_open_date hs_email_last_open_date
hs_email_first_click_date hs_email_last_click_date recent_conversion_date first_conversion_date
hs_sales_email_last_opened hs_sales_email_last_clicked hs_sales_email_last_replied
notes_last_updated engagements_last_meeting_booked hs_last_sales_activity_timestamp
"""
_MADE = """
hs_merged_object_ids hs_calculated_merged_vids hs_additional_emails hs_email_domain
hs_email_last_email_name recent_conversion_event_name first_conversion_event_name
hs_analytics_source_data_1 hs_analytics_source_data_2 hs_analytics_last_url
hs_analytics_first_url associatedcompanyid
"""
_ENGAGEMENTS = {
    "calls": "hs_call_title hs_call_body hs_call_direction hs_call_disposition hs_call_status "
    "hs_activity_type",
    "emails": "hs_email_subject hs_email_text hs_email_html hs_email_direction hs_email_status",
    "meetings": "hs_meeting_title hs_meeting_body hs_meeting_outcome hs_meeting_location "
    "hs_activity_type",
    "notes": "hs_note_body",
    "tasks": "hs_task_subject hs_task_body hs_task_status hs_task_priority hs_task_type",
    "communications": "hs_communication_channel_type hs_communication_body",
    "postal_mail": "hs_postal_mail_body",
    "leads": "hs_lead_name hs_lead_type hs_lead_label hs_pipeline hs_pipeline_stage",
}
_INSTANTS = {
    "meetings": "hs_meeting_start_time hs_meeting_end_time",
    "tasks": "hs_task_completion_date",
}
_DURATIONS = {"calls": "hs_call_duration"}
_CALCULATED = "analyticsinformation"  # the group of what HubSpot works out
_FIELDS = {"string": "text", "number": "number", "datetime": "date", "bool": "booleancheckbox"}


def _label(name: str) -> str:
    return name.removeprefix("hs_").replace("_", " ").capitalize()


def standard(kind: Kind) -> dict[str, Property]:
    """The properties that a new portal has for a kind of record."""
    made = [*_system(kind), *_FACTS.get(kind, _engagement)(kind)]
    return {each.name: each for each in made}


def group_names(kind: Kind) -> dict[str, str]:
    """The property groups of a new portal: name → label."""
    return {
        _group(kind): f"{kind.name.capitalize()} information",
        _CALCULATED: "Analytics history",
    }


def _group(kind: Kind) -> str:
    return f"{kind.singular}information"


def _system(kind: Kind) -> list[Property]:
    group = _group(kind)
    dates = dict.fromkeys((kind.created, "hs_lastmodifieddate", kind.modified))
    return [
        Property("hs_object_id", "Record ID", "number", "number", group, read_only=True),
        *(
            Property(name, _label(name), "datetime", "date", group, read_only=True)
            for name in dates
        ),
        Property("hubspot_owner_id", "Owner", "enumeration", "select", group),
    ]


def _contact(kind: Kind) -> list[Property]:
    group = _group(kind)
    stage_dates = [
        f"{start}_{stage.value}{end}"
        for stage in STAGES
        for start, end in (("hs_lifecyclestage", "_date"), ("hs_v2_date_entered", ""))
    ]
    return [
        Property("email", "Email", group=group, unique=True),
        *_plain(_TEXTS, group),
        *_plain(_NUMBERS, group, "number"),
        _enumeration("lifecyclestage", "Lifecycle stage", STAGES, group),
        _enumeration("hs_lead_status", "Lead status", _named(_LEAD_STATUS), group),
        _enumeration("hs_seniority", "Seniority", _named(_SENIORITY), group),
        _enumeration("hs_analytics_source", "Original source", _named(_CHANNELS), group),
        _yes_or_no("hs_email_optout", "Unsubscribed from all email", group),
        Property("planned_purchase", "Planned purchase", "date", "date", group, built_in=False),
        Property("marketing_consent", "Marketing consent", group=group, built_in=False),
        *_calculated(_COUNTERS, "number"),
        *_calculated(_MOMENTS, "datetime"),
        *_calculated(_MADE, "string"),
        *_calculated(" ".join(stage_dates), "datetime"),
    ]


def _company(kind: Kind) -> list[Property]:
    group = _group(kind)
    return [
        *_plain(_COMPANY_TEXTS, group),
        *_plain("numberofemployees annualrevenue", group, "number"),
        *_calculated("hs_merged_object_ids", "string"),
        _enumeration("lifecyclestage", "Lifecycle stage", STAGES, group),
    ]


def _deal(kind: Kind) -> list[Property]:
    group = _group(kind)
    return [
        *_plain("dealname dealstage pipeline closed_lost_reason description", group),
        Property("amount", "Amount", "number", "number", group),
        Property("closedate", "Close date", "datetime", "date", group),
        _enumeration("dealtype", "Deal type", _named("newbusiness existingbusiness"), group),
        *_calculated("hs_is_closed hs_is_closed_won", "bool"),
    ]


def _engagement(kind: Kind) -> list[Property]:
    group = _group(kind)
    return [
        Property("hs_timestamp", "Activity date", "datetime", "date", group),
        *_plain(_ENGAGEMENTS.get(kind.name, ""), group),
        *_plain(_INSTANTS.get(kind.name, ""), group, "datetime"),
        *_plain(_DURATIONS.get(kind.name, ""), group, "number"),
    ]


def _plain(names: str, group: str, type_: str = "string") -> list[Property]:
    return [Property(name, _label(name), type_, _FIELDS[type_], group) for name in names.split()]


def _calculated(names: str, type_: str) -> list[Property]:
    made = _plain(names, _CALCULATED, type_)
    return [replace(each, calculated=True, read_only=True) for each in made]


def _enumeration(name: str, label: str, options: Sequence[Choice], group: str) -> Property:
    return Property(name, label, "enumeration", "select", group, options=list(options))


def _yes_or_no(name: str, label: str, group: str) -> Property:
    options = [Choice("true", "Yes"), Choice("false", "No")]
    return Property(name, label, "bool", "booleancheckbox", group, options=options)


def _named(words: str) -> tuple[Choice, ...]:
    return tuple(Choice(word, word.replace("_", " ").capitalize()) for word in words.split())


_FACTS = {CONTACTS: _contact, COMPANIES: _company, DEALS: _deal}
