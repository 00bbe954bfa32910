"""The keys of a `[sources.NAME]` table whose connector is "sql"."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from leadline.vocabulary import EVERY_TYPE, is_activity_type

Text = Annotated[str, Field(min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Query(_Table):
    """What every stream has: a query and the columns that order it."""

    query: Text = Field(description="A SELECT; leadline wraps it as a sub-query.")
    id: Text | None = Field(None, description='The column of the record\'s id; "id" if unset.')
    cursor: Text | None = Field(
        None,
        description="The column that tells when a row last changed or was learned, to read only "
        "what is new. Without it everything is read each time.",
    )
    deleted: Text | None = Field(None, description="The column that is true for a deleted record.")

    @field_validator("query")
    @classmethod
    def _one_statement(cls, value: str) -> str:
        statement = value.strip().rstrip(";").strip()
        if not statement:
            raise ValueError("the query is empty: write a SELECT")
        return statement


class Contacts(Query):
    """The query for contacts."""

    merged_into: Text | None = Field(
        None, description="The column of the id that a record was merged into."
    )


class Companies(Query):
    """The query for companies."""


class Activities(Query):
    """The query for activities."""

    contact: Text | None = Field(
        None, description='The column of the contact\'s id; "contact_id" if unset.'
    )
    type: Text | None = Field(None, description='The column of the type; "type" if unset.')
    occurred_at: Text | None = Field(
        None, description='The column of when it happened; "occurred_at" if unset.'
    )
    feeds_off: tuple[str, ...] = Field(
        (),
        description="Activity types that the query never brings: what is counted of them is "
        "unknown, not 0.",
    )

    @field_validator("feeds_off")
    @classmethod
    def _known_types(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name != EVERY_TYPE and not is_activity_type(name):
                raise ValueError(
                    f"'{name}' is no activity type; one of your own is \"custom:NAME\""
                )
        return value


class Output(_Table):
    """Where scores are written: into a table of leadline's own, or into columns of another."""

    table: Text | None = Field(
        None, description="leadline's own table; `leadline check --fix` makes it."
    )
    update: Text | None = Field(
        None, description="A table that has the contacts; its rows are updated, never added to."
    )
    key: Text | None = Field(
        None,
        description='The column with the contact\'s id: "contact_id" of `table`, "id" of `update` '
        "if unset.",
    )
    prefix: str | None = Field(
        None,
        pattern=r"^[a-z][a-z0-9_]*$|^$",
        max_length=40,
        description="What the names of leadline's own columns start with: nothing in `table`, "
        '"leadline_" in `update` if unset.',
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.table is None) == (self.update is None):
            raise ValueError("set table or update, one of the two")
        return self

    @property
    def name(self) -> str:
        """The table that is written to, with its schema."""
        return self.table or self.update or ""

    @property
    def key_column(self) -> str:
        """The column that says whose row it is."""
        return self.key or ("contact_id" if self.table else "id")

    @property
    def column_prefix(self) -> str:
        """What the names of leadline's own columns start with."""
        if self.prefix is not None:
            return self.prefix
        return "" if self.table else "leadline_"


class SqlSettings(_Table):
    """One database: how to reach it, what to read out of it, and where scores go."""

    url: SecretStr = Field(
        min_length=1,
        description="The database's SQLAlchemy URL, such as postgresql://USER:PASSWORD@HOST/NAME.",
    )
    contacts: Contacts = Field(description="The query for contacts.")
    companies: Companies | None = Field(None, description="The query for companies.")
    activities: Activities | None = Field(None, description="The query for activities.")
    output: Output | None = Field(None, description="Where scores are written.")
    lag_seconds: int = Field(
        300,
        ge=0,
        le=604_800,
        description="How long a transaction may take to be seen: so much of a cursor that is a "
        "date or an instant is read again each time.",
    )
    batch_rows: int = Field(
        50_000, ge=1, le=1_000_000, description="How many rows are read at a time."
    )
    connect_seconds: int = Field(10, ge=1, le=600, description="How long to wait for a connection.")
    statement_seconds: int = Field(
        600, ge=1, le=86_400, description="How long one statement may take, where it can be set."
    )

    @field_validator("url")
    @classmethod
    def _is_url(cls, value: SecretStr) -> SecretStr:
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        text = value.get_secret_value().strip()
        # Nothing of the text is quoted: a password may be anywhere in a broken URL.
        if text.partition("://")[2].partition("?")[0].count("@") > 1:
            raise ValueError("the URL has more than one '@'; write the others as %40")
        try:
            make_url(text)
        except (ArgumentError, ValueError):
            raise ValueError(
                "this is no database URL; write DIALECT://USER:PASSWORD@HOST/DATABASE"
            ) from None
        return SecretStr(text)
