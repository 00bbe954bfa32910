"""What is built is what is here, and it works where there is nothing but its dependencies."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from leadline.hookspecs import CONTRACT_VERSION

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
GROUPS = ("core", "connectors", "plugins")
FOLDERS = {
    f"{group}/{path.parent.name}"
    for group in GROUPS
    for path in (ROOT / group).glob("*/__init__.py")
}
NAMES = {folder.partition("/")[2] for folder in FOLDERS}
PLUGINS = {folder.partition("/")[2] for folder in FOLDERS if not folder.startswith("core/")}


def test_the_folders_are_the_packages() -> None:
    assert set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == FOLDERS


def test_every_connector_and_plugin_has_an_entry_point_of_this_contract() -> None:
    entries = PROJECT["project"]["entry-points"]
    assert set(entries["leadline"].values()) == PLUGINS
    assert entries["leadline.contract"] == dict.fromkeys(entries["leadline"], CONTRACT_VERSION)


def test_every_package_is_under_the_import_rules() -> None:
    rules = PROJECT["tool"]["importlinter"]
    assert set(rules["root_packages"]) == NAMES
    (core,) = [rule for rule in rules["contracts"] if rule["type"] == "forbidden"]
    assert set(core["forbidden_modules"]) == PLUGINS


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_of_packages_is_no_package(group: str) -> None:
    assert not (ROOT / group / "__init__.py").exists()


def _build(kind: str, project: Path, folder: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)],
        cwd=project,
        check=True,
        capture_output=True,
    )
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the repository."""
    return _build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def _modules(wheel: Path) -> set[str]:
    return {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}


def _tracked() -> set[str]:
    """Every file of the packages, as it is called in a wheel."""
    return {
        path.relative_to((ROOT / folder).parent).as_posix()
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    held = _modules(wheel)
    assert held == _tracked()
    assert {
        "leadline/py.typed",
        "leadline/presets/b2b/model.toml",
        "leadline/demo/workspace/config.toml",
        "leadline/ledger/migrations/versions/v0001_first_tables.py",
        "leadline_csv/__init__.py",
    } <= held


def test_the_wheel_has_its_licence_and_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (entries,) = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        assert "leadline = leadline.cli:main" in archive.read(entries).decode()
        assert any(name.endswith("licenses/LICENSE") for name in archive.namelist())


def test_the_source_archive_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    archive = _build("sdist", ROOT, tmp_path / "sdist")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    unpacked = tmp_path / archive.name.removesuffix(".tar.gz")
    assert _modules(_build("wheel", unpacked, tmp_path / "wheel")) == _modules(wheel)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel; the libraries are those of this one."""
    home = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    paths = {"base": str(home), "platbase": str(home)}
    programs = Path(sysconfig.get_path("scripts", "venv", paths))
    pip = [sys.executable, "-m", "pip", "--python", str(programs / "python"), "install"]
    subprocess.run(
        [*pip, "--quiet", "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True
    )
    # Folders in a .pth are searched for modules, but their own .pth files (such as that of an
    # editable leadline) are not read.
    site = Path(sysconfig.get_path("purelib", "venv", paths))
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "libraries.pth").write_text("\n".join(sorted(libraries)) + "\n", "utf-8")
    return programs


def _run(installed: Path, folder: Path, program: str, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ran = subprocess.run(
        [installed / program, *arguments],
        cwd=folder,
        env={**environment, "COLUMNS": "120"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_an_installed_leadline_is_its_own_and_finds_its_plugins(
    installed: Path, tmp_path: Path
) -> None:
    where = _run(
        installed, tmp_path, "python", "-c", "import leadline, leadline_csv as csv; "
        "print(leadline.__file__, csv.__file__, sep='\\n')",
    )  # fmt: skip
    assert all(line.startswith(str(installed.parent)) for line in where.splitlines())
    assert _run(installed, tmp_path, "leadline", "--version").startswith("leadline ")
    listed = _run(installed, tmp_path, "leadline", "plugins", "list")
    for name in PROJECT["project"]["entry-points"]["leadline"]:
        assert f"{name} " in listed


def test_an_installed_leadline_runs_the_demo_and_starts_a_workspace(
    installed: Path, tmp_path: Path
) -> None:
    shown = _run(installed, tmp_path, "leadline", "demo", "crm", "--contacts", "200")
    assert "sync succeeded" in shown
    assert (tmp_path / "crm" / "scores.csv").read_text("utf-8").count("\n") == 201
    _run(installed, tmp_path, "leadline", "init", "mine")
    assert (tmp_path / "mine" / "model.toml").stat().st_size
