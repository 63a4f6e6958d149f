"""Which way things point, where import-linter cannot see: in a running process, and in compiled code."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

import caremarket_sim
from caremarket_sim import week
from caremarket_sim.compiled.process import Process
from caremarket_sim.policy import LEVERS

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "caremarket_sim"
COMPILES = {"compiled", "step", "entry", "process", "guard"}
"""Marks of what is compiled."""
CALLED = {"clock": "time", "contract_offers": "contracts", "payments": "pays", "wellbeing": "quality_life"}
"""What a mechanism is called in the week and in the documents, where its file has another name."""


def files(folder: str) -> list[Path]:
    """The files of a folder of the package."""
    return sorted((PACKAGE / folder).glob("*.py"))


def stem(path: Path) -> str:
    """A file's name in the report."""
    return path.stem


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
        "import caremarket_sim.runs.design\n"
        "from caremarket_sim.scenario import load\n"
        "from caremarket_sim.settling import simulate\n"
        "simulate(1, [load('scenarios/wigan/baseline.yaml').with_weeks(2)], None)"
    )
    assert "caremarket_sim.week" in simulated
    assert not simulated & {"mesa", "pandas", "matplotlib", "scipy.stats"}


def test_no_two_files_import_each_other_by_whatever_way_round():
    files = {module_of(path): path for path in PACKAGE.rglob("*.py")}
    knows = {name: named(path, set(files)) - {name} for name, path in files.items()}
    ended: set[str] = set()
    while free := {name for name, known in knows.items() if name not in ended and known <= ended}:
        ended |= free
    assert not set(files) - ended, "in or above a circle"


def module_of(path: Path) -> str:
    """What a file is called where it is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def named(source: Path, modules: set[str]) -> set[str]:
    """The modules of the package that a source file imports while it runs, early or late."""
    found = set()
    for node in running(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            parts = {f"{node.module}.{name.name}" for name in node.names}
            found |= {part if part in modules else node.module for part in parts}
    return found & modules


def running(tree: ast.AST) -> list[ast.AST]:
    """The nodes of a file, but for what is imported for type checkers only."""
    found = []
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            found += [node, *running(node)]
    return found


def compiled_in(source: Path) -> list[ast.FunctionDef]:
    """The functions of a file that are compiled."""
    functions = [node for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))) if is_function(node)]
    return [one for one in functions if COMPILES & {ast.unparse(mark).split("(")[0] for mark in one.decorator_list}]


def is_function(node: ast.AST) -> bool:
    """Whether this is the definition of a function."""
    return isinstance(node, ast.FunctionDef)


@pytest.mark.parametrize("tool", files("compiled"), ids=stem)
def test_a_tool_of_compiled_code_knows_numpy_numba_and_other_tools_only(tool):
    allowed = sys.stdlib_module_names | {"numpy", "numba"}
    if tool.stem in ("__init__", "bundle", "compilers", "memory", "process"):
        allowed |= {"llvmlite"}  # what numba compiles with: hints to the processor are its instructions
    for module in imported(tool):
        assert module.split(".")[0] in allowed or module.startswith("caremarket_sim.compiled"), module


@pytest.mark.parametrize("mechanism", files("mechanisms"), ids=stem)
def test_a_mechanism_knows_its_tools_and_the_market_and_nothing_else_of_the_package(mechanism):
    allowed = sys.stdlib_module_names | {"numpy"}
    for module in imported(mechanism):
        own = module.startswith(("caremarket_sim.compiled", "caremarket_sim.market"))
        assert own or module.split(".")[0] in allowed, module


def test_rules_are_compiled_in_their_mechanism_in_the_market_or_in_the_opening_and_nowhere_else():
    folders = {path.parent.name for path in PACKAGE.rglob("*.py") if compiled_in(path)}
    assert folders == {"compiled", "market", "mechanisms", "opening"}
    numba_elsewhere = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if path.parent.name != "compiled" and any(module.split(".")[0] == "numba" for module in imported(path))
    }
    assert numba_elsewhere <= {"results/manifest.py"}  # which notes its version


# -- the rooms of the house --------------------------------------------------------------------------------------------


def written(process) -> Callable:
    """A process as the function that is written in its file."""
    return process.rule if isinstance(process, Process) else process


@pytest.mark.parametrize("process", week.PROCESSES, ids=lambda process: process.__name__)
def test_a_rule_is_in_the_file_named_after_its_mechanism(process):
    functions = [written(process)] + ([written(process.when)] if hasattr(process, "when") else [])
    [source] = {Path(function.__code__.co_filename) for function in functions}
    assert source.parent == PACKAGE / "mechanisms"
    assert process.__module__ == f"caremarket_sim.mechanisms.{source.stem}"
    title = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))).splitlines()[0]
    said = re.findall("[a-z]+", f"{title} {process.__name__}".lower())
    named = CALLED.get(source.stem, source.stem).split("_")
    assert all(any(word[:5] == other[:5] for other in said) for word in named), f"{source.name}: {title}"


def test_every_mechanism_has_a_file_and_a_number_of_its_own_and_takes_part_in_the_week():
    in_the_week = {process.__module__.rsplit(".", 1)[1] for process in week.PROCESSES}
    assert in_the_week == {path.stem for path in files("mechanisms") if path.stem != "__init__"}
    titles = [ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) for path in files("mechanisms")]
    numbers = [found[1] for found in (re.match(r"ODD (7\.\d+) ", title) for title in titles) if found]
    assert len(numbers) == len(set(numbers)) == len(in_the_week) - 1  # recording, which observes, is ODD 10


def changes_something(function: ast.FunctionDef) -> bool:
    """Whether a function itself writes to a row, an array or a list that it was given or has made."""
    for node in ast.walk(function):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, ast.Assign | ast.AugAssign) and any(
            isinstance(t, ast.Attribute | ast.Subscript) for t in targets
        ):
            return True
    return False


@pytest.mark.parametrize("process", week.PROCESSES, ids=lambda process: process.__name__)
def test_a_rule_is_no_doorman_who_only_calls_what_is_written_elsewhere(process):
    source = Path(written(process).__code__.co_filename)
    own = {node.name: node for node in ast.parse(source.read_text(encoding="utf-8")).body if is_function(node)}
    reached, ahead = set(), {process.__name__}
    while ahead:
        name = ahead.pop()
        reached.add(name)
        words = {node.id for node in ast.walk(own[name]) if isinstance(node, ast.Name)}
        ahead |= (words & set(own)) - reached
    assert any(changes_something(own[name]) for name in reached)
    statements = [one for one in own[process.__name__].body if not isinstance(one, ast.Expr) or is_call(one.value)]
    called = {node.func.id for one in statements for node in ast.walk(one) if is_call(node) and is_name(node.func)}
    alone = len(statements) == 1 and isinstance(statements[0], ast.Expr | ast.Return)
    assert not alone or called & set(own), "its only line calls another file's function"


def is_call(node: ast.AST) -> bool:
    """Whether this is a call."""
    return isinstance(node, ast.Call)


def is_name(node: ast.AST) -> bool:
    """Whether this is a name by itself."""
    return isinstance(node, ast.Name)


@pytest.mark.parametrize("source", [*files("mechanisms"), *files("market")], ids=stem)
def test_what_a_lever_is_set_to_is_compared_with_a_name_never_a_number(source):
    options = {field for lever in LEVERS.values() if lever.options and lever.kind != "flag" for field in lever.fields}
    options = {field for field in options if not field.endswith("_amount")}
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute) and node.left.attr in options:
            assert not isinstance(node.comparators[0], ast.Constant), ast.unparse(node)


def test_every_library_that_the_package_imports_is_a_declared_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    required = [*project["dependencies"], *extras["cluster"], *extras["app"], *extras["notebooks"]]
    declared = {re.match(r"[\w.-]+", line)[0].lower().replace("-", "_") for line in required}
    called = {
        "docx": "python_docx",
        "ruamel": "ruamel.yaml",
        "sklearn": "scikit_learn",
    }  # where the import's name is not the package's
    for source in PACKAGE.rglob("*.py"):
        for module in imported(source):
            top = module.split(".")[0]
            if top not in sys.stdlib_module_names | {"caremarket_sim"}:
                assert called.get(top, top).lower() in declared, f"{source.relative_to(ROOT)} imports {module}"


def test_whoever_is_excused_from_a_rule_of_style_breaks_it_still_so_that_the_list_shrinks():
    excused = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    listed = {(file, code) for file, codes in excused["per-file-ignores"].items() for code in codes}
    command = [sys.executable, "-m", "ruff", "check", ".", "--output-format", "json", "--config"]
    done = subprocess.run(
        [*command, "lint.per-file-ignores = {}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    found = {(Path(one["filename"]).relative_to(ROOT).as_posix(), one["code"]) for one in json.loads(done.stdout)}
    assert not listed - found, "take these out of per-file-ignores"
