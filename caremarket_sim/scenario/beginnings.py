"""A scenario folder to start from, for any council: commented, valid as written, and honest about what stands in."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from caremarket_sim.errors import BadInput, CannotWrite, Problem
from caremarket_sim.parameters import register
from caremarket_sim.policy import NEUTRAL, Levers, of_preset
from caremarket_sim.policy.advice import Span, shown
from caremarket_sim.policy.values import checked_number
from caremarket_sim.scenario.council_estimates import basis_of
from caremarket_sim.scenario.councils import Council, council_called, outlines_text, zones_text
from caremarket_sim.scenario.estimates import Estimate, estimated_figures
from caremarket_sim.scenario.held.lists import Says
from caremarket_sim.scenario.held.own import Own, place_zones, read_own
from caremarket_sim.scenario.held.remembered import remembered_text
from caremarket_sim.scenario.place_texts import Listed, own_text, stand_in_text
from caremarket_sim.scenario.places import Place, figure_kinds, read_place
from caremarket_sim.scenario.providers import contradiction
from caremarket_sim.scenario.timing import MOST_YEARS
from caremarket_sim.scenario.workspace import MARKER, shipped_scenarios

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
SIZED = {"stewardship.capacity_fte": 0.1, "community.connectors_fte": 0.1, "community.coop_support": 1000.0}
"""Levers that are amounts, which the presets give for a council of Wigan's size, and the steps of their scaling."""


@dataclass(frozen=True)
class Given:
    """What a council brings: files of its own, and figures by name. What it does not bring stands in.

    `complete`: its providers are all that there are. The regulator's directory always names all.
    """

    zones: Path | Sequence[Path] | None = None
    """A file, or several that give the zones together."""
    providers: Path | None = None
    complete: bool = False
    directory: Path | None = None
    authority: str | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    says: Says = field(default_factory=Says)
    """How to read what could be read in two ways."""
    tell: Callable[[str], None] = field(default=lambda note: None)
    """Who hears what was made of the files: headings taken, columns left, blanks estimated."""


def write_new(council: str, folder: Path | None = None, given: Given | None = None) -> Path:
    """Write a scenario folder for a council, whole or not at all, and return it; by default one of its name, here.

    A council of England is known by its name or code. Any other has zones of its own, or another place's stand in.
    Raises BadInput for a name without letters, or nearly that of a council; for a folder that exists; and for a file
    or figure that cannot be. CannotWrite where nothing can be written.
    """
    name = " ".join(council.split())
    if not _slug(name) or len(name) > 80 or not name.isprintable():
        raise BadInput(Problem(f"{council!r} is no name of a council", right="write such as `caremarket new Leeds`"))
    given = given or Given()
    known = None if place_zones(_zones_files(given), given.says) else council_called(name)
    name = name if known is None else known.name
    target = Path(_slug(name)) if folder is None else folder
    if target.exists() or target.is_symlink():
        raise BadInput(Problem("exists already", target, right="name another folder with --out"))
    contents = _contents(name, given, known)
    staging = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        for file, text in contents.items():
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


def _contents(name: str, given: Given, known: Council | None) -> dict[str, str]:
    """The text of every file of a new folder."""
    shipped = shipped_scenarios() / "wigan"
    _require_sense(given, known)
    stand_in = read_place(shipped / "place.yaml")
    policies = {policy: (shipped / f"{policy}.yaml").read_text(encoding="utf-8") for policy in POLICIES}
    outlines = None if known is None else outlines_text(known)
    if given.zones is None and known is None:
        zones, providers = (shipped / "zones.csv").read_text(encoding="utf-8"), None
        place = stand_in_text(name, stand_in, given.figures)
    else:
        own = _own(name, given, known)
        zones, providers = own.zones_text, own.providers_text
        figures = _figures(own, given, known)
        for note in own.notes:
            given.tell(note)
        clients = figures["council_clients"].value
        place = own_text(name, figures, _listed(given), known, remembered_text(own.taken, own.notes))
        place += _sized_text("regime", NEUTRAL, clients, stand_in, "")
        policies = {
            policy: text + _sized_text("set", of_preset(policy), clients, stand_in, "    ")
            for policy, text in policies.items()
        }
    return {
        MARKER: (
            "# This file marks the workspace: scenario and place files in this folder may refer to each other, and to\n"
            "# no file outside it. It needs no content.\n"
        ),
        "place.yaml": place,
        "zones.csv": zones,
        **({} if outlines is None else {"outlines.geojson": outlines}),
        **({} if providers is None else {"providers.csv": providers}),
        "baseline.yaml": _baseline_text(name),
        **{f"{policy}.yaml": text for policy, text in policies.items()},
    }


def _require_sense(given: Given, known: Council | None) -> None:
    """Raise BadInput for options that do not go together, and figures out of bounds."""
    problems = []
    zoned = given.zones is not None or known is not None
    if not zoned and (given.providers is not None or given.directory is not None):
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


def _own(name: str, given: Given, known: Council | None) -> Own:
    """A council's zones and providers: its own, or those that are shipped, of which its files may say more."""
    authority, base = (name, None) if known is None else (known.published_name, zones_text(known))
    files = _zones_files(given)
    return read_own(files, given.providers, given.directory, given.authority or authority, given.says, base)


def _zones_files(given: Given) -> Sequence[Path]:
    return [given.zones] if isinstance(given.zones, Path) else given.zones or ()


def _figures(own: Own, given: Given, known: Council | None) -> dict[str, Estimate]:
    """Every figure of a council. Raises BadInput where those given contradict its list."""
    complete = _listed(given).complete
    basis = None if known is None else basis_of(known)
    figures = estimated_figures(own.zones, own.providers, given.figures, "providers.csv", complete, basis)
    stated = int(figures["contracted_providers"].value), int(figures["private_providers"].value)
    if what := contradiction(own.providers, complete, *stated):
        raise BadInput(Problem(what, right="--contracted and --private count all providers, listed or not"))
    return figures


def _sized_text(key: str, levers: Levers, clients: float, wigan: Place, indent: str) -> str:
    """Levers that are amounts, scaled from Wigan's size to so many clients: the lines of `set:` or `regime:`."""
    scale = clients / wigan.council_clients
    lines = [
        f"{indent}# Amounts, scaled by council clients from a council of Wigan's size.",
        f"{indent}{key}:",
    ]
    for lever, step in SIZED.items():
        value = levers[lever]
        if value:
            scaled = round(max(round(value * scale / step), 1) * step, 1)
            lines.append(f"{indent}  {lever}: {scaled:g}  # {value:g} for Wigan")
    return "\n".join(lines) + "\n"


def _listed(given: Given) -> Listed:
    """How a council's providers are listed. The regulator's directory always names all."""
    if given.directory is not None:
        return Listed("directory", complete=True)
    return Listed(None if given.providers is None else "list", given.complete)


def _baseline_text(name: str) -> str:
    title = json.dumps(f"{name} with no new policy", ensure_ascii=False)
    example = next(iter(register().values()))
    return f"""\
# The market as it is, with no new policy. The policies beside this file extend it.
#   caremarket validate *.yaml          checks every file here
#   caremarket compare block.yaml zero-hours-spot.yaml collaborative.yaml
#   caremarket docs levers              lists what a policy may set
#   caremarket docs schema              gives your editor completion
format: 2
title: {title}
place: place.yaml
years: 5                               # of 52 weeks, 1 to {MOST_YEARS}
prices: projected                      # wage floors and prices move as recorded, then as projected; or `frozen`
# parameters:                          # numbers of the model that you know better; `caremarket docs parameters`
#   {example.name}: {shown(example.value)}
"""


def _slug(name: str) -> str:
    """A folder's name: lower-case letters, digits and hyphens."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
