"""The services that are told, through Apprise, which knows the URL of each kind."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from pydantic import SecretStr

from leadline.batches import Finding
from leadline_notify.wording import Message

if TYPE_CHECKING:
    from apprise import NotifyBase

# These write whole URLs, tokens and all, into their logs.
_TALKATIVE = ("apprise", "urllib3", "urllib3.connectionpool", "requests")
_STATUS = re.compile(r"error\s*=\s*(\d{3})\b")

_heard: ContextVar[list[str] | None] = ContextVar("heard", default=None)


class _Hush(logging.Filter):
    """Keeps what is logged while a message is sent, instead of letting it through."""

    def filter(self, record: logging.LogRecord) -> bool:
        heard = _heard.get()
        if heard is None:
            return True
        heard.append(record.getMessage())
        return False


_HUSH = _Hush()


class Targets:
    """The services by a name that tells nothing of their URLs, which hold tokens."""

    def __init__(self, urls: Sequence[SecretStr]) -> None:
        self._urls: Mapping[str, SecretStr] = {_digest(url): url for url in urls}
        self._places = {_digest(url): f"to[{place}]" for place, url in enumerate(urls)}
        for name in _TALKATIVE:
            logging.getLogger(name).addFilter(_HUSH)

    @property
    def names(self) -> list[str]:
        """Each target, as the spool keeps it."""
        return list(self._urls)

    def send(self, target: str, message: Message) -> str:
        """Tell one target; why it could not be told, or ""."""
        from apprise import NotifyFormat, NotifyType

        with _hushed() as heard:
            service = self._service(target)
            if service is None:
                return f"{self._places[target]} is no URL that Apprise knows: run leadline check"
            kind = NotifyType.FAILURE if message.bad else NotifyType.INFO
            try:
                sent = service.notify(
                    body=message.body,
                    title=message.title,
                    notify_type=kind,
                    body_format=NotifyFormat.TEXT,
                )
            except (TypeError, ValueError, OSError) as error:
                return f"{self._said(target, service)} failed: {type(error).__name__}"
        if sent:
            return ""
        status = next((found[1] for each in heard if (found := _STATUS.search(each))), "")
        why = f"answered {status}" if status else "could not be reached, or refused the message"
        return f"{self._said(target, service)} {why}"

    def findings(self) -> Iterator[Finding]:
        """Whether each target's URL can be understood; nothing is sent."""
        for target in self._urls:
            with _hushed():
                service = self._service(target)
            if service is None:
                what = "no URL that Apprise knows: see docs/notify.md for how each service's looks"
                yield Finding(self._places[target], False, what)
            else:
                yield Finding(self._places[target], True, str(service.service_name))

    def _service(self, target: str) -> NotifyBase | None:
        from apprise import Apprise, AppriseAsset, PersistentStoreMode

        asset = AppriseAsset(
            app_id="leadline",
            app_desc="leadline",
            async_mode=False,
            storage_mode=PersistentStoreMode.MEMORY,
        )
        url = self._urls[target].get_secret_value()
        try:
            found = Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
        except (TypeError, ValueError):
            return None
        return found or None

    def _said(self, target: str, service: NotifyBase) -> str:
        return f"{self._places[target]} ({service.service_name})"


@contextmanager
def _hushed() -> Iterator[list[str]]:
    heard: list[str] = []
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)


def _digest(url: SecretStr) -> str:
    return hashlib.sha256(url.get_secret_value().encode()).hexdigest()[:16]
