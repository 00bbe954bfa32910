"""What an author supplies: a CRM that the contract tests can seed, change and look into."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

# One record under canonical names; instants are aware datetimes, all else is text.
Row = Mapping[str, object]

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Crm(ABC):
    """A CRM, a simulator of one or a folder of files, made fresh for each test.

    `at` is the CRM's own clock when something happens: it becomes `updated_at` of what is put.
    fields, activity_fields, activity_types and company_fields are the tables of the same names in
    the config.
    stage_field, stage_values: the CRM's own field for a lifecycle stage, and two that it takes.
    unable: names from `HOSTILE_VALUES` that this kind of CRM cannot hold.
    typed: facts that this CRM holds as a number, a date, an instant or a boolean, each with a value
    to put: the type of the value (int, float, date, aware datetime, bool) is that of the fact.

    What ends in `-> bool` is answered with False by a CRM to which that cannot happen; the test is
    skipped then, and says so.
    """

    fields: Mapping[str, str] = _NOTHING
    activity_fields: Mapping[str, str] = _NOTHING
    activity_types: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    company_fields: Mapping[str, str] = _NOTHING
    stage_field: str = ""
    stage_values: tuple[str, str] = ("mql", "sql")
    unable: frozenset[str] = frozenset()
    typed: Mapping[str, object] = MappingProxyType({})

    def contact_id(self, number: int) -> str:
        """An id that this CRM would give; later numbers sort later."""
        return f"{number:04d}"

    def company_id(self, number: int) -> str:
        """The same for a company."""
        return f"c{number:04d}"

    @abstractmethod
    def settings(self) -> Mapping[str, object]:
        """The source's settings, with pages of two rows so that there are boundaries to test."""

    @abstractmethod
    def put_contacts(self, rows: Sequence[Row], at: datetime) -> None:
        """Create contacts, or change those whose `contact_id` exists."""

    @abstractmethod
    def put_activities(self, rows: Sequence[Row], at: datetime) -> None:
        """Add activities that the CRM learns of at this instant; `occurred_at` may be long ago."""

    def put_companies(self, rows: Sequence[Row], at: datetime) -> None:
        """Create companies, or change those whose `company_id` exists."""
        raise NotImplementedError("answer put_companies(self, rows, at): companies are declared")

    @abstractmethod
    def delete_contact(self, contact_id: str, at: datetime) -> None:
        """Delete a contact for good."""

    def merge_contacts(self, loser: str, winner: str, at: datetime) -> str:
        """Merge a contact into another one; the id that stays, which may be a new one."""
        raise NotImplementedError("answer merge_contacts(self, ...): merges are declared")

    @abstractmethod
    def read_back(self) -> Mapping[str, Mapping[str, object]]:
        """Leadline's own fields as they are now: contact_id → field → value, read without it."""

    def read_stages(self) -> Mapping[str, object]:
        """The CRM's own `stage_field` as it is now: contact_id → value, read without leadline."""
        raise NotImplementedError("answer read_stages(self): stages are declared")

    @abstractmethod
    def everything_else(self) -> object:
        """All that leadline must never touch, in a form that `==` compares."""

    def switch_feeds(self, off: Collection[str]) -> bool:
        """Deliver every type of activity but these from now on, by a permission or a setting.

        False, as here, for a CRM that delivers all or nothing.
        """
        return False

    def break_down(self) -> bool:
        """Make every later request fail. False, as here, for a CRM that cannot be made to."""
        return False

    def say_too_many(self, times: int) -> bool:
        """Answer the next requests, so many of them, as too many calls."""
        return False

    def end_session(self) -> bool:
        """End what the source has signed in with, as time does; its settings still let it in."""
        return False

    def refuse_sign_in(self) -> bool:
        """Let nobody in by these settings from now on, as after a password was changed."""
        return False

    def break_in_write(self, after: int) -> bool:
        """Take so many contacts of the next write, then lose the connection; it works again then.

        A CRM that takes a call as a whole takes all of it, and loses the answer.
        """
        return False

    def refuse_contact(self, contact_id: str) -> bool:
        """Refuse every write to this one contact from now on, as a rule of validation does."""
        return False
