"""What connectors have in common and the contract does not ask for; a connector takes what fits."""

from __future__ import annotations
