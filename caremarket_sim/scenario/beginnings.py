"""A scenario folder to start from, for any council: commented, valid as written, and honest about what stands in."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from caremarket_sim.errors import BadInput, CannotWrite, Problem
from caremarket_sim.policy import NEUTRAL, of_preset
from caremarket_sim.policy.advice import Span
from caremarket_sim.policy.values import checked_number
from caremarket_sim.reading import text_of
from caremarket_sim.scenario.beginning_texts import MARKER_TEXT, Given, baseline_text, own_text, stand_in_text
from caremarket_sim.scenario.directory import as_list, read_directory
from caremarket_sim.scenario.estimates import Estimate, estimated_figures
from caremarket_sim.scenario.files import load
from caremarket_sim.scenario.places import figure_kinds, read_place
from caremarket_sim.scenario.providers import contradiction, no_providers, read_providers
from caremarket_sim.scenario.questions import OF_THE_PLACE, Question, question_files
from caremarket_sim.scenario.sizing import sized_text
from caremarket_sim.scenario.workspace import MARKER, shipped_scenarios, shown_path
from caremarket_sim.scenario.zones import read_zones

POLICIES = ("block", "zero-hours-spot", "collaborative")
OPTIONS = {
    "council_clients": "--clients",
    "self_funders": "--self-funders",
    "care_workers": "--care-workers",
    "contracted_providers": "--contracted",
    "private_providers": "--private",
    "council_fee": "--fee",
    "self_funder_price": "--self-funder-price",
}
"""Figures of a place and the options that give them."""


def write_new(
    council: str | None, folder: Path | None = None, given: Given | None = None, questions: Sequence[Question] = ()
) -> Path:
    """Write a scenario folder for a council, whole or not at all, and return it; by default one of its name, here.

    With questions it has these and their partners instead of the three policies. Without a council they are put into a
    folder that has a baseline, where `folder` is one; else into a new one, on Wigan, by default of the first's name.
    Raises BadInput for a name without letters, a folder that exists, or a file or figure that cannot be; CannotWrite
    where nothing can be written.
    """
    if council is None:
        return _write_questions(folder, given, questions)
    name = " ".join(council.split())
    slug = _slug(name)
    if not slug or len(name) > 80 or not name.isprintable():
        raise BadInput(Problem(f"{council!r} is no name of a council", right="write such as `caremarket new Salford`"))
    target = Path(slug) if folder is None else folder
    if target.exists() or target.is_symlink():
        raise BadInput(Problem("exists already", target, right="name another folder with --out"))
    return _written(target, _contents(name, given or Given(), questions))


def _write_questions(folder: Path | None, given: Given | None, questions: Sequence[Question]) -> Path:
    """Put questions into a folder that has a baseline, or into a new one with Wigan's; no other file is touched."""
    if not questions:
        raise BadInput(Problem("no council is named", right="write such as `caremarket new Salford`"))
    if given not in (None, Given()):
        raise BadInput(Problem("files and figures are a council's", right="name it: `caremarket new Salford …`"))
    target = Path(questions[0].name) if folder is None else folder
    if not target.is_symlink() and (target / "baseline.yaml").is_file():
        return _added(target, questions)
    if target.exists() or target.is_symlink():
        right = "name one that has a baseline.yaml, or a new one, with --out"
        raise BadInput(Problem("exists already, and has no baseline.yaml", target, right=right))
    wigan = shipped_scenarios() / "wigan"
    own = {file: (wigan / file).read_text(encoding="utf-8") for file in OF_THE_PLACE}
    return _written(target, {MARKER: MARKER_TEXT, **own, **question_files(questions, "Wigan")})


def _added(target: Path, questions: Sequence[Question]) -> Path:
    """The folder with questions put into it. What it has of their partners' files stays as it is."""
    place = load(target / "baseline.yaml").place
    wanted = question_files(questions, place.name, place.council_fee, place.council_clients)
    if problems := [
        Problem("exists already", target / one.file) for one in questions if os.path.lexists(target / one.file)
    ]:
        raise BadInput(problems)
    new = {file: text for file, text in wanted.items() if not os.path.lexists(target / file)}
    try:
        for file, text in new.items():
            (target / file).parent.mkdir(exist_ok=True)
            (target / file).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        for file in new:
            with suppress(OSError):
                (target / file).unlink()
        raise CannotWrite(f"cannot be written: {error.strerror or error}", target) from None
    return target


def _written(target: Path, contents: Mapping[str, str]) -> Path:
    """A new folder with these files, whole or not at all."""
    staging = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        for file, text in contents.items():
            (staging / file).parent.mkdir(exist_ok=True)
            (staging / file).write_text(text, encoding="utf-8", newline="\n")
        mask = os.umask(0)
        os.umask(mask)
        staging.chmod(0o777 & ~mask)
        staging.rename(target)
    except OSError as error:
        raise CannotWrite(f"cannot be written: {error.strerror or error}", target) from None
    finally:
        if staging is not None and staging.exists():
            shutil.rmtree(staging, ignore_errors=True)
    return target


def _contents(name: str, given: Given, questions: Sequence[Question]) -> dict[str, str]:
    """The text of every file of a new folder."""
    shipped = shipped_scenarios() / "wigan"
    _require_sense(given)
    stand_in = read_place(shipped / "place.yaml")
    policies = {f"{policy}.yaml": (shipped / f"{policy}.yaml").read_text(encoding="utf-8") for policy in POLICIES}
    if given.zones is None:
        zones, providers = (shipped / "zones.csv").read_text(encoding="utf-8"), None
        place = stand_in_text(name, stand_in, given.figures)
        asked = question_files(questions, name, given.figures.get("council_fee"))
    else:
        zones, providers, figures = _own(name, given.zones, given)
        clients = figures["council_clients"].value
        place = own_text(name, figures, given) + sized_text("regime", NEUTRAL, clients, stand_in, "")
        policies = {
            file: text + sized_text("set", of_preset(file.removesuffix(".yaml")), clients, stand_in, "    ")
            for file, text in policies.items()
        }
        asked = question_files(questions, name, figures["council_fee"].value, clients)
    return {
        MARKER: MARKER_TEXT,
        "place.yaml": place,
        "zones.csv": zones,
        **({} if providers is None else {"providers.csv": providers}),
        "baseline.yaml": baseline_text(name),
        **(asked or policies),
    }


def _require_sense(given: Given) -> None:
    """Raise BadInput for options that do not go together, and figures out of bounds."""
    problems = []
    if given.providers is not None and given.directory is not None:
        problems.append(Problem("--providers and --cqc both give the providers", right="give one of them"))
    if given.zones is None and (given.providers is not None or given.directory is not None):
        problems.append(Problem("providers are placed in zones, and none are given", right="add --zones FILE"))
    if given.complete and given.providers is None and given.directory is None:
        problems.append(Problem("--complete says that a list names every provider", right="add --providers FILE"))
    if given.authority is not None and given.directory is None:
        problems.append(Problem("--authority says whose rows of the directory to read", right="add --cqc FILE"))
    for key, value in given.figures.items():
        kind = figure_kinds()[key]
        try:
            checked_number(OPTIONS[key], value, Span(kind.low, kind.high, kind.unit, kind.kind == "whole"))
        except BadInput as bad:
            problems.extend(bad.problems)
    if problems:
        raise BadInput(problems)


def _own(name: str, zones_file: Path, given: Given) -> tuple[str, str | None, dict[str, Estimate]]:
    """The texts of a council's own zones and providers, and its figures. BadInput with every mistake in its files."""
    problems: list[Problem] = []
    zones = text = None
    providers = no_providers()
    try:
        zones = read_zones(zones_file, shown_path(zones_file))
    except BadInput as bad:
        problems.extend(bad.problems)
    try:
        if given.providers is not None:
            text = text_of(given.providers, shown_path(given.providers))
            providers = read_providers(given.providers, shown_path(given.providers), zones)
        elif given.directory is not None:
            found = read_directory(given.directory, shown_path(given.directory), given.authority or name)
            text = as_list(found)
            providers = _read_again(text, zones)
    except BadInput as bad:
        problems.extend(bad.problems)
    if problems or zones is None:
        raise BadInput(problems)
    complete = given.complete or given.directory is not None
    figures = estimated_figures(zones, providers, given.figures, "providers.csv", complete)
    stated = int(figures["contracted_providers"].value), int(figures["private_providers"].value)
    if what := contradiction(providers, complete, *stated):
        raise BadInput(Problem(what, right="--contracted and --private count all providers, listed or not"))
    return text_of(zones_file, shown_path(zones_file)), text, figures


def _read_again(text: str, zones: np.ndarray | None) -> np.ndarray:
    """The providers of a list that has just been made."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "providers.csv"
        path.write_text(text, encoding="utf-8", newline="\n")
        return read_providers(path, "providers.csv", zones)


def _slug(name: str) -> str:
    """A folder's name: lower-case letters, digits and hyphens."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
