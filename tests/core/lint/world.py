"""A CRM of a hundred people whose numbers can be worked out by hand, and models to check on it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

DAY = date(2024, 5, 1)
AT = datetime.fromisoformat("2024-05-01T23:59:00+00:00")
PEOPLE = 100

CONFIG = """
workspace = "var"
models = ["model.toml"]
time_zone = "UTC"

[fields]
lost_reason = "text"

[sources.crm]
connector = "csv"
contacts = "contacts.csv"
activities = "activities.csv"
output = "scores.csv"

[sources.crm.fields]
contact_id = "Id"
email = "Email"
country = "Country"
seniority = "Seniority"
industry = "Industry"
age = "Age"
gender = "Gender"
budget = "Budget"
consumer = "Consumer"
company.employees = "Employees"
lost_reason = "Why lost"

[sources.crm.activity_fields]
activity_id = "Nr"
contact_id = "Who"
type = "Kind"
occurred_at = "When"
url = "Page"
"""

# A model with nothing to remark on.
HEAD = """\
name = "small"
[dimensions.fit]
max = 30
"""
CLEAN = """\
[[rules]]
name = "Employees"
dimension = "fit"
by = "company.employees"
points = [[0, 0], [50, 10], [90, 30]]
[agreement]
review_by = 2024-06-01
"""


def contact(i: int) -> Mapping[str, object]:
    """Person i of 0 … 99 has i employees; of every fourth a deal was decided and a reason known."""
    decided = i % 4 == 0
    return {
        "Id": f"c{i:02}",
        "Email": f"p{i}@x{i}.example",
        "Country": "Poland" if i < 60 else "Germany" if i < 90 else "Romania",
        "Seniority": "vp" if i % 10 == 0 else "manager",
        "Industry": "Software" if i < 50 else "Retail" if i < 80 else "",
        "Age": 20 + i % 40,
        "Gender": "f" if i % 2 else "m",
        "Budget": "",
        "Consumer": "" if i < 10 else "true" if i < 40 else "false",
        "Employees": i,
        "Why lost": "price" if decided else "",
    }


def happenings() -> Iterable[tuple[str, str, date, str]]:
    """(who, type, day, page): everybody looks at prices; every fourth has a decided deal."""
    for i in range(PEOPLE):
        who = f"c{i:02}"
        yield who, "page_view", DAY - timedelta(days=5), "https://x.example/pricing"
        if i < 20:
            yield who, "page_view", DAY - timedelta(days=200), "https://x.example/blog"
        if i % 4 == 0:
            yield who, "deal_won" if i % 8 == 0 else "deal_lost", DAY, ""
        if i < 10:
            yield who, "custom:trade_fair", DAY - timedelta(days=1), ""


def write_crm(folder: Path, config: str = CONFIG, model: str = HEAD + CLEAN) -> Path:
    """The config's path; the CRM's files and a model stand beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [contact(i) for i in range(PEOPLE)]
    with (folder / "contacts.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with (folder / "activities.csv").open("w", encoding="utf-8", newline="") as stream:
        plain = csv.writer(stream)
        plain.writerow(["Nr", "Who", "Kind", "When", "Page"])
        for nr, (who, kind, day, page) in enumerate(happenings()):
            plain.writerow([nr, who, kind, f"{day}T10:00:00Z", page])
    (folder / "model.toml").write_text(model, encoding="utf-8")
    path = folder / "config.toml"
    path.write_text(config, encoding="utf-8")
    return path
