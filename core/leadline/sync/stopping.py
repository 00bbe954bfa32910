"""How a run is stopped between two batches: its `on_progress` raises one of these."""

from __future__ import annotations


class Cancelled(Exception):
    """Somebody cancelled the run. No LeadlineError: no room may take it for a source's trouble.

    What was read is kept with its checkpoint, and what was sent is settled: nothing is in doubt.
    """


class Interrupted(Cancelled):
    """The process that runs it must end; the next one does it again."""
