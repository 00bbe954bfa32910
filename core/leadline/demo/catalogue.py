"""What there is to do: site pages, mailings, webinars, forms and the campaigns that lead there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from leadline.demo.clock import DAYS, Clock
from leadline.demo.draws import Floats, Ints, cumulative

SITE = "https://www.harbourline.example"
MAILINGS = 130
_TOPICS = [
    "forecasting",
    "data-quality",
    "onboarding",
    "reporting",
    "integrations",
    "security",
    "pipeline-reviews",
    "pricing-strategy",
    "attribution",
    "nurturing",
    "segmentation",
    "territory-planning",
    "gdpr",
    "crm-migration",
    "lead-routing",
    "partner-sales",
    "customer-success",
    "sales-enablement",
    "account-based-marketing",
    "email-deliverability",
]
_ANGLES = ["guide", "checklist", "mistakes-to-avoid", "benchmarks", "case-for", "playbook", "faq"]
_DOCS = [
    "quickstart",
    "install",
    "api",
    "webhooks",
    "sso",
    "import",
    "export",
    "permissions",
    "billing",
    "limits",
    "sdk",
    "cli",
    "audit",
]
_SECTORS = [
    "manufacturing",
    "software",
    "logistics",
    "retail",
    "finance",
    "healthcare",
    "media",
    "public-sector",
]
_JOBS = [
    "backend-engineer",
    "account-executive",
    "data-analyst",
    "designer",
    "support-engineer",
    "intern",
]
_PAID = [
    "search-brand",
    "search-generic",
    "linkedin-decision-makers",
    "retargeting",
    "trade-fair",
    "spring-launch",
]
_MAIL_CAMPAIGNS = ("newsletter", "product-news", "events", "customer-stories")
CHANNELS = ("direct", "organic", "paid", "social", "email", "referral")


@dataclass(slots=True)
class Catalogue:
    """Every (activity, name, url) and every (campaign, channel), numbered.

    pages: by how a visitor is disposed (browsing, buying, never buying): which page, how likely.
    """

    kinds: list[tuple[str, str, str]] = field(default_factory=list)
    sources: list[tuple[str, str, bool]] = field(default_factory=list)  # campaign, channel, utm
    ids: dict[str, int] = field(default_factory=dict)
    pages: list[Floats] = field(default_factory=list)
    mail_days: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    mail_source: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def add(self, key: str, activity: str, name: str = "", url: str = "") -> int:
        """Number one more kind of activity; the first of a key names the run that follows."""
        self.kinds.append((activity, name, url))
        return self.ids.setdefault(key, len(self.kinds) - 1)

    def source(self, campaign: str, channel: str, utm: bool = False) -> int:
        """The number of this campaign and channel."""
        entry = (campaign, channel, utm)
        if entry not in self.sources:
            self.sources.append(entry)
        return self.sources.index(entry)


def build_catalogue(clock: Clock) -> Catalogue:
    """The site and the mailing calendar of the year that ends today."""
    made = Catalogue()
    _add_pages(made)
    _add_requests(made)
    _add_mailings(made, clock)
    for channel in CHANNELS:
        made.source("", channel)
    for campaign in _PAID:
        made.source(campaign, "social" if campaign.startswith("linkedin") else "paid", utm=True)
    return made


def _site() -> list[tuple[str, tuple[float, float, float]]]:
    """Paths with their weight for browsing, buying and never-buying visitors."""
    pages = [
        ("/", (14.0, 8.0, 10.0)),
        ("/pricing", (2.2, 13.0, 0.5)),
        ("/pricing/enterprise", (0.3, 4.0, 0.1)),
    ]
    pages += [
        ("/product", (6.0, 9.0, 3.0)),
        ("/contact", (1.0, 2.5, 1.0)),
        ("/demo", (0.6, 3.5, 0.1)),
    ]
    pages += [(f"/product/{topic}", (0.5, 1.0, 0.2)) for topic in _TOPICS]
    pages += [(f"/customers/{sector}", (0.5, 1.4, 0.1)) for sector in _SECTORS]
    pages += [
        ("/security", (0.5, 2.0, 0.2)),
        ("/about", (2.0, 1.5, 2.0)),
        ("/compare", (0.4, 2.5, 0.2)),
    ]
    pages += [(f"/docs/{page}", (0.8, 1.6, 1.2)) for page in _DOCS]
    pages += [
        (f"/docs/{page}/{step}", (0.2, 0.4, 0.3)) for page in _DOCS for step in ("setup", "errors")
    ]
    pages += [
        (f"/blog/{topic}-{angle}", (40 / 140 / (1 + n % 7), 8 / 140, 60 / 140))
        for n, (topic, angle) in enumerate((t, a) for t in _TOPICS for a in _ANGLES)
    ]
    pages += [("/careers", (1.0, 0.1, 9.0))]
    pages += [(f"/careers/{job}", (0.2, 0.02, 2.5)) for job in _JOBS]
    pages += [(f"/webinars/{topic}", (0.1, 0.2, 0.1)) for topic in _TOPICS]
    return pages


def _add_pages(made: Catalogue) -> None:
    site = _site()
    for path, _ in site:
        title = path.strip("/").replace("/", ": ").replace("-", " ").capitalize() or "Home"
        made.add("page", "Page view", title, SITE + path)
    made.pages = [cumulative([weights[mood] for _, weights in site]) for mood in range(3)]


def _add_requests(made: Catalogue) -> None:
    def several(key: str, activity: str, names: list[str], folder: str = "") -> None:
        for name in names:
            made.add(
                key,
                activity,
                name.replace("-", " ").capitalize(),
                f"{SITE}{folder}/{name}" if folder else "",
            )

    several("download", "Content downloaded", [f"{t}-whitepaper" for t in _TOPICS], "/resources")
    several("webinar", "Webinar registered", _TOPICS, "/webinars")
    several("attended", "Webinar attended", _TOPICS, "/webinars")
    several("comment", "Blog comment", [f"{t}-guide" for t in _TOPICS], "/blog")
    several(
        "form",
        "Form submitted",
        ["contact-sales", "ask-an-expert", "price-list", "event-signup"],
        "/forms",
    )
    made.add("demo", "Demo requested", "Demo request", f"{SITE}/demo")
    made.add("trial", "Trial started", "14-day trial", f"{SITE}/trial")
    made.add("signup", "Newsletter signup", "Footer form", f"{SITE}/newsletter")
    made.add("chat", "Chat", "Website chat", f"{SITE}/pricing")
    several("social", "Social follow", ["LinkedIn", "YouTube", "Mastodon"])
    several(
        "meeting",
        "Meeting held",
        ["Discovery", "Product walkthrough", "Technical review, security", "Offer"],
    )
    several("call", "Call", ["Qualification call", "Follow-up call", "Cold call"])
    several("deal", "Deal created", ["New business"])
    several("won", "Deal won", ["New business"])
    several("lost", "Deal lost", ["New business"])
    several("unsubscribe", "Unsubscribed", ["All mailings"])


def _add_mailings(made: Catalogue, clock: Clock) -> None:
    """Three letters in five go out on a Tuesday, the others on a Thursday, over the whole year."""
    day = ((np.arange(MAILINGS) + 0.5) * DAYS / MAILINGS).astype(np.int64)
    aimed = np.where(np.arange(MAILINGS) % 5 < 3, 1, 3)
    day -= (clock.weekday(day) - aimed) % 7
    made.mail_days = np.sort(np.where(day < 0, day + 7, day))
    campaign = [(0, 1, 0, 2, 3)[n % 5] for n in range(MAILINGS)]
    names = [_subject(n, campaign[n], clock, int(made.mail_days[n])) for n in range(MAILINGS)]
    for key, activity in (
        ("sent", "Email sent"),
        ("opened", "Email opened"),
        ("clicked", "Email clicked"),
        ("bounced", "Email bounced"),
    ):
        for n, name in enumerate(names):
            landing = (
                f"{SITE}/webinars/{_TOPICS[n % 20]}"
                if campaign[n] == 2
                else f"{SITE}/blog/{_TOPICS[n % 20]}-guide"
            )
            made.add(key, activity, name, landing if key == "clicked" else "")
    made.mail_source = np.array([made.source(_MAIL_CAMPAIGNS[c], "email") for c in campaign])


def _subject(number: int, campaign: int, clock: Clock, day: int) -> str:
    sent = clock.start + timedelta(days=day)
    topic = _TOPICS[number % len(_TOPICS)].replace("-", " ")
    return (
        f"Newsletter {sent:%Y-%m-%d}: {topic}",
        f"What is new, {sent:%B %Y}: {topic}",
        f"Invitation: {topic} in 30 minutes",
        f"How they did it: {topic}, in practice",
    )[campaign] + (f" ({sent:%d.%m.})" if campaign >= 2 else "")
