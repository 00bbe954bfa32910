"""Opening a source: what is wrong is said before anything is fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leadline.batches import (
    Batch,
    Capabilities,
    Source,
)
from leadline.errors import (
    ConfigError,
    PluginError,
    UsageError,
)
from leadline.hookspecs import hookimpl

from .plugins import (
    CAN_ALL,
    Plugin,
    Steady,
    host_with,
    source,
)

Pages = Iterator[Batch]


class TestAddingASource:
    def test_an_unknown_connector_is_a_config_error(self, tmp_path: Path) -> None:
        host = host_with(Plugin(Steady), tmp_path)
        with pytest.raises(ConfigError, match=r"sources.other.connector: .*did you mean 'crm'"):
            host.add_source(source(tmp_path, "other", "cmr"))

    def test_a_name_is_used_once(self, tmp_path: Path) -> None:
        host = host_with(Plugin(Steady), tmp_path)
        with pytest.raises(ConfigError, match=r"sources.mine: there are two"):
            host.add_source(source(tmp_path, "mine"))

    def test_an_unknown_source_is_a_wrong_call(self, tmp_path: Path) -> None:
        host = host_with(Plugin(Steady), tmp_path)
        with pytest.raises(UsageError, match="there is no source 'mien'; did you mean 'mine'"):
            host.check("mien")

    @pytest.mark.parametrize(
        ("make", "says"),
        [
            (lambda s: 1 / 0, "hook open: source 'mine': ZeroDivisionError"),
            (lambda s: None, "answered None"),
            (lambda s: object(), "does not implement check, fetch_contacts"),
        ],
    )
    def test_an_object_that_is_no_source_is_named(
        self, tmp_path: Path, make: Callable[[Source], object], says: str
    ) -> None:
        with pytest.raises(PluginError, match=says) as caught:
            host_with(Plugin(make), tmp_path)
        assert caught.value.plugin == "vendor"

    def test_a_source_must_implement_what_its_connector_declares(self, tmp_path: Path) -> None:
        class Silent(Steady):
            write_scores = None  # type: ignore[assignment]  # taken away

        with pytest.raises(PluginError, match="does not implement write_scores"):
            host_with(Plugin(Silent), tmp_path)
        can = Capabilities(activities=CAN_ALL.activities)
        assert host_with(Plugin(Silent, can), tmp_path).sources() == ["mine"]

    def test_a_misspelled_hook_of_a_source_is_named(self, tmp_path: Path) -> None:
        class Misspelled(Steady):
            @hookimpl
            def fetch_contact(self) -> Pages:
                return iter(())

        with pytest.raises(PluginError, match="did you mean 'fetch_contacts'"):
            host_with(Plugin(Misspelled), tmp_path)

    def test_a_missing_library_says_what_to_install(self, tmp_path: Path) -> None:
        def needs(source: Source) -> object:
            import library_that_is_not_there  # type: ignore[import-not-found]  # that is the point

            return library_that_is_not_there

        with pytest.raises(PluginError, match="needs the library 'library_that_is_not_there'"):
            host_with(Plugin(needs), tmp_path)
