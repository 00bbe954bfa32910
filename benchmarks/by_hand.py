"""The benchmark's 26 rules as a data engineer would write them by hand in Polars.

Lazy and streaming, in the same integers as leadline: thousandths from a table of weights by age,
one rounding to whole points for each rule, and the same clamps.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

HORIZON = 366
_URL, _TYPE = pl.col("url"), pl.col("type")
_PAGE = _TYPE == "page_view"


def _half(points: int, days: int, within: int) -> list[int]:
    return [
        round(points * 1000 * 2 ** (-age / days)) if age <= within else 0 for age in range(HORIZON)
    ]


def _linear(points: int, days: int) -> list[int]:
    return [round(points * 1000 * max(0, days - age) / days) for age in range(HORIZON)]


def _flat(points: int, within: int = HORIZON) -> list[int]:
    return [points * 1000 if age <= within else 0 for age in range(HORIZON)]


# rule → (which activities, weight by age, how they are put together)
_EVENTS = {
    "pricing": (_PAGE & _URL.str.contains("/pricing", literal=True), _half(6, 21, 90)),
    "product": (
        _PAGE
        & (
            _URL.str.contains("/product", literal=True)
            | _URL.str.contains("/compare", literal=True)
            | _URL.str.contains("/customers/", literal=True)
            | _URL.str.contains("/security", literal=True)
        ),
        _half(2, 21, 90),
    ),
    "docs": (_PAGE & _URL.str.contains("/docs/", literal=True), _linear(1, 60)),
    "careers": (_PAGE & _URL.str.contains("/careers", literal=True), _flat(-4, 180)),
    "click": (_TYPE == "email_click", _half(3, 21, 90)),
    "download": (_TYPE == "content_download", _half(6, 30, 180)),
    "webinar": (_TYPE == "webinar_attend", _half(6, 30, 180)),
    "form": (_TYPE == "form_submit", _half(8, 21, 120)),
    "chat": (_TYPE == "chat", _half(8, 21, 120)),
    "demo": (_TYPE == "demo_request", _half(20, 30, 120)),
    "trial": (_TYPE == "trial_start", _linear(15, 60)),
    "meeting": (_TYPE == "meeting", _half(7, 30, 120)),
    "call": ((_TYPE == "call") & (pl.col("name") != "Cold call"), _half(7, 30, 120)),
    "unsubscribe": (_TYPE == "unsubscribe", _flat(-15)),
    "bounce": (_TYPE == "email_bounce", _flat(-10, 180)),
}
_BEST = {"demo", "trial"}
_WORST = {"unsubscribe", "bounce"}


def scores(contacts: Sequence[str], activities: Sequence[str], day: int) -> pl.DataFrame:
    """contact_id, the points of each rule, fit, engagement and score."""
    people = _people(pl.scan_parquet(list(contacts)))
    events = _events(pl.scan_parquet(list(activities)), day)
    return _total(people.join(events, on="contact_id", how="left")).collect(engine="streaming")


def _events(activities: pl.LazyFrame, day: int) -> pl.LazyFrame:
    weights = pl.LazyFrame(
        {"age": range(HORIZON), **{f"w_{name}": worth for name, (_, worth) in _EVENTS.items()}}
    ).with_columns(pl.all().cast(pl.Int32))
    points = []
    for name, (which, _) in _EVENTS.items():
        worth = pl.when(which).then(pl.col(f"w_{name}")).otherwise(0)
        together = worth.max() if name in _BEST else worth.min() if name in _WORST else worth.sum()
        points.append(together.alias(name))
    documents = _EVENTS["docs"][0] & (pl.col("age") <= 60)
    return (
        activities.with_columns((day - pl.col("day")).cast(pl.Int32).alias("age"))
        .join(weights, on="age")
        .group_by("contact_id")
        .agg(*points, documents.sum().alias("docs_seen"))
    )


def _people(contacts: pl.LazyFrame) -> pl.LazyFrame:
    title, seniority = pl.col("job_title"), pl.col("seniority")
    founder = ["founder", "geschäftsführer", "prezes", "directeur général", "director general"]
    lower = title.str.to_lowercase()
    is_founder = pl.any_horizontal(lower.str.contains(word, literal=True) for word in founder)
    nobody = [
        *("Student", "Studentka", "Studentin", "Étudiante", "Estudiante", "Retired", "Emeryt"),
        *("Rentner", "Retraité", "Pensionar", "Pensionär", "Jubilado", "Researcher"),
        *("Pracownik naukowy", "Wissenschaftlicher Mitarbeiter", "Chercheur", "Cercetător"),
        *("Forskare", "Investigadora"),
    ]
    domain = pl.col("email_domain")
    rules = {
        "chief": (seniority.is_in(["cxo", "vp"]), 18),
        "director": (seniority == "director", 14),
        "manager": (seniority == "manager", 8),
        "founder": (seniority.is_null() & is_founder, 14),
        "size": (pl.col("company__employees").is_between(50, 4999), 12),
        "industry": (
            pl.col("company__industry").is_in(["Software", "Financial services", "Manufacturing"]),
            8,
        ),
        "department": (
            pl.col("department").is_in(["Marketing", "Sales", "Operations", "IT"]),
            6,
        ),
        "budget": (pl.col("budget") >= 10000, 6),
        "planned": (pl.col("planned_purchase_date").is_not_null(), 6),
        "private": (
            domain.is_in(["freemail.example", "postbox.example", "webmail.example"]),
            -8,
        ),
        "nobody": (title.is_in(nobody), -30),
    }
    competitor = domain.is_in(["northsounding.example", "plumbline.example", "fathomworks.example"])
    return contacts.select(
        "contact_id",
        competitor.fill_null(value=False).alias("excluded"),
        *(
            pl.when(which.fill_null(value=False)).then(points).otherwise(0).alias(name)
            for name, (which, points) in rules.items()
        ),
    )


_FIT = (
    *("chief", "director", "manager", "founder", "size", "industry", "department", "budget"),
    *("planned", "private", "nobody"),
)


def _total(rows: pl.LazyFrame) -> pl.LazyFrame:
    def whole(name: str) -> pl.Expr:
        value = pl.col(name).fill_null(0)
        return (value.sign() * ((value.abs() + 500) // 1000)).alias(name)

    def capped(name: str, limit: int) -> pl.Expr:
        return pl.col(name).clip(-limit, limit)

    documents = pl.when(pl.col("docs_seen") >= 3).then(pl.col("docs")).otherwise(0).alias("docs")
    website = capped("pricing", 18) + capped("product", 12) + capped("docs", 8)
    engagement = (
        (website + capped("careers", 12)).clip(-30, 30)
        + capped("click", 6)
        + capped("download", 10)
        + capped("webinar", 12)
        + (pl.col("form") + pl.col("chat")).clip(-16, 16)
        + pl.col("demo")
        + pl.col("trial")
        + (pl.col("meeting") + pl.col("call")).clip(-14, 14)
        + pl.col("unsubscribe")
        + pl.col("bounce")
    )
    return (
        rows.with_columns(documents)
        .with_columns(whole(name) for name in _EVENTS)
        .with_columns(
            pl.sum_horizontal(_FIT).clip(0, 50).alias("fit"),
            engagement.clip(0, 50).alias("engagement"),
        )
        .with_columns(
            pl.when(~pl.col("excluded"))
            .then((pl.col("fit") + pl.col("engagement")).clip(0, 100))
            .alias("score")
        )
    )
