"""All checks of one plugin: as it was installed, then each of its sources in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from leadline.batches import Finding, Support
from leadline.config import Config
from leadline.errors import LeadlineError, UsageError
from leadline.host import Host, LoadedPlugin
from leadline.host.faults import secrets_of
from leadline.probing.opened import Opened
from leadline.probing.reading import of_stream
from leadline.probing.watching import Watch, watching
from leadline.probing.writing import of_write, present
from leadline.workspace import configured

MayWrite = Callable[[str], bool]


def probe(
    config_path: Path,
    plugin: str,
    source: str | None = None,
    batches: int = 5,
    may_write: MayWrite | None = None,
) -> list[Finding]:
    """What holds of the contract and what does not, in order; UsageError for an unknown plugin.

    source: only this one; else every source of the plugin's connectors. batches: of each kind of
    record, how many are read at most in one fetch. may_write: is told what would be written, and
    answers whether it may; None writes nothing.
    """
    config, host = configured(config_path)
    for refusal in host.refused:
        if refusal.name == plugin and refusal.installed:
            return [Finding(f"plugin {plugin}", False, refusal.reason)]
    loaded = _loaded(host, plugin)
    found = [_version(loaded), *_of_itself(host, plugin)]
    for name in _sources(config, loaded, source):
        of_source = _of_source(config_path, name, batches, may_write)
        found += [replace(each, subject=f"{name}: {each.subject}") for each in of_source]
    return found


def _loaded(host: Host, name: str) -> LoadedPlugin:
    running = {plugin.name: plugin for plugin in host.plugins()}
    if name in running:
        return running[name]
    raise UsageError(
        f"the config names no plugin '{name}' (but {', '.join(sorted(running)) or 'none'}): add it "
        "to plugins.enable, or a source with its connector"
    )


def _sources(config: Config, plugin: LoadedPlugin, only: str | None) -> list[str]:
    """The sources that the plugin's connectors open."""
    names = {each.name for each in plugin.connectors}
    own = [name for name, table in config.sources.items() if table.connector in names]
    if only is None:
        return own
    if only not in own:
        raise UsageError(
            f"'{only}' is no source of plugin '{plugin.name}'; "
            f"it has {', '.join(own) or 'none in this config'}"
        )
    return [only]


def _version(plugin: LoadedPlugin) -> Finding:
    origin = f"{plugin.distribution} {plugin.version}".strip() or "not installed"
    detail = f"{origin}, contract {plugin.contract}, answers {', '.join(plugin.hooks)}"
    return Finding(f"plugin {plugin.name}", True, detail)


def _of_itself(host: Host, plugin: str) -> Iterator[Finding]:
    """What the plugin says of how it was set up."""
    if plugin in host.answering("check_plugin"):
        try:
            yield from host.check_plugin(plugin)
        except LeadlineError as error:
            yield Finding("its own check", False, str(error))


def _of_source(
    config_path: Path, name: str, batches: int, may_write: MayWrite | None
) -> Iterator[Finding]:
    with TemporaryDirectory(prefix="leadline-check-") as folder:
        try:
            opened = Opened.open(config_path, name, Path(folder) / "state")
        except LeadlineError as error:
            yield Finding("opening it", False, str(error))
            return
        watch = Watch(secrets_of(opened.source.settings))
        watch.hear("the repr of its settings", repr(opened.source.settings))
        with watching(watch):
            found = list(_read(opened, batches))
        if may_write is not None:
            found += _write(opened, batches, may_write, watch)
        for finding in found:
            watch.hear("a finding", str(finding))
        yield from found
        yield _secrets(watch)


def _read(opened: Opened, batches: int) -> Iterator[Finding]:
    yield _settings(opened)
    yield _answers(opened)
    for stream in opened.streams:
        yield from of_stream(opened, stream, batches)
    yield from _unable(opened)


def _write(opened: Opened, batches: int, may_write: MayWrite, watch: Watch) -> Iterator[Finding]:
    """One contact's present values once more, if somebody agrees; the question is on the screen."""
    if opened.capabilities.write is not Support.FULL:
        return
    with watching(watch):
        found = present(opened, batches)
    if isinstance(found, Finding):
        yield found
    elif may_write(found.told):
        with watching(watch):
            again = list(of_write(opened, found, batches))
        yield from again
    else:
        yield Finding("write", True, "not tried: nobody agreed")


def _settings(opened: Opened) -> Finding:
    model = type(opened.source.settings)
    silent = [name for name, field in model.model_fields.items() if not field.description]
    if silent:
        return Finding("settings", False, f"without a description: {', '.join(silent)}")
    return Finding("settings", True, f"{len(model.model_fields)} keys, each with its description")


def _answers(opened: Opened) -> Finding:
    """What the source's own check says, as one line."""
    try:
        found = opened.host.check(opened.source.name)
    except LeadlineError as error:
        return Finding("check", False, str(error))
    wrong = [f"{each.subject}: {each.detail}" for each in found if not each.ok]
    if wrong:
        more = f"; and {len(wrong) - 1} more, see leadline check" if wrong[1:] else ""
        return Finding("check", False, wrong[0] + more)
    if not found:
        return Finding("check", False, "says nothing: yield a Finding for each thing that it tried")
    return Finding("check", True, f"{len(found)} things tried, all in order")


def _unable(opened: Opened) -> Iterator[Finding]:
    """What is not declared is not tried, and said."""
    can = opened.capabilities
    for name in ("companies", "activities", "write"):
        support: Support = getattr(can, name)
        if support is not Support.FULL:
            yield Finding(name, True, f"not tried: declared as {support}")


def _secrets(watch: Watch) -> Finding:
    if watch.places:
        told = ", ".join(sorted(watch.places))
        return Finding("secrets", False, f"one of its settings is told by {told}")
    if not watch.sought:
        return Finding("secrets", True, "its settings hold none, as a SecretStr")
    return Finding("secrets", True, "told by no log, no line on the screen and no finding")
