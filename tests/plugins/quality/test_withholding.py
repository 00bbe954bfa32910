"""Opens and clicks that a machine made earn nothing, and `explain` says so."""

from __future__ import annotations

import pytest

from .conftest import Mailing, burst, line

AGENT = '{"user_agent": "Barracuda Sentinel (EE)"}'


def test_a_burst_is_shown_and_taken_back(mailing: Mailing) -> None:
    mailing.add("a", [*burst("eva", 12), line("h1", "eva", 9000, url="https://x")])
    mailing.world.sync()
    assert mailing.rows("eva") == {
        "Director": 30,
        "Email click": 26,
        "Limit of Email click": -6,
        "Withheld from Email click": -18,
    }
    (row,) = (r for r in mailing.explained("eva")["rows"] if r["rule"].startswith("Withheld"))
    assert row["detail"] == "withheld by quality: 12 clicks in 3 s"
    assert row["dimension"] == "engagement"
    screen = " ".join(mailing.world.run("explain", "eva", columns=160).out.split())
    assert "Withheld from Email click engagement withheld by quality: 12 clicks in 3 s" in screen


def test_the_second_sync_writes_nothing(mailing: Mailing) -> None:
    mailing.add("a", burst("eva", 12))
    mailing.world.sync()
    done = mailing.world.sync()["sources"]["crm"]
    assert (done["written"], done["unchanged"]) == (0, 5)
    again = mailing.world.sync("--full")["sources"]["crm"]
    assert (again["written"], again["unchanged"]) == (0, 5)


def test_a_burst_over_two_syncs_is_one(mailing: Mailing) -> None:
    clicks = burst("eva", 12)
    mailing.add("a", clicks[:4])
    mailing.world.sync()
    assert mailing.rows("eva") == {"Director": 30, "Email click": 8}
    mailing.add("b", clicks[4:])
    mailing.world.sync("--allow-changes")
    document = mailing.explained("eva")
    assert document["score"] == 30
    (row,) = (r for r in document["rows"] if r["rule"] == "Withheld from Email click")
    assert row["detail"] == "withheld by quality: 12 clicks in 3 s"
    (change,) = (c for c in document["changes"] if c["rule"] == "Withheld from Email click")
    assert change["points"] == -20


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (burst("eva", 4), None),
        (burst("eva", 5), "5 clicks in 3 s"),
        (burst("eva", 5, of=5.0), "5 clicks in 5 s"),
        (burst("eva", 5, of=5.1), None),
        ([line(f"c{n}", "eva", n, url=f"https://x/{n}") for n in range(4)], "4 clicks in 3 s"),
        (
            [
                line("s", "eva", 0, type="email_sent", campaign="spring"),
                line("c", "eva", 1.5, campaign="spring"),
            ],
            "clicked 2 s after the mail was sent",
        ),
        (
            [
                line("s", "eva", 0, type="email_sent", campaign="autumn"),
                line("c", "eva", 1.5, campaign="spring"),
            ],
            None,
        ),
        (
            [
                line("s", "eva", 2, type="email_sent", campaign="spring"),
                line("c", "eva", 1.5, campaign="spring"),
            ],
            None,
        ),
        ([line("c", "eva", 0, properties=AGENT)], "by a scanner (barracuda)"),
        ([line("o", "eva", 0, type="email_open", properties=AGENT)], "by a scanner (barracuda)"),
        ([line("o", "eva", 0, type="page_view", properties=AGENT)], None),
        ([line("o", "eva", 0, type="email_open", properties='{"user_agent": 7}')], None),
    ],
)
def test_what_a_machine_does(mailing: Mailing, lines: list[str], reason: str | None) -> None:
    mailing.add("a", lines)
    mailing.world.sync()
    held = [r for r in mailing.explained("eva")["rows"] if r["rule"].startswith("Withheld")]
    assert [row["detail"] for row in held] == (
        [] if reason is None else [f"withheld by quality: {reason}"]
    )


def test_what_counts_as_a_burst_is_a_setting(mailing: Mailing) -> None:
    mailing.set('burst_clicks = 20\nscanners = ["mailguard"]')
    told = '{"user_agent": "MailGuard/2"}'
    mailing.add("a", [*burst("eva", 12), line("o", "roy", 0, type="email_open", properties=told)])
    mailing.world.sync()
    assert "Withheld from Email click" not in mailing.rows("eva")
    assert mailing.rows("roy")["Withheld from Email open"] == -1


def test_a_signal_does_not_count_what_is_withheld(mailing: Mailing) -> None:
    mailing.world.write(
        "model.toml",
        (mailing.world.folder / "model.toml").read_text("utf-8")
        + '[signals.clicks]\nactivity = "email_click"\ncount = "each"\n'
        + '[[rules]]\nname = "Eager"\ndimension = "fit"\nwhen = "clicks > 9"\npoints = 9\n',
    )
    mailing.add("a", burst("eva", 12))
    mailing.world.sync()
    rows = mailing.rows("eva")
    assert (rows["Eager"], rows["Withheld from Eager"]) == (9, -9)


@pytest.mark.parametrize("dimension", [6, 20, 40])
@pytest.mark.parametrize("group", [5, 15, 100])
def test_rows_add_up_below_every_limit(mailing: Mailing, group: int, dimension: int) -> None:
    text = (mailing.world.folder / "model.toml").read_text("utf-8")
    text = text.replace("max = 40", f"max = {dimension}").replace(
        "limit = 20", 'limit = 20\ngroup = "mail"'
    )
    mailing.world.write("model.toml", f"{text}group = 'mail'\n[groups.mail]\nlimit = {group}\n")
    opens = [line(f"o{n}", "eva", 100 * n, type="email_open") for n in range(9)]
    mailing.add("a", [*burst("eva", 12), *opens, line("h1", "eva", 9000, url="https://x")])
    mailing.world.sync()
    # One click and nine opens are a person's.
    assert mailing.explained("eva")["score"] == 30 + min(2 + 9, group, dimension)
    assert mailing.rows("eva")["Withheld from Email click"] == -18


def test_any_activity_is_none_that_is_withheld(mailing: Mailing) -> None:
    mailing.world.change("model.toml", 'activity = "email_open"', 'activity = "*"')
    mailing.add("a", [*burst("eva", 12), line("v", "eva", 900, type="page_view")])
    mailing.world.sync()
    rows = mailing.rows("eva")
    assert (rows["Email open"], rows["Withheld from Email open"]) == (13, -12)


def test_switched_off_the_points_come_back_at_a_full_sync(mailing: Mailing) -> None:
    mailing.add("a", burst("eva", 12))
    mailing.world.sync()
    mailing.switch_off()
    mailing.world.sync("--full", "--allow-changes")
    assert mailing.rows("eva") == {
        "Director": 30,
        "Email click": 24,
        "Limit of Email click": -4,
    }


def test_a_line_that_cannot_be_read_keeps_its_place(mailing: Mailing) -> None:
    lines = [*burst("eva", 12), "bad,eva,email_click,yesterday,,,"]
    mailing.add("a", lines)
    done = mailing.world.sync()
    assert done["sources"]["crm"]["quarantined"] >= 1
    assert "Withheld from Email click" in mailing.rows("eva")


def test_a_memory_that_is_damaged_is_told(mailing: Mailing) -> None:
    state = mailing.world.folder / "var" / "plugins" / "quality"
    state.mkdir(parents=True)
    (state / "crm.db").write_bytes(b"no database" * 100)
    done = mailing.world.run("sync")
    assert done.status != 0
    assert "crm.db, where clicks are remembered, cannot be used (file is not a database)" in (
        " ".join(done.err.split())
    )
    (state / "crm.db").unlink()
    assert mailing.world.sync()["status"] == "succeeded"
