"""Which way things point, where import-linter cannot see: in a running process, and inside the kernels."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import caremarket_sim

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "caremarket_sim"


def loaded(code: str) -> set[str]:
    """The modules in memory after a new Python process has run the code."""
    report = f"{code}\nimport json, sys\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    process = subprocess.run([sys.executable, "-c", report], cwd=ROOT, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    return set(json.loads(process.stdout.splitlines()[-1]))


def imported(source: Path) -> set[str]:
    """The names of modules that a source file imports anywhere in it, relative ones as `caremarket_sim...`."""
    names = set()
    here = ("caremarket_sim", *source.relative_to(PACKAGE).parent.parts)
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = here[: len(here) - node.level + 1] if node.level else ()
            names.add(".".join([*above, *([node.module] if node.module else [])]))
    return names


@pytest.mark.smoke
def test_importing_the_package_loads_nothing_else():
    assert {name for name in loaded("import caremarket_sim") if name.startswith("caremarket_sim")} == {"caremarket_sim"}
    assert "numpy" not in loaded("import caremarket_sim")


@pytest.mark.smoke
@pytest.mark.parametrize("name", [name for name in dir(caremarket_sim) if not name.startswith("_")])
def test_every_name_that_the_package_offers_is_there(name):
    assert getattr(caremarket_sim, name) is not None


def test_a_name_that_the_package_has_not_is_refused_with_the_one_that_was_meant():
    with pytest.raises(AttributeError, match="no attribute 'lode'; did you mean load?"):
        caremarket_sim.lode  # noqa: B018


@pytest.mark.smoke
def test_a_worker_of_a_batch_simulates_without_mesa_pandas_matplotlib_or_scipy_stats():
    simulated = loaded(
        "import caremarket_sim.experiments.design\n"
        "from caremarket_sim.scenario import load\n"
        "from caremarket_sim.week import simulate\n"
        "simulate(1, [load('scenarios/wigan/baseline.yaml').with_weeks(2)], None)"
    )
    assert "caremarket_sim.week" in simulated
    assert not simulated & {"mesa", "pandas", "matplotlib", "scipy.stats"}


@pytest.mark.parametrize("kernel", sorted((PACKAGE / "kernels").glob("*.py")), ids=lambda path: path.stem)
def test_a_kernel_imports_numpy_numba_and_other_kernels_only(kernel):
    allowed = sys.stdlib_module_names | {"numpy", "numba"}
    if kernel.stem in ("__init__", "_memory"):
        allowed |= {"llvmlite"}  # what numba compiles with: hints to the processor are its instructions
    for module in imported(kernel):
        assert module.split(".")[0] in allowed or module.startswith("caremarket_sim.kernels"), module


def test_every_library_that_the_package_imports_is_a_declared_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    required = [*project["dependencies"], *extras["cluster"], *extras["app"]]
    declared = {re.match(r"[\w.-]+", line)[0].lower().replace("-", "_") for line in required}
    called = {"ruamel": "ruamel.yaml"}  # where the import's name is not the package's
    for source in PACKAGE.rglob("*.py"):
        for module in imported(source):
            top = module.split(".")[0]
            if top not in sys.stdlib_module_names | {"caremarket_sim"}:
                assert called.get(top, top).lower() in declared, f"{source.relative_to(ROOT)} imports {module}"
