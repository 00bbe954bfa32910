"""The files to deploy leadline by: each is read by what will read it, as far as that is here."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from leadline.cli.app import app
from leadline.config import load_config
from tests.e2e.world import MODEL

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "docs" / "deploy"
UNITS = ("leadline.service", "leadline-sync.service", "leadline-sync.timer")
COMMANDS = {"serve", "sync"}


def documents(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / name).read_text("utf-8")))


def pods() -> list[tuple[str, dict[str, Any]]]:
    """The spec of each pod in the Kubernetes files."""
    job = next(each for each in documents("cronjob.yaml") if each["kind"] == "CronJob")
    served = next(each for each in documents("deployment.yaml") if each["kind"] == "Deployment")
    return [
        ("cronjob", job["spec"]["jobTemplate"]["spec"]["template"]["spec"]),
        ("deployment", served["spec"]["template"]["spec"]),
    ]


def test_every_file_is_explained() -> None:
    page = (DEPLOY / "README.md").read_text("utf-8")
    files = {path.name for path in DEPLOY.iterdir()} - {"README.md"}
    assert set(re.findall(r"\]\(([\w.-]+)\)", page)) >= files


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for name in UNITS:
        text = (DEPLOY / name).read_text("utf-8")
        # The program is not installed where it will be: any that is there stands for it.
        (tmp_path / name).write_text(text.replace("/opt/leadline/bin/leadline", "/bin/true"))
    paths = [str(tmp_path / name) for name in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *paths],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if any(name in line for name in UNITS)]
    assert said == []


@pytest.mark.parametrize("name", UNITS)
def test_units_run_commands_that_there_are(name: str) -> None:
    text = (DEPLOY / name).read_text("utf-8")
    called = re.findall(r"^ExecStart=\S+/leadline (\S+)", text, re.MULTILINE)
    assert len(called) == (0 if name.endswith(".timer") else 1)
    assert set(called) <= COMMANDS


@pytest.mark.parametrize(("name", "spec"), pods(), ids=lambda each: str(each)[:10])
def test_pods_are_whole_and_locked_down(name: str, spec: dict[str, Any]) -> None:
    (container,) = spec["containers"]
    assert container["args"][0] in COMMANDS
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert spec["securityContext"]["runAsNonRoot"] is True
    mounted = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
    assert mounted.keys() == {each["name"] for each in spec["volumes"]}
    config = Path(container["args"][container["args"].index("-c") + 1])
    assert str(config.parent) == mounted["config"]


def test_the_deployment_never_runs_twice_and_its_parts_fit() -> None:
    claim, served, service = documents("deployment.yaml")
    assert (claim["kind"], served["kind"], service["kind"]) == (
        "PersistentVolumeClaim",
        "Deployment",
        "Service",
    )
    spec = served["spec"]
    assert (spec["replicas"], spec["strategy"]["type"]) == (1, "Recreate")
    labels = spec["template"]["metadata"]["labels"]
    assert spec["selector"]["matchLabels"] == labels == service["spec"]["selector"]
    (container,) = spec["template"]["spec"]["containers"]
    (port,) = container["ports"]
    assert service["spec"]["ports"][0]["targetPort"] == port["name"]
    probes = [container[each]["httpGet"]["path"] for each in ("readinessProbe", "livenessProbe")]
    assert probes == ["/readyz", "/healthz"]
    (volume,) = [
        each["persistentVolumeClaim"]["claimName"]
        for each in spec["template"]["spec"]["volumes"]
        if "persistentVolumeClaim" in each
    ]
    assert volume == claim["metadata"]["name"]


def test_the_cronjob_never_overlaps() -> None:
    (job,) = documents("cronjob.yaml")
    assert (job["apiVersion"], job["spec"]["concurrencyPolicy"]) == ("batch/v1", "Forbid")
    assert len(job["spec"]["schedule"].split()) == 5


def test_the_dag_is_python_that_calls_a_command_that_there_is() -> None:
    text = (DEPLOY / "airflow_dag.py").read_text("utf-8")
    tree = ast.parse(text)
    compile(tree, "airflow_dag.py", "exec")
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert "leadline_sync" in {each.id for each in calls if isinstance(each, ast.Name)}
    assert "{LEADLINE} sync {source} --json -c {CONFIG}" in text
    commands = [getattr(each.callback, "__name__", "") for each in app.registered_commands]
    assert "sync" in commands


def test_the_dockerfile_copies_what_is_there_and_runs_as_nobody_special() -> None:
    lines = _instructions((DEPLOY / "Dockerfile").read_text("utf-8"))
    words = [word for word, _ in lines]
    assert words[0] == "FROM"
    assert set(words) <= {
        *("FROM", "ENV", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "EXPOSE"),
        *("HEALTHCHECK", "ENTRYPOINT", "CMD"),
    }
    for word, rest in lines:
        if word == "COPY" and "--from" not in rest:
            *copied, _ = rest.split()
            assert [each for each in copied if not (ROOT / each).exists()] == []
        if word in ("ENTRYPOINT", "CMD", "VOLUME"):
            assert isinstance(ast.literal_eval(rest), list)
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert dict(lines)["USER"] == "leadline"
    command = ast.literal_eval(dict(lines)["CMD"])
    assert command[0] in COMMANDS


def _instructions(text: str) -> list[tuple[str, str]]:
    """Each instruction and the rest of its line, continued lines joined."""
    joined = re.sub(r"\\\n\s*", " ", text)
    lines = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def test_the_pages_tables_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CRM_WEBHOOK_SECRET", "DESK_WEBHOOK_SECRET"):
        monkeypatch.setenv(name, "a secret of more than sixteen")
    (tmp_path / "model.toml").write_text(MODEL, "utf-8")
    base = 'models = ["model.toml"]\n[sources.crm]\nconnector = "csv"\ncontacts = "c.csv"\n'
    page = (DEPLOY / "README.md").read_text("utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 4
    found = set[str]()
    for block in blocks:
        (tmp_path / "config.toml").write_text(base + block, "utf-8")
        config = load_config(tmp_path / "config.toml")
        found |= config.schedule.keys() | config.webhooks.incoming.keys()
        found |= config.webhooks.outgoing.keys()
    assert found == {"crm", "desk"}
