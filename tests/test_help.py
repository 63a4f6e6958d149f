"""`caremarket --help` answers at once, and the README tells of nothing that is not there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import caremarket_sim
from tests.test_architecture import loaded

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
HEAVY = {"numpy", "pandas", "matplotlib", "mesa", "numba", "scipy", "pyarrow", "duckdb", "SALib", "dask"}


def caremarket(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from caremarket_sim.cli import main; main()", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_importing_the_command_loads_no_heavy_library():
    assert not loaded("import caremarket_sim.cli") & HEAVY


@pytest.mark.smoke
def test_help_loads_no_heavy_library():
    asked = (
        "import sys\n"
        "from caremarket_sim.cli import main\n"
        "sys.argv = ['caremarket', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code"
    )
    assert not loaded(asked) & HEAVY


@pytest.mark.parametrize("command", sorted(set(re.findall(r"caremarket ([a-z]+)", README))))
def test_every_command_that_the_readme_names_has_help_with_an_example(command):
    shown = caremarket(command, "--help")
    assert shown.returncode == 0, shown.stderr
    assert f"caremarket {command}" in shown.stdout


def test_the_version_is_that_of_the_package():
    assert caremarket_sim.__version__ in caremarket("--version").stdout


def test_the_readme_has_the_two_commands_and_ci_runs_them():
    run, test = re.findall(r"^python3 -m venv .*$", README, flags=re.MULTILINE)
    assert run.endswith(
        "caremarket compare scenarios/wigan/block.yaml scenarios/wigan/zero-hours-spot.yaml"
        " scenarios/wigan/collaborative.yaml --replicates 20"
    )
    assert test.endswith("python -m tests")
    assert "grep '^python3 -m venv' README.md" in (ROOT / ".ci/run").read_text(encoding="utf-8")
