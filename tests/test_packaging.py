"""The wheel is whole: installed in a new environment, the command works in an empty folder."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def caremarket(wheel, tmp_path_factory):
    """Run the installed command in an empty folder; the libraries it needs are borrowed from this environment."""
    environment, empty = tmp_path_factory.mktemp("environment"), tmp_path_factory.mktemp("empty")
    venv.create(environment, with_pip=False, symlinks=os.name != "nt")
    paths = sysconfig.get_paths(vars={"base": str(environment), "platbase": str(environment)})
    python = Path(paths["scripts"], Path(sys.executable).name)
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(pip, check=True)
    Path(paths["purelib"], "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

    def run(*arguments: str | Path) -> str:
        command = [Path(paths["scripts"], "caremarket"), *arguments]
        process = subprocess.run(command, cwd=empty, env=clean, capture_output=True, text=True, check=False)
        assert process.returncode == 0, process.stdout + process.stderr
        return process.stdout

    run.folder = empty
    return run


@pytest.mark.slow
def test_the_wheel_holds_data_scenarios_and_types_but_no_tests(wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    for source in (ROOT / "caremarket_sim").rglob("*"):
        if source.is_file() and "__pycache__" not in source.parts:
            assert source.relative_to(ROOT).as_posix() in held
    for source in (ROOT / "scenarios").rglob("*"):
        if source.is_file():
            assert f"caremarket_sim/{source.relative_to(ROOT).as_posix()}" in held
    assert {name.split("/")[0].split("-")[0] for name in held} == {"caremarket_sim"}
    assert "caremarket_sim/py.typed" in held


@pytest.mark.slow
@pytest.mark.smoke
def test_a_council_can_be_made_validated_and_compared_from_an_empty_folder(caremarket):
    caremarket("new", "Anytown")
    scenarios = sorted(path for path in caremarket.folder.rglob("*.yaml"))
    caremarket("validate", *scenarios)
    caremarket("compare", *scenarios[:2], "--replicates", "2", "--years", "1", "--out", "results")
    assert (caremarket.folder / "results" / "differences.csv").exists()
    caremarket("new", "Leeds", "--no-probe")
    caremarket("validate", caremarket.folder / "leeds" / "place.yaml", "--no-probe")
