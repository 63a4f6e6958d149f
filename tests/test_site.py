"""The documentation site builds without a warning, and what it says to type works."""

import csv
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.pictures import TUTORIAL, carried_out, steps_of
from caremarket_sim.cli import app, main
from caremarket_sim.documents.formats import results_tables
from tests.small_place import FOLDER as SMALL
from tests.test_report import require_browser

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
HAND_WRITTEN = [
    ROOT / "README.md",
    *(DOCS / name for name in ("index.md", "tutorial.md", "tutorial-browser.md")),
    *sorted((DOCS / "how-to").glob("*.md")),
]
FENCE = re.compile(r"^( *)```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[tuple[str, str, str]]:
    """The fenced blocks of a page in order: language, title, text."""
    text = page.read_text(encoding="utf-8")
    return [
        (language, title, re.sub(rf"^{indent}", "", body, flags=re.MULTILINE))
        for indent, language, title, body in FENCE.findall(text)
    ]


def commands(page: Path) -> list[list[str]]:
    """The words of every `caremarket` command that a page says to type."""
    lines = [
        line.removeprefix("$ ")
        for language, _, text in blocks(page)
        if language in ("bash", "console", "sh")
        for line in text.splitlines()
    ]
    return [shlex.split(line)[1:] for line in lines if line.removeprefix("$ ").startswith("caremarket ")]


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Path:
    """A copy of the project's folder as a newcomer has it, but with the small place under Wigan's name."""
    shutil.copy(ROOT / "caremarket.toml", tmp_path)
    shutil.copytree(SMALL, tmp_path / "scenarios" / "wigan")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def typed(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(shlex.split(command), capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_newcomers_path_through_the_tutorial_works_as_written(workspace):
    done = 0
    for language, title, text in blocks(DOCS / "tutorial.md"):
        if title:
            (workspace / title).write_text(text, encoding="utf-8")
        elif language == "bash":
            for command in text.splitlines():
                result = typed(command)
                assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"
                done += 1
        elif language == "console":
            command, *shown = text.splitlines()
            result = typed(command.removeprefix("$ "))
            assert result.returncode == 2
            assert all(line in result.stdout + result.stderr for line in shown), result.stdout + result.stderr
            done += 1
    assert done > 10
    assert (workspace / "results" / "first" / "report.html").is_file()
    assert unexplained(workspace / "results") == []


def unexplained(results: Path) -> list[str]:
    """Tables of results folders, and columns in them, that the page on file formats does not name."""
    tables, _ = results_tables()
    found = []
    for file in sorted(results.glob("*/*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as opened:
            header = next(csv.reader(opened))
        known = tables.get(file.name, {"columns": ()})["columns"]
        factors = [name for name in header if "." in name] if file.name == "samples.csv" else []
        found += [f"{file.name}: {name}" for name in header if name not in known and name not in factors]
    return found


DESIGN = """
format: 2
scenarios: [wigan/baseline.yaml, wigan/collaborative.yaml]
reference: baseline
years: 2
outputs: differences
indicators: [turnover, council_spend]
sampler:
  method: latin_hypercube
  samples: 20
factors:
  fee.level: {low: 0.9, high: 1.15}
  employment.zero_hours_cap: {}
"""


@pytest.mark.slow
def test_every_table_that_a_command_writes_is_explained(workspace):
    (workspace / "scenarios" / "tried.yaml").write_text(DESIGN, encoding="utf-8")
    wigan = "scenarios/wigan"
    few = "--replicates 2 --workers 0 --quiet"
    for command in (
        f"run {wigan}/baseline.yaml --weekly --years 1 {few} --out results/run",
        f"compare {wigan}/baseline.yaml {wigan}/block.yaml --years 1 {few} --equal-budget --precision decision"
        " --max-replicates 2 --out results/compared",
        "sensitivity scenarios/tried.yaml --workers 0 --quiet --no-figures --out results/tried",
        "explore results/tried --quiet --out results/explored",
        f"stress {wigan}/block.yaml --shock absence {few} --out results/stressed",
    ):
        assert main(shlex.split(command)) == 0, command
    assert unexplained(workspace / "results") == []


def test_the_tutorial_installs_as_the_readme_does():
    [install] = [text for language, _, text in blocks(DOCS / "tutorial.md") if language == "sh"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert install.splitlines()[0] in readme


@pytest.mark.parametrize("page", HAND_WRITTEN, ids=lambda page: page.stem)
def test_every_command_in_a_page_is_one_that_the_command_line_understands(page, monkeypatch):
    import typer

    monkeypatch.setattr("caremarket_sim.runs.cluster.require_scheduler", lambda address: None)  # no page's is there
    for words in commands(page):
        command, rest = typer.main.get_command(app), words
        while hasattr(command, "commands") and rest[0] in command.commands:
            command, rest = command.commands[rest[0]], rest[1:]
        if not hasattr(command, "commands"):
            command.make_context(words[0], rest).close()
        for word in words:
            if word.startswith("scenarios/") and not any(title == word for _, title, _ in blocks(page)):
                assert (ROOT / word).exists(), word


@pytest.mark.slow
@pytest.mark.parametrize("page", ["python", "mesa"])
def test_the_python_in_a_page_runs(workspace, page):
    names: dict[str, object] = {}
    for language, _, text in blocks(DOCS / "how-to" / f"{page}.md"):
        if language == "python":
            exec(text, names)
    assert "cm" in names


@pytest.mark.slow
def test_a_design_shown_in_a_page_is_one_that_can_be_read(workspace):
    from caremarket_sim.studies.sweep.design_files import read_design

    [text] = [text for language, _, text in blocks(DOCS / "how-to" / "sweep-and-sensitivity.md") if language == "yaml"]
    file = workspace / "scenarios" / "designs" / "shown.yaml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    assert read_design(file).points == 64


def test_a_scenario_shown_in_a_page_is_one_that_can_be_read(workspace):
    from caremarket_sim.scenario import load

    [text] = [text for language, _, text in blocks(DOCS / "how-to" / "write-a-scenario.md") if language == "yaml"]
    file = workspace / "scenarios" / "wigan" / "shown.yaml"
    file.write_text(text, encoding="utf-8")
    assert len(load(file).changes) == 2


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The built site; without mkdocs there is none, which in CI is a failure."""
    missing = [name for name in ("mkdocs", "material", "mkdocstrings") if importlib.util.find_spec(name) is None]
    if missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{' and '.join(missing)} should be installed in CI")
        pytest.skip(f"no {' and no '.join(missing)} here")
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-W", "default", "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    result = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_has_every_page(site):
    pages = {path.relative_to(DOCS).with_suffix(".html") for path in DOCS.rglob("*.md")}
    assert pages <= {path.relative_to(site) for path in site.rglob("*.html")}


@pytest.mark.slow
def test_the_site_fetches_nothing_from_elsewhere(site):
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        fetched = re.findall(r"<(?:script|img|iframe)[^>]*\ssrc=\"?([^\s\">]+)", text)
        fetched += re.findall(r"<link[^>]*rel=\"?(?:stylesheet|preconnect|icon)\"?[^>]*href=\"?([^\s\">]+)", text)
        fetched += re.findall(r"<link[^>]*href=\"?([^\s\">]+)\"?[^>]*rel=\"?(?:stylesheet|preconnect|icon)", text)
        assert not [address for address in fetched if re.match(r"(https?:)?//", address)], page


@pytest.mark.slow
def test_the_python_page_has_every_docstring_that_it_names(site):
    page = (site / "reference" / "api.html").read_text(encoding="utf-8")
    named = re.findall(r"^::: (\S+)$", (DOCS / "reference" / "api.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert named
    assert [place for place in named if f'id="{place}"' not in page] == []
    assert "Simulate every scenario on the same" in page


@pytest.mark.slow
def test_the_tutorial_in_the_browser_works_as_written_and_has_its_pictures(workspace):
    require_browser()
    steps = steps_of(TUTORIAL.read_text(encoding="utf-8"))
    carried_out(Path("scenarios/wigan"), Path("workspace"), Path("taken"), steps)
    pictures = {f"{name}.png" for verb, name, *_ in steps if verb == "picture"}
    assert {path.name for path in Path("taken").iterdir()} == {*pictures, "policy-1.yaml", "brief.docx"}
    assert {path.name for path in (DOCS / "pictures").iterdir()} == pictures
    shutil.copy("taken/policy-1.yaml", "scenarios/wigan/mine.yaml")
    assert typed("caremarket validate --no-probe scenarios/wigan/mine.yaml").returncode == 0
