"""A scenario folder to start from, for any council: commented, valid as written, and honest about what stands in."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import tempfile
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from caremarket_sim.errors import BadInput, CannotWrite, Problem
from caremarket_sim.policy import NEUTRAL, of_preset
from caremarket_sim.scenario.beginning_texts import MARKER_TEXT, baseline_text, own_text, stand_in_text
from caremarket_sim.scenario.council_estimates import basis_of
from caremarket_sim.scenario.councils import Council, council_called, outlines_text, zones_text
from caremarket_sim.scenario.estimates import Estimate, estimated_figures
from caremarket_sim.scenario.files import load
from caremarket_sim.scenario.given import Given, require_sense
from caremarket_sim.scenario.held.own import Own, place_zones, read_own
from caremarket_sim.scenario.held.remembered import remembered_text
from caremarket_sim.scenario.places import read_place
from caremarket_sim.scenario.providers import contradiction
from caremarket_sim.scenario.questions import OF_THE_PLACE, Question, question_files
from caremarket_sim.scenario.sizing import sized_text, too_few
from caremarket_sim.scenario.workspace import MARKER, shipped_scenarios

POLICIES = ("block", "zero-hours-spot", "collaborative")


def write_new(
    council: str | None, folder: Path | None = None, given: Given | None = None, questions: Sequence[Question] = ()
) -> Path:
    """Write a scenario folder for a council, whole or not at all, and return it; by default one of its name, here.

    A council of England is known by its name or code. Any other has zones of its own, or another place's stand in.
    With questions it has these and their partners instead of the three policies. Without a council they are put into a
    folder that has a baseline, where `folder` is one; else into a new one, on Wigan, by default of the first's name.
    Raises BadInput for a name without letters, or nearly that of a council; for a folder that exists; and for a file
    or figure that cannot be. CannotWrite where nothing can be written.
    """
    given = given or Given()
    if council is None:
        return _write_questions(folder, given, questions)
    name = " ".join(council.split())
    if not _slug(name) or len(name) > 80 or not name.isprintable():
        raise BadInput(Problem(f"{council!r} is no name of a council", right="write such as `caremarket new Leeds`"))
    known = None if place_zones(given.zone_files, given.says) else council_called(name)
    name = name if known is None else known.name
    target = Path(_slug(name)) if folder is None else folder
    if target.exists() or target.is_symlink():
        right = "name another folder with --out"
        if questions and (target / "baseline.yaml").is_file():
            words = " ".join(f"--question {one.name}" for one in questions)
            command = f"caremarket new {words} --out {shlex.quote(target.as_posix())}"
            right += f", or leave the council out to ask in this one: `{command}`"
        raise BadInput(Problem("exists already", target, right=right))
    return _written(target, _contents(name, given, known, questions))


def _write_questions(folder: Path | None, given: Given, questions: Sequence[Question]) -> Path:
    """Put questions into a folder that has a baseline, or into a new one with Wigan's; no other file is touched."""
    if not questions:
        raise BadInput(Problem("no council is named", right="write such as `caremarket new Leeds`"))
    if given != Given():
        raise BadInput(Problem("files and figures are a council's", right="name it: `caremarket new Leeds …`"))
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


def _contents(name: str, given: Given, known: Council | None, questions: Sequence[Question]) -> dict[str, str]:
    """The text of every file of a new folder."""
    shipped = shipped_scenarios() / "wigan"
    require_sense(given, known is not None)
    stand_in = read_place(shipped / "place.yaml")
    policies = {f"{policy}.yaml": (shipped / f"{policy}.yaml").read_text(encoding="utf-8") for policy in POLICIES}
    outlines = None if known is None else outlines_text(known)
    if given.zones is None and known is None:
        zones, providers = (shipped / "zones.csv").read_text(encoding="utf-8"), None
        place = stand_in_text(name, stand_in, given.figures)
        asked = question_files(questions, name, given.figures.get("council_fee"))
    else:
        own = _own(name, given, known)
        zones, providers = own.zones_text, own.providers_text
        figures = _figures(own, given, known)
        for note in own.notes:
            given.tell(note)
        clients = figures["council_clients"].value
        if few := too_few(clients + figures["self_funders"].value):
            given.tell(few)
        place = own_text(name, figures, given, known, remembered_text(own.taken, own.notes))
        place += sized_text("regime", NEUTRAL, clients, stand_in, "")
        policies = {
            file: text + sized_text("set", of_preset(file.removesuffix(".yaml")), clients, stand_in, "    ")
            for file, text in policies.items()
        }
        asked = question_files(questions, name, figures["council_fee"].value, clients)
    return {
        MARKER: MARKER_TEXT,
        "place.yaml": place,
        "zones.csv": zones,
        **({} if outlines is None else {"outlines.geojson": outlines}),
        **({} if providers is None else {"providers.csv": providers}),
        "baseline.yaml": baseline_text(name),
        **(asked or policies),
    }


def _own(name: str, given: Given, known: Council | None) -> Own:
    """A council's zones and providers: its own, or those that are shipped, of which its files may say more."""
    authority, base = (name, None) if known is None else (known.published_name, zones_text(known))
    authority = given.authority or authority
    return read_own(given.zone_files, given.providers, given.directory, authority, given.says, base)


def _figures(own: Own, given: Given, known: Council | None) -> dict[str, Estimate]:
    """Every figure of a council. Raises BadInput where those given contradict its list."""
    basis = None if known is None else basis_of(known)
    figures = estimated_figures(own.zones, own.providers, given.figures, "providers.csv", given.lists_all, basis)
    stated = int(figures["contracted_providers"].value), int(figures["private_providers"].value)
    if what := contradiction(own.providers, given.lists_all, *stated):
        raise BadInput(Problem(what, right="--contracted and --private count all providers, listed or not"))
    return figures


def _slug(name: str) -> str:
    """A folder's name: lower-case letters, digits and hyphens."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
