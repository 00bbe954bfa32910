"""One sync per source on Airflow 2.9 or later: copy it into the folder of DAGs.

leadline is installed beside Airflow in a virtual environment of its own, as their libraries differ.
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.decorators import dag, task

LEADLINE = "/opt/leadline/bin/leadline"
CONFIG = "/srv/leadline/config.toml"
SOURCES = ("crm",)


@dag(
    schedule="*/15 * * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Warsaw"),
    catchup=False,  # a sync reads all that changed since the last one
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=2)},
    tags=["leadline"],
)
def leadline_sync() -> None:
    """Sync the sources one after another: they share one workspace."""

    @task.bash(execution_timeout=timedelta(hours=6))
    def sync(source: str) -> str:
        # Exit status 1 is a sync that ran and in which something failed: Airflow tries it again.
        return f"{LEADLINE} sync {source} --json -c {CONFIG}"

    before = None
    for source in SOURCES:
        step = sync.override(task_id=f"sync_{source}")(source)
        if before is not None:
            before >> step
        before = step


leadline_sync()
