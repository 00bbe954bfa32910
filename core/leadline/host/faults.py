"""Naming who failed: a plugin's exception becomes an error with its source, hook and plugin."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, TracebackType

from pydantic import BaseModel, SecretStr

from leadline.errors import LeadlineError, PluginError, SourceError
from leadline.host.pins import canonical

# What plugins may raise and leadline outlives; Ctrl-C and the like are not theirs to be blamed for.
FAILURES = (Exception, SystemExit)

_LONGEST = 500
_SHORTEST = 4  # letters of a secret that can be looked for
_HERE = Path(__file__).parent
_SECRETS = (
    (re.compile(r"(\w+://)[^/\s:@]+:[^/\s@]+@"), r"\1***@"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 ***"),
    (
        re.compile(
            r"(?i)([\w-]*(?:token|secret|password|api_?key)['\"]?(?:\s*=\s*|:\s*(?!\s|[a-z]+\s)))"
            r"['\"]?[^\s'\"&,;]+"
        ),
        r"\1***",
    ),
)


class Naming:
    """A `with` block that turns what a plugin raises into the error `convert` makes of it."""

    __slots__ = ("_convert",)

    def __init__(self, convert: Callable[[BaseException], Exception]) -> None:
        self._convert = convert

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, FAILURES):
            named = self._convert(error)
            if named is not error:
                raise named from error


@dataclass(frozen=True, slots=True)
class Fault:
    """Whose failure it is when a hook of a source fails.

    suspects: plugins that wrap the hook, by name; the one found in the traceback is blamed, and the
    plugin when none is. hint: what to do about a missing library. settled: a `PluginError` has been
    named further in and passes as it is.
    """

    plugin: str
    source: str
    hook: str
    suspects: Mapping[str, object] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    hint: Callable[[BaseException], str] = lambda error: ""
    settled: bool = False

    def of(self, error: BaseException) -> LeadlineError:
        """The error to raise: a `SourceError` gets source and hook, others become `PluginError`."""
        if isinstance(error, SourceError):
            error.source, error.hook = self.source, self.hook
            error.args = tuple(
                redact(a, self.secrets) if isinstance(a, str) else a for a in error.args
            )
            return error
        if self.settled and isinstance(error, PluginError):
            return error
        message = (
            f"{describe(error, self.secrets)}; {self.hint(error) or 'report it to its author'}"
        )
        return PluginError(
            f"source '{self.source}': {message}", plugin=self._culprit(error), hook=self.hook
        )

    def broken(self, message: str) -> PluginError:
        """The contract was broken by an answer, not by an exception."""
        culprit = " or ".join(self.suspects) or self.plugin
        return PluginError(f"source '{self.source}': {message}", plugin=culprit, hook=self.hook)

    def _culprit(self, error: BaseException) -> str:
        frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)][::-1]
        for same in (_runs, _is_beside):
            for frame in frames:
                for name, function in self.suspects.items():
                    if same(function, frame.f_code, frame.f_globals.get("__name__")):
                        return name
        return " or ".join(self.suspects) or self.plugin


def _runs(function: object, code: CodeType, module: object) -> bool:
    """The frame is the function itself, or a function or generator written inside it."""
    qualname = getattr(function, "__qualname__", "")
    inside = code.co_qualname.startswith(f"{qualname}.<locals>")
    return code is getattr(function, "__code__", None) or (
        inside and _is_beside(function, code, module)
    )


def _is_beside(function: object, code: CodeType, module: object) -> bool:
    """The frame runs code of the module that holds the function."""
    return getattr(function, "__module__", "") == module


def describe(error: BaseException, secrets: tuple[str, ...] = ()) -> str:
    """One line for a person: what was raised, what it says, and the file and line."""
    said = " ".join(str(error).split())
    said = redact(said, secrets)[:_LONGEST]
    text = f"{type(error).__name__}: {said}" if said else type(error).__name__
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_theirs(frame)]
    if frames and not isinstance(error, SyntaxError):
        text += f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})"
    return text


def missing_library(error: BaseException, plugin: str, extras: list[str], project: str) -> str:
    """What to install when a plugin's library is missing; "" when that is not the trouble."""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return ""
    library = error.name.partition(".")[0]
    for extra in extras:
        if canonical(extra) == canonical(plugin):
            return f"needs the library '{library}': pip install '{project}[{extra}]'"
    return f"needs the library '{library}', which is not installed: install it beside the plugin"


def redact(text: str, secrets: tuple[str, ...]) -> str:
    """The text without the given secrets and without what looks like a credential."""
    for secret in secrets:
        text = text.replace(secret, "***")
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def secrets_of(settings: object) -> tuple[str, ...]:
    """The values of every `SecretStr` in the settings, however deep."""
    if isinstance(settings, SecretStr):
        value = settings.get_secret_value()
        return (value,) if value else ()
    if isinstance(settings, BaseModel):
        parts: list[object] = [value for _, value in settings]
    elif isinstance(settings, Mapping):
        parts = list(settings.values())
    elif isinstance(settings, (list, tuple)):
        parts = list(settings)
    else:
        return ()
    return tuple(secret for part in parts for secret in secrets_of(part))


def findable(secrets: Iterable[str]) -> tuple[str, ...]:
    """The secrets that can be told from ordinary words: a shorter one is found in any text."""
    return tuple(secret for secret in secrets if len(secret) >= _SHORTEST)


def _is_theirs(frame: traceback.FrameSummary) -> bool:
    return not frame.filename.startswith("<") and Path(frame.filename).parent != _HERE
