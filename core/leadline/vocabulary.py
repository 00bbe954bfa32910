"""The words every connector maps to: field types, standard contact fields, activity types."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


class FieldType(StrEnum):
    """What a fact is; decides how text is read and which comparisons a predicate may make."""

    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    TEXT = "text"
    DATE = "date"
    INSTANT = "instant"
    BOOLEAN = "boolean"
    SET = "set"

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type of a column: instants are UTC microseconds, money has two decimals."""
        import pyarrow as pa

        return {
            FieldType.INTEGER: pa.int64(),
            FieldType.NUMBER: pa.float64(),
            FieldType.MONEY: pa.decimal128(18, 2),
            FieldType.TEXT: pa.string(),
            FieldType.DATE: pa.date32(),
            FieldType.INSTANT: pa.timestamp("us", tz="UTC"),
            FieldType.BOOLEAN: pa.bool_(),
            FieldType.SET: pa.list_(pa.string()),
        }[self]


# What every contact record has, whatever the model: identity, the two CRM clocks, and its end.
RECORD_FIELDS: dict[str, FieldType] = {
    "contact_id": FieldType.TEXT,
    "email": FieldType.TEXT,
    "created_at": FieldType.INSTANT,
    "updated_at": FieldType.INSTANT,
    "deleted": FieldType.BOOLEAN,
    "merged_into": FieldType.TEXT,
    "linked_to": FieldType.TEXT,  # the same person: an id of this source, or SOURCE:ID
    "company_id": FieldType.TEXT,
}

# What every company record has; its facts are the contact's `company` and `company.…`.
COMPANY_RECORD_FIELDS: dict[str, FieldType] = {
    "company_id": FieldType.TEXT,
    "updated_at": FieldType.INSTANT,
    "deleted": FieldType.BOOLEAN,
}

# Who writes from these is nobody in particular: such an address links no records.
SHARED_MAILBOXES = (
    "info",
    "sales",
    "contact",
    "office",
    "hello",
    "admin",
    "support",
    "billing",
    "team",
    "noreply",
    "no-reply",
    "marketing",
    "hr",
    "jobs",
    "press",
    "kontakt",
    "biuro",
)

# The standard facts about a person; presets rely on these names. A config may add its own.
STANDARD_FIELDS: dict[str, FieldType] = {
    "first_name": FieldType.TEXT,
    "last_name": FieldType.TEXT,
    "job_title": FieldType.TEXT,
    "seniority": FieldType.TEXT,
    "department": FieldType.TEXT,
    "industry": FieldType.TEXT,
    "country": FieldType.TEXT,
    "city": FieldType.TEXT,
    "age": FieldType.INTEGER,
    "gender": FieldType.TEXT,
    "language": FieldType.TEXT,
    "phone": FieldType.TEXT,
    "company": FieldType.TEXT,
    "company.employees": FieldType.INTEGER,
    "company.revenue": FieldType.MONEY,
    "company.industry": FieldType.TEXT,
    "company.country": FieldType.TEXT,
    "budget": FieldType.MONEY,
    "planned_purchase_date": FieldType.DATE,
    "product_interest": FieldType.SET,
    "source_channel": FieldType.TEXT,
    "lifecycle_stage": FieldType.TEXT,
    "owner": FieldType.TEXT,
    "consent": FieldType.BOOLEAN,
    "consumer": FieldType.BOOLEAN,
}

# Facts that leadline works out itself from others.
DERIVED_FIELDS: dict[str, FieldType] = {"email_domain": FieldType.TEXT}

ACTIVITY_FIELDS: dict[str, FieldType] = {
    "activity_id": FieldType.TEXT,
    "contact_id": FieldType.TEXT,
    "type": FieldType.TEXT,
    "occurred_at": FieldType.INSTANT,
    "name": FieldType.TEXT,
    "url": FieldType.TEXT,
    "campaign": FieldType.TEXT,
    "channel": FieldType.TEXT,
    "value": FieldType.NUMBER,
    "properties": FieldType.TEXT,  # a JSON object
    "deleted": FieldType.BOOLEAN,
}

# The fields that make an activity's kind: few distinct combinations, many activities.
KIND_FIELDS = ("type", "name", "url", "campaign", "channel")

ACTIVITY_TYPES: frozenset[str] = frozenset(
    [
        "page_view",
        "product_view",
        "site_search",
        "tool_use",
        "form_submit",
        "content_download",
        "email_sent",
        "email_open",
        "email_click",
        "email_reply",
        "email_bounce",
        "unsubscribe",
        "newsletter_signup",
        "webinar_register",
        "webinar_attend",
        "event_register",
        "event_attend",
        "meeting",
        "call",
        "chat",
        "account_created",
        "trial_start",
        "demo_request",
        "information_request",
        "social_follow",
        "social_engage",
        "blog_comment",
        "cart_add",
        "checkout_start",
        "purchase",
        "list_join",
        "list_leave",
        "deal_created",
        "deal_won",
        "deal_lost",
        "stage_change",
    ]
)

CUSTOM_TYPE_PREFIX = "custom:"
# What an activity's own type stands behind while a plugin withholds it (see `withholding`).
WITHHELD_PREFIX = "custom:withheld_"


# Stands for every type, named or not, where a source says what it cannot deliver.
EVERY_TYPE = "*"


def is_company_fact(name: str) -> bool:
    """True for a fact that a company record may bring for its contacts."""
    return name == "company" or name.startswith("company.")


def is_activity_type(name: str) -> bool:
    """True for a canonical type and for `custom:NAME`."""
    return name in ACTIVITY_TYPES or (
        name.startswith(CUSTOM_TYPE_PREFIX) and len(name) > len(CUSTOM_TYPE_PREFIX)
    )


def column_of(field: str) -> str:
    """The lake's column for a field: a dot would read as nesting in Delta and SQL."""
    return field.replace(".", "__")


def field_of(column: str) -> str:
    """The field that the lake keeps in a column."""
    return column.replace("__", ".")
