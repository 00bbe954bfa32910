"""The bank example on its 45,211 real customers, against the model's words in some pandas."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from tests.e2e.world import World, run_process

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data" / "bank-full.csv"
EXAMPLE = ROOT / "examples" / "bank"

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not here")


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The example made and synced as its README says."""
    folder = tmp_path_factory.mktemp("bank")
    for path in EXAMPLE.iterdir():
        shutil.copy(path, folder)
    shutil.copy(DATA, folder)
    readme = (folder / "README.md").read_text("utf-8")
    steps = re.findall(r"^awk .*$", readme, re.MULTILINE)
    assert len(steps) == 1
    subprocess.run(["sh", "-c", steps[0]], cwd=folder, check=True)
    done = run_process("sync", "--json", cwd=folder)
    assert done.status == 0, done.err
    crm = done.document["sources"]["bank"]
    assert (crm["contacts"], crm["written"], crm["quarantined"]) == (45_211, 45_211, 0)
    return World(folder)


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    """The customers in the file's order, with `won`: whether they subscribed."""
    people = pd.read_csv(DATA, sep=";")
    people["won"] = people["y"] == "yes"
    return people


@pytest.fixture(scope="module")
def scored(bank: World) -> pd.DataFrame:
    """What leadline wrote, in the file's order."""
    return pd.read_csv(bank.output).sort_values("contact_id", ignore_index=True)


def by_hand(people: pd.DataFrame) -> pd.DataFrame:
    """The same scores from the model's words alone."""
    means = (
        22 * (people.age >= 60)
        + 10 * (people.age <= 30)
        + 10 * (people.job == "student")
        + 6 * people.job.isin(["retired", "unemployed"])
        + 6 * (people.education == "tertiary")
        + 5 * (people.marital != "married")
        + 7 * ((people.balance >= 500) & (people.balance < 1500))
        + 12 * (people.balance >= 1500)
        - 8 * (people.balance < 0)
        + 12 * (people.housing == "no")
        - 8 * (people.loan == "yes")
    ).clip(0, 60)
    openness = (
        people.poutcome.map({"success": 30, "other": 5, "failure": -4, "unknown": 0})
        + people.contact.map({"cellular": 10, "telephone": 8, "unknown": 0})
    ).clip(0, 40)
    score = means + openness
    letter = pd.cut(means, [-1, 11, 23, 35, 60], labels=list("DCBA")).astype(str)
    digit = pd.cut(openness, [-1, 4, 9, 29, 40], labels=list("4321")).astype(str)
    band = pd.cut(score, [-1, 33, 47, 100], labels=["cold", "warm", "hot"]).astype(str)
    return pd.DataFrame(
        {
            "contact_id": range(1, len(people) + 1),
            "score": score,
            "means": means,
            "openness": openness,
            "grade": letter + digit,
            "temperature": band,
        }
    )


def test_every_score_and_label_is_what_the_words_say(
    customers: pd.DataFrame, scored: pd.DataFrame
) -> None:
    expected = by_hand(customers)
    assert set(expected["grade"].str[0]) == set("ABCD")
    pd.testing.assert_frame_equal(scored[expected.columns], expected, check_dtype=False)


def test_the_hot_and_the_a_convert_visibly_better(
    customers: pd.DataFrame, scored: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    won, hot = customers["won"], scored["temperature"] == "hot"
    best = scored["grade"] == "A1"
    with capsys.disabled():
        print()  # noqa: T201  # the numbers are what a reader of this test wants to see
        for name, band in (("hot", hot), ("A1", best), ("the rest", ~hot), ("all", won | ~won)):
            share = won[band].mean()
            print(f"{name:>8}: {band.sum():6,} called, {share:6.1%} subscribed")  # noqa: T201
    assert won[hot].mean() > 4 * won[~hot].mean()
    assert won[best].mean() > 5 * won.mean()
    by_band = won.groupby(scored["temperature"]).mean()
    assert by_band["hot"] > 2 * by_band["warm"] > 4 * by_band["cold"]


def test_the_bands_hold_among_the_first_and_the_last_calls(
    customers: pd.DataFrame, scored: pd.DataFrame
) -> None:
    for calls in (slice(0, 30_000), slice(30_000, None)):
        won = customers["won"][calls].groupby(scored["temperature"][calls]).mean()
        assert won["hot"] > won["warm"] > won["cold"]


def test_the_page_gives_the_numbers_that_come_out(
    customers: pd.DataFrame, scored: pd.DataFrame
) -> None:
    page = (ROOT / "docs" / "bank.md").read_text("utf-8")
    bands = customers["won"].groupby(scored["temperature"]).agg(["size", "sum", "mean"])
    for name, band in bands.iterrows():
        row = f"| {name} | {band['size']:,.0f} | {band['sum']:,.0f} | {band['mean']:.1%} |"
        assert row in page, f"docs/bank.md has no row {row}"
    best = scored["grade"] == "A1"
    assert f"{best.sum()} customers" in page
    assert f"{customers['won'][best].mean():.1%}" in page


def test_no_rule_reads_what_is_known_only_after_the_call(bank: World) -> None:
    config = (bank.folder / "config.toml").read_text("utf-8")
    read = set(re.findall(r'^\w+ = "(\w+)"$', config.partition("[sources.bank.fields]")[2], re.M))
    assert {"age", "poutcome"} <= read
    assert not read & {"duration", "y"}
