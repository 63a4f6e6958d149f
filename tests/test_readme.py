"""The README tells of nothing that is not there, and what it says to type works."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import caremarket_sim

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def caremarket(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from caremarket_sim.cli import main; main()", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


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


@pytest.mark.slow
def test_the_example_for_notebooks_compares_as_it_stands_with_fewer_replicates(monkeypatch):
    [example] = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    monkeypatch.chdir(ROOT)
    names = {}
    exec(example.replace("cm.compare(", "comparison = cm.compare(").replace("replicates=50", "replicates=2"), names)
    frame = names["comparison"].frame()
    assert {"outcomes", "costs", "jobs", "market", "place"} <= set(frame["family"])


def test_every_file_that_the_readme_links_to_is_there():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).exists(), target
