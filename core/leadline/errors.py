"""Every error leadline raises, ordered by who must act.

LeadlineError
├── UsageError          the person at the keyboard: the call is wrong            (exit status 2)
│   └── ConfigError     … or the files are: every problem at once                (exit status 2)
├── SourceError         a CRM or a connector: names the source and the hook      (exit status 1)
│   ├── SignInError     sign in again: a credential is missing, wrong or expired
│   └── RetryLater      try later: the service is busy, or the lease is taken
├── PluginError         whoever wrote the plugin; names the plugin and the hook  (exit status 1)
├── WorkspaceError      whoever runs the machine: disk, rights, a damaged lake   (exit status 1)
└── InternalError       us: report a bug                                         (exit status 1)

A record that cannot be read is no error: it is a `Reject` and goes to quarantine with its reason.
The message is for the user and says what to do next; it never holds a secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class LeadlineError(Exception):
    """The root: `str(error)` is one plain message for the user."""

    exit_status = 1


class UsageError(LeadlineError):
    """The call is wrong: an unknown contact, source or option."""

    exit_status = 2


@contextmanager
def needed_by(what: str, extra: str) -> Iterator[None]:
    """Import in here what `leadline[extra]` brings: where it is missing, the error says so."""
    try:
        yield
    except ModuleNotFoundError as error:
        how = f"pip install 'leadline[{extra}]'"
        raise UsageError(f"{what} needs {error.name}: {how}") from error


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file: where, what, and what to do about it."""

    message: str
    file: Path | None = None
    line: int | None = None
    field: str = ""

    def __str__(self) -> str:
        place = str(self.file) if self.file else ""
        if self.line is not None:
            place += f":{self.line}"
        return ": ".join(part for part in (place, self.field, self.message) if part)


class ConfigError(UsageError):
    """Config or model files are wrong; holds all problems, not only the first."""

    def __init__(self, problems: Sequence[Problem] | str) -> None:
        self.problems = (
            [Problem(problems)] if isinstance(problems, str) else sorted(problems, key=_place)
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))


def _place(problem: Problem) -> tuple[str, int]:
    return (str(problem.file or ""), problem.line or 0)


class SourceError(LeadlineError):
    """A source could not be read or written; the other sources go on."""

    def __init__(self, message: str, *, source: str = "", hook: str = "") -> None:
        self.source, self.hook = source, hook
        super().__init__(message)

    def __str__(self) -> str:
        return f"source '{self.source}': {super().__str__()}" if self.source else super().__str__()


class SignInError(SourceError):
    """The CRM refused the credentials."""


class RetryLater(SourceError):
    """The service is busy or the lease is taken; `after` seconds is the earliest useful retry."""

    def __init__(
        self, message: str, *, source: str = "", hook: str = "", after: float = 60.0
    ) -> None:
        self.after = after
        super().__init__(message, source=source, hook=hook)


class PluginError(LeadlineError):
    """A plugin broke the contract or raised; always names the plugin and the hook."""

    def __init__(self, message: str, *, plugin: str, hook: str = "") -> None:
        self.plugin, self.hook = plugin, hook
        super().__init__(message)

    def __str__(self) -> str:
        where = f"plugin '{self.plugin}'" + (f", hook {self.hook}" if self.hook else "")
        return f"{where}: {super().__str__()}"


class WorkspaceError(LeadlineError):
    """The workspace cannot be used: no space, no rights, or damaged."""


class InternalError(LeadlineError):
    """Something that must not happen did; please report it."""
