"""What `[plugins.quality]` may say."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

FACT = "email_kind"
MOST_POINTS = 10_000


def _word(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty: write a word, or delete it")
    return value.strip().lower()


Word = Annotated[str, AfterValidator(_word)]
Points = Annotated[float, Field(ge=-MOST_POINTS, le=MOST_POINTS)]


class KindPoints(BaseModel):
    """What an address of each kind is worth; 0 makes no rule."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    disposable: Points = Field(-20, description="An address that is thrown away after use.")
    role: Points = Field(-5, description="A mailbox of a task: info@, sales@.")
    free: Points = Field(0, description="An address at a free mail provider.")
    business: Points = Field(0, description="Any other address.")


class QualitySettings(BaseModel):
    """The keys of `[plugins.quality]`."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)

    models: tuple[Word, ...] | None = Field(
        None, description="The models, by name, that the rules join; all when left out."
    )
    dimension: str | None = Field(
        None,
        min_length=1,
        description='The dimension that the points go to; "fit" when left out, or the model\'s '
        "first where it has none of that name.",
    )
    points: KindPoints = Field(
        default_factory=lambda: KindPoints.model_validate({}),
        description="Points for each kind of address.",
    )
    disposable: tuple[Word, ...] = Field((), description="More domains of addresses thrown away.")
    free: tuple[Word, ...] = Field((), description="More domains of free mail providers.")
    role: tuple[Word, ...] = Field((), description="More names of mailboxes, before the @.")
    except_: tuple[Word, ...] = Field(
        (),
        alias="except",
        description="Domains and addresses that are a business's, whatever the lists say.",
    )
    burst_clicks: int = Field(
        4,
        ge=2,
        le=1_000,
        description="More clicks than this within burst_seconds, or on so many different links, "
        "are a machine's.",
    )
    burst_seconds: float = Field(5, gt=0, le=3_600, description="How long a burst may take.")
    too_soon_seconds: float = Field(
        2,
        ge=0,
        le=3_600,
        description="A click this soon after its mail was sent is a machine's; 0 asks nothing.",
    )
    scanners: tuple[Word, ...] = Field(
        (), description="More words in a user agent that tell a scanner."
    )
