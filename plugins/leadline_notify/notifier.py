"""The hooks: lines are gathered while a sync tells of leads, and go out when it has ended."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from leadline.errors import RetryLater
from leadline.hookspecs import hookimpl
from leadline_notify import spool as spools
from leadline_notify.settings import NotifySettings
from leadline_notify.spool import Spool, Waiting
from leadline_notify.targets import Targets
from leadline_notify.wording import failure, lead_lines, messages

if TYPE_CHECKING:
    import pyarrow as pa

    from leadline.batches import Finding, Plugin


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Notifier:
    """One workspace's notifications. now: the clock."""

    def __init__(
        self, plugin: Plugin, settings: NotifySettings, now: Callable[[], datetime] = _utc_now
    ) -> None:
        self._settings, self._now = settings, now
        self._folder, self._zone = plugin.state, plugin.time_zone
        self._targets = Targets(settings.to)

    @hookimpl
    def stages_changed(self, changes: pa.Table) -> None:
        spool, now = spools.read(self._folder), self._now()
        known = {each.key for each in spool.waiting}
        rows = changes.to_pylist()
        at = str(rows[0]["at"]) if rows else ""
        for line in lead_lines(rows, self._settings):
            key = hashlib.sha256(json.dumps([at, line]).encode()).hexdigest()[:16]
            if key not in known:
                spool.waiting.append(Waiting(key=key, line=line, since=now))
        spools.write(self._folder, spool)

    @hookimpl
    def sync_finished(self, report: Mapping[str, object]) -> None:
        """Send what is due. RetryLater while a target has not taken all: it is called again."""
        spool, now = spools.read(self._folder), self._now()
        self._note_outcome(spool, report, now)
        if self._is_time(spool, now):
            lines = [each.line for each in spool.waiting]
            for message in messages(lines, apart=self._settings.every == "lead"):
                spool.post(message, self._targets.names, now)
            spool.waiting = []
        spool.tidy(self._targets.names, now)
        spools.write(self._folder, spool)
        problems = self._send(spool)
        spool.tidy(self._targets.names, now)
        spools.write(self._folder, spool)
        if problems:
            raise RetryLater("; ".join(problems))

    @hookimpl
    def check_plugin(self) -> Iterator[Finding]:
        return self._targets.findings()

    def _send(self, spool: Spool) -> list[str]:
        """Give each target what it has not taken; a target that fails is left alone until later."""
        problems: dict[str, str] = {}
        for each in spool.outgoing:
            for target in list(each.left):
                if target in problems:
                    continue
                if why := self._targets.send(target, each.message):
                    problems[target] = why
                    continue
                each.left.remove(target)
                spools.write(self._folder, spool)  # told once, also after a crash
        return list(problems.values())

    def _note_outcome(self, spool: Spool, report: Mapping[str, object], now: datetime) -> None:
        """Post that a run went wrong, unless the one before did, of the same sources."""
        named = report.get("sources")
        sources = sorted(named) if isinstance(named, Mapping) else []
        if report.get("status") == "succeeded":
            done = set(sources)
            spool.failing = [
                each for each in spool.failing if each and not set(each.split(",")) <= done
            ]
        elif ",".join(sources) not in spool.failing:
            spool.failing.append(",".join(sources))
            if self._settings.failures:
                spool.post(failure(report), self._targets.names, now)

    def _is_time(self, spool: Spool, now: datetime) -> bool:
        """Always, but for a digest a day: when lines wait from before the last such hour."""
        if not spool.waiting or self._settings.every != "day":
            return True
        at = time.fromisoformat(self._settings.at)
        here = now.astimezone(self._zone)
        last = datetime.combine(here.date(), at, self._zone)
        if last > here:
            last = datetime.combine(here.date() - timedelta(days=1), at, self._zone)
        return min(each.since for each in spool.waiting) < last
