"""The plugin host: finds, admits and calls plugins, and names them in every failure.

Importing this package imports no plugin and no heavy library.
"""

from __future__ import annotations

from leadline.host.host import Host
from leadline.host.installed import LoadedPlugin, PluginInfo, Refusal, installed

__all__ = ["Host", "LoadedPlugin", "PluginInfo", "Refusal", "installed"]
