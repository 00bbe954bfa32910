"""Installs tiny distributions into a folder that is put on sys.path."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest

CONNECTOR = """
    from __future__ import annotations

    from pydantic import BaseModel, ConfigDict

    from leadline.batches import Capabilities
    from leadline.hookspecs import Connector, hookimpl


    class Settings(BaseModel):
        model_config = ConfigDict(extra="forbid")


    @hookimpl
    def register_connectors():
        return [Connector("{connector}", Settings, Capabilities(), lambda source: None)]
"""


class Site:
    """A folder of installed distributions that this process can import from."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._modules_before = set(sys.modules)
        monkeypatch.syspath_prepend(folder)

    def install(
        self,
        distribution: str,
        plugin: str,
        source: str,
        *,
        version: str = "1.0",
        contract: str | None = "v1",
        module: str = "",
        extras: tuple[str, ...] = (),
    ) -> Path:
        """Write the metadata and the module; returns the marker that importing it would leave."""
        module = module or distribution.replace("-", "_")
        info = self.folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        offered = "".join(f"Provides-Extra: {extra}\n" for extra in extras)
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n{offered}"
        )
        says = f"[leadline.contract]\n{plugin} = {contract}\n" if contract else ""
        (info / "entry_points.txt").write_text(f"[leadline]\n{plugin} = {module}\n{says}")
        file = module.partition(":")[0]
        marker = self.folder / f"{file}.imported"
        path = self.folder / f"{file}.py"
        body = dedent(source).lstrip().removeprefix("from __future__ import annotations\n")
        path.write_text(
            "from __future__ import annotations\n"
            f"from pathlib import Path\nPath({str(marker)!r}).touch()\n{body}"
        )
        return marker

    def install_connector(self, distribution: str, plugin: str, connector: str) -> Path:
        """A distribution with one plugin that brings one connector."""
        return self.install(distribution, plugin, CONNECTOR.format(connector=connector))

    def forget_modules(self) -> None:
        """Take what was imported from the folder out of the process again."""
        for name in set(sys.modules) - self._modules_before:
            file = getattr(sys.modules[name], "__file__", None) or ""
            if file.startswith(str(self.folder)):
                del sys.modules[name]
