"""One `[sources.NAME]` table with `connector = "csv"`: the object that answers the hooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from leadline.batches import Batch, Checkpoint, Finding, Outcome, Source, WriteResult
from leadline.errors import SourceError
from leadline.hookspecs import hookimpl
from leadline_csv.checking import check_files
from leadline_csv.config import CsvConfig
from leadline_csv.output import output_mark, write_output
from leadline_csv.pull_activities import pull_activities
from leadline_csv.pull_companies import pull_companies
from leadline_csv.pull_contacts import pull_contacts


class CsvSource:
    """A source made of files; touches none of them until a hook is called."""

    def __init__(self, source: Source) -> None:
        self._config = CsvConfig.of(source)

    @hookimpl
    def check(self) -> Iterable[Finding]:
        """Say what is found in each file, and whether scores can be written."""
        return check_files(self._config)

    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        """Yield new and changed contacts, then those that vanished from complete files."""
        return pull_contacts(self._config, since)

    @hookimpl
    def fetch_activities(self, since: Checkpoint | None) -> Iterator[Batch]:
        """Yield the activities of each file that changed."""
        return pull_activities(self._config, since)

    @hookimpl
    def fetch_companies(self, since: Checkpoint | None) -> Iterator[Batch]:
        """Yield the companies of each file that changed."""
        return pull_companies(self._config, since)

    @hookimpl
    def write_scores(self, changes: pa.Table) -> Iterator[WriteResult]:
        """Write all changes in one replacement of the output file."""
        output = self._config.output
        if output is None:
            raise SourceError(
                'there is no file to write scores to: set `output = "scores.csv"` in '
                f"[sources.{self._config.name}]"
            )
        write_output(output, changes, self._config.source.write)
        self._config.seen.remember(output_mark(output))
        for contact_id in changes["contact_id"].to_pylist():
            yield WriteResult(contact_id, Outcome.WRITTEN)
