"""A new study is one folder and one line; options come in groups and reach a study as one thing."""

import ast
import inspect
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from caremarket_sim.asking import Excused, Hands, Kept, Voice, grouped
from caremarket_sim.studies import STUDIES

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "caremarket_sim"

RESULT = '''
from dataclasses import dataclass

from caremarket_sim.markup import display


@dataclass(frozen=True)
class Count:
    """How many zones a place has."""

    place: str
    zones: int

    def summary(self):
        return display(self).sentences(self)

    def _repr_html_(self):
        return display(self).html(self)
'''
DISPLAY = """
from caremarket_sim.markup import sentences as listed
from caremarket_sim.studies.zones.result import Count


def sentences(found: Count):
    return [f"{found.place} has {found.zones} zones."]


def html(found: Count):
    return listed("Zones", sentences(found))
"""
COMMAND = '''
from caremarket_sim.asking import File, Voice, grouped, loaded


def register(app):
    app.command("zones")(grouped(zones_command))


def zones_command(file: File, voice: Voice = Voice()) -> None:
    """Count the zones of a place."""
    from caremarket_sim.studies.zones.result import Count

    [scenario], _ = loaded([file])
    found = Count(scenario.place.name, len(scenario.place.zones))
    voice.end({"zones": found.zones, "html": found._repr_html_()}, *found.summary())
'''


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """The package with one study more: a folder of three files, and a line."""
    root = tmp_path_factory.mktemp("copy")
    shutil.copytree(PACKAGE, root / "caremarket_sim", ignore=shutil.ignore_patterns("__pycache__"))
    folder = root / "caremarket_sim" / "studies" / "zones"
    folder.mkdir()
    for name, text in {"__init__": "", "result": RESULT, "display": DISPLAY, "command": COMMAND}.items():
        (folder / f"{name}.py").write_text(text)
    registry = folder.parent / "__init__.py"
    text = registry.read_text(encoding="utf-8")
    assert text.count('    "story",\n') == 1
    registry.write_text(text.replace('    "story",\n', '    "story",\n    "zones",\n'), encoding="utf-8")
    return root


def said(copy: Path, *words: str) -> str:
    """What the copy's command prints."""
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    command = [sys.executable, "-m", "caremarket_sim", *words]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_new_study_is_one_folder_and_one_line(copy):
    file = str(ROOT / "tests" / "data" / "small" / "baseline.yaml")
    assert "Count the zones of a place." in said(copy, "--help")
    assert " zones.\n" in said(copy, "zones", file)
    assert '"html": "<p><strong>Zones</strong></p><ul><li>' in said(copy, "zones", file, "--json")
    assert said(copy, "zones", file, "--quiet") == ""


@pytest.mark.parametrize("study", STUDIES)
def test_every_study_has_its_command_in_its_folder(study):
    assert (PACKAGE / "studies" / study / "command.py").is_file()


def test_every_study_whose_result_shows_itself_has_what_it_shows_itself_by():
    for result in (PACKAGE / "studies").glob("*/*result.py"):
        if "display(self)" in result.read_text(encoding="utf-8"):
            assert (result.parent / "display.py").is_file(), result


def test_groups_of_options_are_spread_out_where_they_stand_and_put_together_again():
    def command(
        place: str, hands: Hands = Hands(), years: int = 5, kept: Kept = Kept(), voice: Voice = Voice()
    ) -> tuple:
        return place, hands, years, kept, voice

    spread = grouped(command)
    names = list(inspect.signature(spread).parameters)
    assert names == ["place", "workers", "cluster", "years", "resume", "replace", "quiet", "as_json"]
    given = dict.fromkeys(names) | {"place": "Wigan", "workers": 2, "years": 3, "replace": True, "quiet": True}
    assert spread(**given) == ("Wigan", Hands(2), 3, Kept(None, True), Voice(True, None))


def test_what_is_excused_is_what_a_study_lets_through():
    assert Excused(["never-in-force"], "it is a test").allowances != Excused().allowances


def test_who_does_the_work_and_how_it_is_told_are_passed_on_as_one_thing():
    apart = [
        f"{path.relative_to(PACKAGE)}: {node.name}"
        for path in sorted((PACKAGE / "studies").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and {"workers", "cluster"} <= {one.arg for one in [*node.args.args, *node.args.kwonlyargs]}
    ]
    assert not apart
