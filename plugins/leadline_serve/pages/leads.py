"""Leads: the table with its search, filters, order and pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from leadline.serving import SORTS, LeadFilter
from leadline_serve.access import Viewer
from leadline_serve.pages.choosing import ModelName, chosen, names, summary_of
from leadline_serve.pages.rendering import link, page
from leadline_serve.reach import server_of

router = APIRouter()

SIZE = 50
_DEFAULT = "-score"
_MOST_PAGES = 100_000
_OWNER = ("Owner", "owner", False)
# Heading, sort key, and whether the first click sorts downwards.
_COLUMNS = (
    ("Lead", "name", False),
    ("Company", "company", False),
    ("Score", "score", True),
    ("Grade", "grade", False),
    ("Temperature", "temperature", False),
    _OWNER,
)

Text = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page was asked for, as its links repeat it."""

    model: str
    q: str
    temperature: str
    grade: str
    source: str
    owner: str
    min_score: int | None
    max_score: int | None
    sort: str
    page: int

    def url(self, **other: object) -> str:
        """This page with something else asked for; another order begins at its first page."""
        query = {name: getattr(self, name) for name in self.__dataclass_fields__}
        if "page" not in other:
            query["page"] = 1
        query |= other
        plain = {"sort": _DEFAULT, "page": 1}
        return link("/leads", **{k: v for k, v in query.items() if plain.get(k) != v})

    @property
    def filter(self) -> LeadFilter:
        return LeadFilter(
            self.model,
            search=self.q,
            source=self.source or None,
            temperature=self.temperature or None,
            grade=self.grade or None,
            owner=self.owner or None,
            min_score=self.min_score,
            max_score=self.max_score,
        )


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading; order: "ascending", "descending" or None, as a screen reader says it."""

    text: str
    href: str
    order: str | None


@router.get("/leads")
def leads(
    request: Request,
    user: Viewer,
    model: ModelName = None,
    q: Text = "",
    temperature: Text = "",
    grade: Text = "",
    source: Text = "",
    owner: Text = "",
    min_score: Text = "",
    max_score: Text = "",
    sort: Text = _DEFAULT,
    page_number: Annotated[int, Query(alias="page", ge=1, le=_MOST_PAGES)] = 1,
) -> Response:
    """A page of leads, best first unless asked otherwise."""
    server = server_of(request)
    order = sort if sort.removeprefix("-") in SORTS else _DEFAULT
    asked = Asked(
        model=chosen(server, model),
        q=q.strip(),
        temperature=temperature,
        grade=grade,
        source=source,
        owner=owner,
        min_score=_number(min_score),
        max_score=_number(max_score),
        sort=order,
        page=page_number,
    )
    found = server.serving.leads(asked.filter, asked.sort, asked.page, SIZE)
    summary = summary_of(server, asked.model)
    owned = summary is not None and any(summary.owners)
    return page(
        request,
        "leads.html",
        user,
        models=names(server),
        asked=asked,
        found=found,
        summary=summary,
        owned=owned,
        headings=[_heading(asked, *column) for column in _COLUMNS if owned or column != _OWNER],
        first=(asked.page - 1) * SIZE + 1,
        last=(asked.page - 1) * SIZE + len(found.rows),
        more=len(found.rows) == SIZE and (not found.exact or asked.page * SIZE < found.total),
    )


def _heading(asked: Asked, text: str, key: str, downwards: bool) -> Heading:
    first, other = (f"-{key}", key) if downwards else (key, f"-{key}")
    here = asked.sort in (first, other)
    order = None if not here else "descending" if asked.sort.startswith("-") else "ascending"
    return Heading(text, asked.url(sort=other if asked.sort == first else first), order)


def _number(text: str) -> int | None:
    """A whole number, None for an empty field and for what is none."""
    plain = text.strip()
    return int(plain) if plain.removeprefix("-").isdecimal() and len(plain) < 8 else None
