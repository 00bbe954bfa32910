"""`leadline plugins check`: what of the contract can be tried on a live source, a few batches deep.

The conformance kit (`leadline.testing`) is an author's: it makes the CRM that it tests against.
This asks the sources of a config as they are, and changes nothing there unless it is told to.
"""

from __future__ import annotations

from leadline.probing.probe import probe

__all__ = ["probe"]
