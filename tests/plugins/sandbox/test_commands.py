"""`leadline sandbox hubspot`: started, asked and ended as a person would."""

from __future__ import annotations

import re
import signal

import urllib3

from leadline_sandbox.foreground import attend
from leadline_sandbox.hubspot.foreground import PORTAL

from .attending import attended, run


def test_the_command_says_how_to_connect_and_ends_cleanly() -> None:
    arguments = ["sandbox", "hubspot", "--port", "0", "--contacts", "20", "--fault", "502:search"]
    with attended(*arguments) as (printed, said):
        url = re.search(r"simulated at (\S+)", printed)
        token = re.search(r'access_token = "(\S+)"', printed)
        assert url
        assert token
        headers = {"Authorization": f"Bearer {token[1]}"}
        pool = urllib3.PoolManager(retries=False)
        listed = pool.request("GET", f"{url[1]}/crm/v3/objects/contacts", headers=headers)
        assert listed.status == 200
        searched = pool.request(
            "POST", f"{url[1]}/crm/v3/objects/contacts/search", headers=headers, body="{}"
        )
        assert searched.status == 502
        pool.clear()
    assert "stopped after 2 calls" in said[0]


def test_ctrl_c_is_minded_from_the_first_word_on() -> None:
    minded: list[object] = []

    def say(text: str) -> None:
        minded.append(signal.getsignal(signal.SIGINT))
        if "Ctrl-C ends it." in text:
            signal.raise_signal(signal.SIGINT)

    attend(PORTAL, 0, 0, 7, (), say)
    assert minded[0] is not signal.default_int_handler
    assert len(minded) == 2  # the welcome, and how many calls there were


def test_a_fault_that_does_not_exist_is_refused_with_those_that_do() -> None:
    ran = run("sandbox", "hubspot", "--port", "0", "--contacts", "0", "--fault", "418")
    assert ran.returncode == 2
    assert ran.stderr.startswith("leadline: there is no fault '418'; the faults are 401")


def test_every_option_has_a_sentence() -> None:
    shown = run("sandbox", "hubspot", "--help").stdout
    for option in ("--port", "--contacts", "--seed", "--tier", "--token", "--lag", "--fault"):
        assert option in shown
