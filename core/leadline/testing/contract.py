"""The whole contract of a connector: inherit it, and each promise is a test."""

from __future__ import annotations

from leadline.testing.conduct import ConductContract
from leadline.testing.feeds import FeedsContract
from leadline.testing.fetching import FetchContract
from leadline.testing.staging import StageContract
from leadline.testing.trouble import TroubleContract
from leadline.testing.writing import WriteContract


class ConnectorContract(
    FetchContract, FeedsContract, WriteContract, StageContract, TroubleContract, ConductContract
):
    """Every promise; subclass it as `class TestMine(ConnectorContract)`."""
