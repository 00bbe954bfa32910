"""A workspace whose source is a simulated HubSpot portal."""

from __future__ import annotations

from pathlib import Path

from leadline.sync.run import sync
from leadline.workspace import open_workspace
from leadline_sandbox.hubspot import Hub

_CONFIG = """
workspace = "var"
models = ["model.toml"]
time_zone = "UTC"
[write]
max_changes = {{ share = 1.0, stages = 1000, first = "allow" }}
[sources.hub]
connector = "hubspot"
access_token = "{token}"
base_url = "{url}"
activities = ["calls"]
"""


def synced_portal(folder: Path, hub: Hub, model: str, more: str) -> Path:
    """Make the workspace and sync it once; its config. more: what follows the source's settings."""
    config = folder / "config.toml"
    config.write_text(_CONFIG.format(token=hub.token, url=hub.url) + more, "utf-8")
    (folder / "model.toml").write_text(model, "utf-8")
    with open_workspace(config) as workspace:
        list(workspace.host.fix("hub"))
        assert sync(workspace).status == "succeeded"
    return config
