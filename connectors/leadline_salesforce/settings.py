"""The keys of a `[sources.NAME]` table whose connector is "salesforce"."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from leadline.connecting.tokens import is_loopback, one_word

_LOGIN = "https://login.salesforce.com"
_SANDBOX_LOGIN = "https://test.salesforce.com"


class Jwt(BaseModel):
    """A connected app that signs for a user with its private key: no password anywhere."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    consumer_key: str = Field(min_length=1, description="The connected app's consumer key.")
    username: str = Field(min_length=1, description="The user that leadline works as.")
    private_key: SecretStr | None = Field(
        None, min_length=1, description="The private key in PEM form, where it is no file."
    )
    private_key_file: str | None = Field(
        None, min_length=1, description="The file with the private key in PEM form."
    )

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if (self.private_key is None) == (self.private_key_file is None):
            raise ValueError("set private_key or private_key_file, one of the two")
        return self


class ClientCredentials(BaseModel):
    """A connected app with a user of its own, by its key and secret."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    consumer_key: str = Field(min_length=1, description="The connected app's consumer key.")
    consumer_secret: SecretStr = Field(
        min_length=1, description="The connected app's consumer secret."
    )


class Password(BaseModel):
    """A user's password and security token, a way in that Salesforce is retiring."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    username: str = Field(min_length=1, description="The user that leadline works as.")
    password: SecretStr = Field(min_length=1, description="The user's password.")
    security_token: SecretStr = Field(
        SecretStr(""), description="The user's security token; empty from a trusted network."
    )


class SalesforceSettings(BaseModel):
    """How to sign in to one Salesforce org, and how much of it leadline may use."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    jwt: Jwt | None = Field(None, description="Sign in with a connected app's private key.")
    client_credentials: ClientCredentials | None = Field(
        None, description="Sign in with a connected app's key and secret; needs instance_url."
    )
    session_id: SecretStr | None = Field(
        None,
        min_length=1,
        description="A session that is valid now, to try things out; needs instance_url.",
    )
    password: Password | None = Field(
        None, description="Sign in with a password and a security token, while that still works."
    )
    instance_url: str | None = Field(
        None,
        description="The org's My Domain address, such as https://acme.my.salesforce.com.",
    )
    login_url: str = Field(
        _LOGIN,
        description="Where to sign in; https://test.salesforce.com for a sandbox. Plain http "
        "only on this machine, for a simulator.",
    )
    api_version: str = Field(
        "62.0", pattern=r"^\d{2}\.0$", description="The version of the API, without a v."
    )
    field_prefix: str = Field(
        "Leadline_",
        pattern=r"^[A-Za-z](_?[A-Za-z0-9])*_?$",
        max_length=20,
        description="What the names of leadline's own fields start with.",
    )
    namespace: str = Field(
        "",
        pattern=r"^([A-Za-z](_?[A-Za-z0-9])*(__)?)?$",
        description="The namespace of leadline's own fields, where a package brought them.",
    )
    daily_share: float = Field(
        0.8,
        gt=0,
        le=1,
        description="The part of the org's calls of 24 hours, made by anybody, after which "
        "leadline stops, so that the rest is left for others.",
    )
    activities: tuple[str, ...] | None = Field(
        None, description="The feeds to pull activities from; all that the org allows if unset."
    )
    lag_seconds: int = Field(
        600,
        ge=0,
        le=86_400,
        description="How long a transaction may take to be seen; so much is read again each time.",
    )
    settle_seconds: int = Field(
        30, ge=0, le=3600, description="The newest seconds, which are left to the next sync."
    )
    full_sweep_days: int = Field(
        7, ge=1, description="How often all records are counted through anew, in days."
    )
    bulk_above: int = Field(
        2000, ge=0, description="Above so many records Bulk API 2.0 reads and writes them."
    )
    workers: int = Field(4, ge=1, le=16, description="How many calls are under way at a time.")
    page_size: int = Field(
        2000, ge=200, le=2000, description="Records per page; fewer only to try things out."
    )

    @field_validator("instance_url", "login_url")
    @classmethod
    def _safe_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("the address holds more than scheme and host")
        if parts.path not in ("", "/"):
            raise ValueError("write the address without a path")
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise ValueError("the session would travel in the clear: use https")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("write an address such as https://acme.my.salesforce.com")
        return value.rstrip("/")

    @field_validator("session_id")
    @classmethod
    def _one_word(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else one_word(value, "a session id")

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        ways = (self.jwt, self.client_credentials, self.session_id, self.password)
        if sum(way is not None for way in ways) != 1:
            raise ValueError("set one of jwt, client_credentials, session_id and password")
        needs_instance = self.client_credentials or self.session_id
        if needs_instance and self.instance_url is None:
            raise ValueError(
                "set instance_url to the org's My Domain address, such as "
                "https://acme.my.salesforce.com"
            )
        self._salesforce_host(self.signs_in_at)
        return self

    @property
    def signs_in_at(self) -> str:
        """The address that gives a session: a My Domain for an app's own credentials."""
        instance = self.instance_url
        if instance is None or (self.client_credentials is None and self._says_where):
            return self.login_url
        host = urlsplit(instance).hostname or ""
        if self.client_credentials is not None or is_loopback(host):
            return instance
        return _SANDBOX_LOGIN if ".sandbox." in host else self.login_url

    @property
    def _says_where(self) -> bool:
        return "login_url" in self.model_fields_set

    def _salesforce_host(self, address: str) -> None:
        host = urlsplit(address).hostname or ""
        if self.session_id is None and not (host.endswith(".salesforce.com") or is_loopback(host)):
            raise ValueError(
                f"cannot sign in at {host}: its name must end in .salesforce.com, such as "
                "login.salesforce.com or acme.my.salesforce.com"
            )
