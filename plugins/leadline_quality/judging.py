"""Which opens and clicks of one contact a machine made, whatever order they came in."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from leadline_quality.settings import QualitySettings

SECOND = 1_000_000  # microseconds, which all times here are in
CLICK, OPEN, SENT = "email_click", "email_open", "email_sent"

# In the user agents of mail gateways and of programs, in lower case.
_SCANNERS = (
    *("barracuda", "bitdefender", "cloudmark", "fireeye", "forcepoint", "fortinet", "ironport"),
    *("messagelabs", "mimecast", "proofpoint", "safelinks", "sophos", "symantec", "trellix"),
    *("trendmicro", "urldefense", "websense", "zscaler"),
    *("bot/", "crawler", "curl/", "headlesschrome", "phantomjs", "python-requests", "spider"),
)


@dataclass(frozen=True, slots=True)
class Click:
    """One click: its id, when, where to, of which mailing, and by what."""

    activity_id: str
    at: int
    url: str | None = None
    campaign: str | None = None
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """One mail that was sent: its id, when, and of which mailing."""

    activity_id: str
    at: int
    campaign: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a click is withheld, in words, and the ids of the activities that say so."""

    reason: str
    because: frozenset[str]


@dataclass(frozen=True, slots=True)
class Judge:
    """The rules of thumb, as the settings have them."""

    settings: QualitySettings

    def of(self, clicks: Iterable[Click], sends: Iterable[Sent]) -> dict[str, Verdict]:
        """The clicks of one contact that a machine made, by id; a burst is told first."""
        ordered = sorted(clicks, key=lambda click: (click.at, click.activity_id))
        found: dict[str, Verdict] = {}
        for click in ordered:
            if reason := self.of_agent(click.agent):
                found[click.activity_id] = Verdict(reason, frozenset([click.activity_id]))
        return found | self._too_soon(ordered, sends) | self._bursts(ordered)

    def of_agent(self, agent: str | None) -> str:
        """Why an open or a click by this user agent is a machine's; "" where nothing says so."""
        if not agent:
            return ""
        agent = agent.lower()
        scanner = next((s for s in (*_SCANNERS, *self.settings.scanners) if s in agent), None)
        return "" if scanner is None else f"by a scanner ({scanner.strip('/')})"

    def _too_soon(self, clicks: Iterable[Click], sends: Iterable[Sent]) -> dict[str, Verdict]:
        found: dict[str, Verdict] = {}
        mailings: dict[str, list[Sent]] = {}
        for sent in sends:
            mailings.setdefault(sent.campaign, []).append(sent)
        most = self.settings.too_soon_seconds * SECOND
        for click in clicks:
            before = [s for s in mailings.get(click.campaign or "", ()) if s.at <= click.at]
            last = max(before, key=lambda s: (s.at, s.activity_id), default=None)
            if most and last is not None and click.at - last.at <= most:
                reason = f"clicked {_seconds(click.at - last.at)} after the mail was sent"
                because = frozenset([click.activity_id, last.activity_id])
                found[click.activity_id] = Verdict(reason, because)
        return found

    def _bursts(self, clicks: Sequence[Click]) -> dict[str, Verdict]:
        found: dict[str, Verdict] = {}
        for burst in self._runs(clicks):
            span = _seconds(burst[-1].at - burst[0].at)
            ids = frozenset(click.activity_id for click in burst)
            verdict = Verdict(f"{len(burst)} clicks in {span}", ids)
            found |= dict.fromkeys(ids, verdict)
        return found

    def _runs(self, clicks: Sequence[Click]) -> Iterator[Sequence[Click]]:
        """The clicks in order, cut into bursts: windows that are too full, overlapping ones as one.

        A window begins with a click and is `burst_seconds` long, its end included.
        """
        first, last, end = 0, -1, 0
        for begin, click in enumerate(clicks):
            while end < len(clicks) and clicks[end].at - click.at <= self._window:
                end += 1
            if not self._too_full(clicks[begin:end]):
                continue
            if begin > last:
                if last >= 0:
                    yield clicks[first : last + 1]
                first = begin
            last = end - 1
        if last >= 0:
            yield clicks[first : last + 1]

    @property
    def _window(self) -> float:
        return self.settings.burst_seconds * SECOND

    def _too_full(self, clicks: Sequence[Click]) -> bool:
        if len(clicks) > self.settings.burst_clicks:
            return True
        links = {click.url for click in clicks if click.url is not None}
        return len(links) >= self.settings.burst_clicks


def agent_of(properties: str | None) -> str | None:
    """The user agent in an activity's properties, if they say one."""
    try:
        read = json.loads(properties) if properties else None
    except ValueError:
        return None
    agent = read.get("user_agent") if isinstance(read, Mapping) else None
    return agent if isinstance(agent, str) else None


def _seconds(span: int) -> str:
    return f"{max(1, math.ceil(span / SECOND))} s"
