"""`leadline sandbox`: started, asked and ended as a person would."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading

import urllib3

_LEADLINE = [sys.executable, "-c", "from leadline.cli import main; main()"]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*_LEADLINE, *arguments], capture_output=True, text=True, timeout=30)


def test_the_command_says_how_to_connect_and_ends_cleanly() -> None:
    arguments = ["sandbox", "hubspot", "--port", "0", "--contacts", "20", "--fault", "502:search"]
    process = subprocess.Popen(
        [*_LEADLINE, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    patience = threading.Timer(20, process.kill)
    patience.start()
    try:
        assert process.stdout is not None
        printed = ""
        while "Ctrl-C ends it." not in printed:
            line = process.stdout.readline()
            assert line, f"the command ended by itself: {printed}"
            printed += line
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
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    finally:
        patience.cancel()
        process.kill()
        process.wait()
    assert (process.returncode, err) == (0, "")
    assert "stopped after 2 calls" in out


def test_a_fault_that_does_not_exist_is_refused_with_those_that_do() -> None:
    ran = _run("sandbox", "hubspot", "--port", "0", "--contacts", "0", "--fault", "418")
    assert ran.returncode == 2
    assert ran.stderr.startswith("leadline: there is no fault '418'; the faults are 401")


def test_every_option_has_a_sentence() -> None:
    shown = _run("sandbox", "hubspot", "--help").stdout
    for option in ("--port", "--contacts", "--seed", "--tier", "--token", "--lag", "--fault"):
        assert option in shown
