"""The keys of a `[sources.NAME]` table whose connector is "hubspot"."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from leadline.connecting.tokens import is_loopback, one_word


class OAuth(BaseModel):
    """An app's own credentials and the refresh token that the account's owner gave it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: str = Field(min_length=1, description="The app's client id.")
    client_secret: SecretStr = Field(min_length=1, description="The app's client secret.")
    refresh_token: SecretStr = Field(
        min_length=1, description="The refresh token of this account; access tokens come from it."
    )
    redirect_uri: str | None = Field(
        None, description="The redirect address that the refresh token was made with, if it was."
    )


class HubSpotSettings(BaseModel):
    """How to sign in to one HubSpot account, and how much of it leadline may use."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    access_token: SecretStr | None = Field(
        None, min_length=1, description="A service key or another access token of the account."
    )
    oauth: OAuth | None = Field(
        None, description="An app's credentials, where there is no access token."
    )
    base_url: str = Field(
        "https://api.hubapi.com",
        description="Where the API is; plain http only on this machine, for a sandbox.",
    )
    property_prefix: str = Field(
        "leadline_",
        pattern=r"^[a-z][a-z0-9_]*$",
        max_length=60,
        description="What the names of leadline's own contact properties start with.",
    )
    burst_share: float = Field(
        0.95, gt=0, le=1, description="The part of the permitted calls per ten seconds to use."
    )
    daily_share: float = Field(
        0.8,
        gt=0,
        le=1,
        description="The part of the account's daily calls after which leadline stops, so that "
        "the rest is left for others.",
    )
    activities: tuple[str, ...] | None = Field(
        None, description="The feeds to pull activities from; all that the account allows if unset."
    )
    backward_stages: bool = Field(
        False,
        description="Move lifecycle stages backward too: HubSpot then empties the stage and sets "
        "it in a second call, and workflows may see the contact without one.",
    )
    lag_seconds: int = Field(
        120,
        ge=0,
        le=3600,
        description="How far HubSpot's search may lag behind; so much is read again each time.",
    )
    full_sweep_days: int = Field(
        7, ge=1, description="How often all records are listed anew, in days."
    )
    workers: int = Field(4, ge=1, le=16, description="How many calls are under way at a time.")
    page_size: int = Field(
        100, ge=1, le=100, description="Records per call; fewer only to try things out."
    )

    @field_validator("access_token")
    @classmethod
    def _one_word(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else one_word(value, "a token")

    @field_validator("base_url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("the address holds more than scheme, host and path")
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise ValueError("the token would travel in the clear: use https")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("write an address such as https://api.hubapi.com")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if (self.access_token is None) == (self.oauth is None):
            raise ValueError("set access_token or oauth, one of the two")
        return self
