"""`leadline sandbox salesforce`: the printed lines are a config that works."""

from __future__ import annotations

import re
import tomllib
from base64 import b64encode
from typing import Any

import urllib3

from leadline_salesforce.settings import SalesforceSettings
from tests.plugins.sandbox.attending import attended, run

_ARGUMENTS = ["sandbox", "salesforce", "--port", "0", "--contacts", "9", "--person-accounts"]


def _pasted(printed: str) -> dict[str, Any]:
    """The source that the printed lines are."""
    lines = printed[printed.index("[sources.salesforce]") : printed.index("Ctrl-C")]
    table: dict[str, Any] = tomllib.loads(lines)["sources"]["salesforce"]
    return table


def test_the_pasted_lines_let_a_connector_in_and_the_end_tells_of_the_calls() -> None:
    with attended(*_ARGUMENTS, "--fault", "503:limits") as (printed, said):
        assert re.search(r"simulated at http://127\.0\.0\.1:\d+", printed)
        assert "with person accounts" in printed
        assert "trouble: 503:limits" in printed
        source = _pasted(printed)
        url, app = source["instance_url"], source["client_credentials"]
        pool = urllib3.PoolManager(retries=False)
        basic = b64encode(f"{app['consumer_key']}:{app['consumer_secret']}".encode()).decode()
        signed_in = pool.request(
            "POST",
            f"{url}/services/oauth2/token",
            body="grant_type=client_credentials",
            headers={"Authorization": f"Basic {basic}"},
        )
        headers = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
        root = f"{url}/services/data/v62.0"
        found = pool.request("GET", f"{root}/query?q=SELECT+COUNT()+FROM+Lead", headers=headers)
        assert found.json()["totalSize"] > 1
        assert pool.request("GET", f"{root}/limits", headers=headers).status == 503
        pool.clear()
    assert "stopped after 3 calls" in said[0]
    assert "oauth.token: 1" in said[0]


def test_the_lines_are_a_source_that_the_connector_takes() -> None:
    with attended(*_ARGUMENTS) as (printed, _):
        table = _pasted(printed)
    assert table.pop("connector") == "salesforce"
    settings = SalesforceSettings.model_validate(table)
    assert settings.client_credentials is not None


def test_a_fault_that_does_not_exist_is_refused_with_those_that_do() -> None:
    ran = run("sandbox", "salesforce", "--port", "0", "--contacts", "0", "--fault", "418")
    assert ran.returncode == 2
    assert ran.stderr.startswith("leadline: there is no fault '418'; the faults are 401")
