"""How the stages of a plan look: those that would be written, and those that stay, and why."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from leadline.cli.paper import make_table, show

if TYPE_CHECKING:
    from leadline.sync.plan import Plan


def show_stages(made: Plan) -> None:
    """A table of the stages, where there are any."""
    staged, refused = _staged(made), _refused(made)
    if not staged and not refused:
        return
    table = make_table("stage", "contacts", "", right=("contacts",))
    for stage, count in staged:
        table.add_row(Text(stage), f"{count:,}", "would be written")
    for (stage, reason), count in refused:
        table.add_row(Text(stage), f"{count:,}", Text(f"stays: {reason}"))
    show(table)


def stages_document(made: Plan) -> dict[str, object]:
    """The same for `plan --json`."""
    return {
        "written": [{"stage": stage, "contacts": count} for stage, count in _staged(made)],
        "refused": [
            {"stage": stage, "reason": reason, "contacts": count}
            for (stage, reason), count in _refused(made)
        ],
    }


def _staged(made: Plan) -> list[tuple[str, int]]:
    return Counter(made.staged["stage"].to_pylist()).most_common()


def _refused(made: Plan) -> list[tuple[tuple[str, str], int]]:
    stages, reasons = made.refused["stage"].to_pylist(), made.refused["reason"].to_pylist()
    return Counter(zip(stages, reasons, strict=True)).most_common()
