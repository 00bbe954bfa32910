"""Tells people of leads that became hot and of syncs that failed, by chat, mail and others."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from leadline.hookspecs import Extension, hookimpl
from leadline_notify.settings import NotifySettings

if TYPE_CHECKING:
    from leadline.batches import Plugin


@hookimpl
def register_extension() -> Extension:
    """Set up from `[plugins.notify]`."""
    return Extension(settings=NotifySettings, open=_open)


def _open(plugin: Plugin) -> object:
    if find_spec("apprise") is None:  # itself it is imported when there is something to send
        raise ModuleNotFoundError("No module named 'apprise'", name="apprise")
    from leadline_notify.notifier import Notifier

    assert isinstance(plugin.settings, NotifySettings)
    return Notifier(plugin, plugin.settings)
