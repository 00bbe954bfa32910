"""Services that fail: others are told, nothing is lost, and no token shows anywhere."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from leadline.errors import RetryLater, WorkspaceError

from .conftest import Open, rows
from .services import TOKEN, Hook, hook


def test_one_that_fails_is_told_later_and_the_others_at_once(desk: Open, service: Hook) -> None:
    with hook() as other:
        one = desk(to=[service.url, other.url])
        service.status = 500
        with pytest.raises(RetryLater, match=r"to\[0\] \(JSON\) answered 500"):
            one.sync(rows())
        assert (len(service.calls), len(other.calls)) == (0, 1)
        service.status = 200
        one.sync()
        assert (len(service.calls), len(other.calls)) == (1, 1)


def test_one_that_is_not_there_is_named(desk: Open) -> None:
    with pytest.raises(RetryLater, match=r"to\[0\] \(JSON\) could not be reached"):
        desk(to=["json://127.0.0.1:1"]).sync(rows())


def test_a_message_is_given_up_after_three_days(desk: Open, service: Hook) -> None:
    one = desk()
    service.status = 500
    with pytest.raises(RetryLater):
        one.sync(rows())
    one.now += timedelta(days=3)
    service.status = 200
    one.sync()
    assert service.calls == []


def test_a_target_that_is_taken_out_of_the_config_is_not_waited_for(
    desk: Open, service: Hook
) -> None:
    with pytest.raises(RetryLater):
        desk(to=["json://127.0.0.1:1", service.url]).sync(rows())
    desk().sync()
    assert len(service.calls) == 1


def test_no_token_is_logged_or_said(
    desk: Open, service: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service.status = 403
    one = desk(to=[service.url, f"nonsense://{TOKEN}"])
    with pytest.raises(RetryLater) as caught:
        one.sync(rows())
    assert "to[1] is no URL that Apprise knows: run leadline check" in str(caught.value)
    kept = (one.folder / "spool.json").read_text("utf-8")
    for said in (str(caught.value), caplog.text, repr(one.notifier), kept):
        assert TOKEN not in said


def test_others_log_as_before(desk: Open, service: Hook, caplog: pytest.LogCaptureFixture) -> None:
    desk().sync(rows())
    logging.getLogger("urllib3.connectionpool").warning("somebody else's")
    assert caplog.messages == ["somebody else's"]


def test_what_is_kept_is_for_this_user_alone(desk: Open, service: Hook) -> None:
    one = desk()
    one.sync(rows())
    assert (one.folder / "spool.json").stat().st_mode & 0o077 == 0


def test_a_damaged_file_says_what_to_do(desk: Open) -> None:
    one = desk()
    one.folder.mkdir(parents=True)
    (one.folder / "spool.json").write_text("{")
    with pytest.raises(WorkspaceError, match=r"spool.json cannot be read .*: delete it"):
        one.sync(rows())
