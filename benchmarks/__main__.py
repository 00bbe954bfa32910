"""Run the benchmarks and print the ratios; nothing here judges, so it fails no build."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pyarrow as pa

from benchmarks import by_hand
from benchmarks.data import TODAY, Data, prepare
from leadline.scoring.engine import day_number
from leadline.sync.compare import compare
from leadline.workspace import Workspace, open_workspace

AS_OF = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC) - timedelta(seconds=1)
DAY = day_number(AS_OF, ZoneInfo("UTC"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--contacts", type=int, default=500_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--data", type=Path, default=Path(".bench"))
    parser.add_argument("--peak", choices=("leadline", "clustered", "timely"))
    given = parser.parse_args()
    data = prepare(given.data / str(given.contacts), given.contacts)
    if given.peak:
        _peak(data, given.peak)
        return
    with open_workspace(data.config) as workspace:
        print(f"{given.contacts:,} contacts, 26 rules, {given.runs} runs in turn, medians")
        _same(workspace, data)
        for files in ("clustered", "timely"):
            _pair(workspace, data, files, given.runs)
    _plan(data, given.runs)
    for side in ("leadline", "clustered", "timely"):
        command = [sys.executable, "-m", "benchmarks", "--peak", side]
        command += ["--contacts", str(given.contacts), "--data", str(given.data)]
        subprocess.run(command, check=True)


def _leadline(workspace: Workspace) -> pa.Table:
    return workspace.engine.score(workspace.model, AS_OF)


def _polars(data: Data, files: str) -> pl.DataFrame:
    find = data.clustered if files == "clustered" else data.timely
    return by_hand.scores(find("contacts"), find("activities"), DAY)


def _same(workspace: Workspace, data: Data) -> None:
    """Both sides give the same score to everybody; otherwise the times mean nothing."""
    began = time.perf_counter()
    found = _leadline(workspace)
    # Who is one person and the query's text are kept after it, as in a server or a plan.
    print(f"leadline's first scoring in a process: {time.perf_counter() - began:.2f} s")
    ours = pl.DataFrame(found.select(["contact_id", "score"])).sort("contact_id")
    for files in ("clustered", "timely"):
        theirs = _polars(data, files).select("contact_id", "score").sort("contact_id")
        if not ours.equals(theirs.cast({"score": pl.Int32})):
            raise SystemExit(f"the two sides disagree on the {files} files")
    print(f"the scores of all {len(ours):,} are equal")


def _pair(workspace: Workspace, data: Data, files: str, runs: int) -> None:
    sides: dict[str, Callable[[], object]] = {
        "leadline": lambda: _leadline(workspace),
        "polars": lambda: _polars(data, files),
    }
    took = _in_turn(sides, runs)
    ours, theirs = (statistics.median(took[side]) for side in sides)
    print(
        f"leadline {ours:.2f} s, Polars by hand on {files} files {theirs:.2f} s: "
        f"{_ratio(took, 'leadline', 'polars')}"
    )


def _plan(data: Data, runs: int) -> None:
    """`plan --model` beside one scoring: whoever compares two models by hand scores twice."""
    with open_workspace(data.config, data.draft()) as workspace:
        sides: dict[str, Callable[[], object]] = {
            "scoring": lambda: _leadline(workspace),
            "plan": lambda: compare(workspace, as_of=AS_OF),
        }
        took = _in_turn(sides, runs)
    ratio = _ratio(took, "plan", "scoring")
    once, planned = (statistics.median(took[side]) for side in sides)
    print(f"plan --model {planned:.2f} s, scoring once {once:.2f} s: {ratio}")


def _in_turn(sides: Mapping[str, Callable[[], object]], runs: int) -> dict[str, list[float]]:
    """Seconds that each side took, run by run; in turn, so that a busy machine hits both."""
    took: dict[str, list[float]] = {side: [] for side in sides}
    for _ in range(runs):
        for side, run in sides.items():
            began = time.perf_counter()
            run()
            took[side].append(time.perf_counter() - began)
    return took


def _ratio(took: Mapping[str, list[float]], one: str, other: str) -> str:
    ratios = sorted(a / b for a, b in zip(took[one], took[other], strict=True))
    return f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"


def _peak(data: Data, side: str) -> None:
    """Peak memory of one scoring in a process of its own."""
    if side == "leadline":
        with open_workspace(data.config) as workspace:
            _leadline(workspace)
    else:
        _polars(data, side)
    # Linux only; ru_maxrss would carry over from the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.split("VmHWM:")[1].split()[0]) / 2**20
    name = "leadline" if side == "leadline" else f"Polars by hand on {side} files"
    print(f"peak memory of {name}: {peak:.2f} GiB")


if __name__ == "__main__":
    main()
