"""What is yet to be told, kept in the plugin's folder: a failing service loses nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from leadline.errors import WorkspaceError
from leadline_notify.wording import Message

FILE = "spool.json"
GIVE_UP_AFTER = timedelta(days=3)


class Waiting(BaseModel):
    """A line about a lead, not in a message yet. key: tells a line that comes twice."""

    key: str
    line: str
    since: datetime


class Outgoing(BaseModel):
    """A message, and the targets that have not taken it."""

    title: str
    body: str
    bad: bool
    left: list[str]
    since: datetime

    @property
    def message(self) -> Message:
        return Message(self.title, self.body, self.bad)


class Spool(BaseModel):
    """All that is kept between two calls.

    failing: for each set of sources ("crm,shop") whose last run went wrong, that it was told.
    """

    waiting: list[Waiting] = Field(default_factory=list)
    outgoing: list[Outgoing] = Field(default_factory=list)
    failing: list[str] = Field(default_factory=list)

    def post(self, message: Message, targets: Sequence[str], now: datetime) -> None:
        """A message is to go to these targets."""
        self.outgoing.append(
            Outgoing(
                title=message.title,
                body=message.body,
                bad=message.bad,
                left=list(targets),
                since=now,
            )
        )

    def tidy(self, targets: Sequence[str], now: datetime) -> None:
        """Drop what all have taken, what is too old, and targets that are no longer configured."""
        for each in self.outgoing:
            each.left = [target for target in each.left if target in targets]
        self.outgoing = [
            each for each in self.outgoing if each.left and now - each.since < GIVE_UP_AFTER
        ]


def read(folder: Path) -> Spool:
    """What was kept; WorkspaceError names a file that cannot be read."""
    path = folder / FILE
    try:
        return Spool.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Spool()
    except (OSError, ValidationError) as error:
        raise WorkspaceError(
            f"{path} cannot be read ({type(error).__name__}): delete it; messages that have not "
            "gone out are lost with it"
        ) from None


def write(folder: Path, spool: Spool) -> None:
    """Keep it, readable by this user alone: it may name people."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{FILE}.new"
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(spool.model_dump(mode="json"), file)
    fresh.replace(folder / FILE)
