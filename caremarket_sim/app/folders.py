"""Where the page writes: a folder a visit inside the workspace, with the place's files, policies and results."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.scenario import load
from caremarket_sim.scenario.beginnings import write_new
from caremarket_sim.scenario.councils import councils
from caremarket_sim.scenario.questions import questions
from caremarket_sim.scenario.workspace import MARKER, shipped_scenarios

WIGAN, YOURS = "Wigan, as shipped", "Your folder"
KEPT = ("*.yaml", "*.csv", "*.geojson")
"""Files of a place's folder that belong to it."""


def visit(workspace: Path) -> Path:
    """A new folder in the workspace, of which no other visit knows."""
    workspace.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        folder = workspace / f"visit-{number}"
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
            continue
        return folder


def places(yours: Path | None) -> list[str]:
    """Every place that can be chosen: the folder that was given, Wigan as shipped, each council of England."""
    return [*([YOURS] if yours else []), WIGAN, *sorted({council.name for council in councils().values()})]


def place_folder(place: str, folder: Path, yours: Path | None = None) -> Path:
    """The files of a place inside a visit's folder, made where they are not there; its common questions are beside.

    Raises BadInput for a folder without a baseline.
    """
    target = folder / "".join(letter if letter.isalnum() else "-" for letter in place.lower())
    if target.exists():
        return target
    if place == YOURS and yours is not None:
        copied(yours, target)
    elif place == WIGAN:
        copied(shipped_scenarios() / "wigan", target)
    else:
        write_new(place, target)
    return target


def copied(source: Path, target: Path) -> None:
    """The place's own files, from a folder that stays as it is."""
    if not (source / "baseline.yaml").is_file():
        raise BadInput(Problem("has no baseline.yaml", source, right="give a folder that `caremarket new` wrote"))
    target.mkdir()
    for pattern in KEPT:
        for file in sorted(source.glob(pattern)):
            shutil.copyfile(file, target / file.name)
    (target / MARKER).touch()


def ask(names: list[str], target: Path) -> None:
    """Put common questions into a place's folder, each once."""
    left = [questions()[name] for name in names if not (target / questions()[name].file).exists()]
    if left:
        write_new(None, target, questions=left)


def new_name(target: Path) -> str:
    """A name for a policy that no file of a place's folder has."""
    return next(name for n in itertools.count(1) if not (target / f"{(name := f'policy-{n}')}.yaml").exists())


def starts(target: Path) -> dict[str, str]:
    """The scenario files of a place's folder that a policy may start from, with their titles."""
    found = {}
    for file in sorted(target.glob("*.yaml")):
        try:
            found[file.name] = load(file).title
        except BadInput:
            continue  # a place file, or one that refers to what is not here
    return found
