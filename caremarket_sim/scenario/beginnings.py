"""A scenario folder to start from, for any council: commented, valid as written, and honest about what stands in."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from caremarket_sim.errors import BadInput, CannotWrite, Problem
from caremarket_sim.parameters import register
from caremarket_sim.policy import NEUTRAL, Levers, of_preset
from caremarket_sim.policy.advice import Span, shown
from caremarket_sim.policy.values import checked_number
from caremarket_sim.scenario.council_estimates import basis_of
from caremarket_sim.scenario.councils import LICENCE, Council, council_called, outlines_text, zones_text
from caremarket_sim.scenario.estimates import GIVEN, Estimate, estimated_figures, given_figure
from caremarket_sim.scenario.held.lists import Says
from caremarket_sim.scenario.held.own import Own, place_zones, read_own
from caremarket_sim.scenario.held.remembered import remembered_text
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
        place = _stand_in_text(name, stand_in, given.figures)
    else:
        own = _own(name, given, known)
        zones, providers = own.zones_text, own.providers_text
        figures = _figures(own, given, known)
        for note in own.notes:
            given.tell(note)
        clients = figures["council_clients"].value
        place = _own_text(name, figures, given, known, own) + _sized_text("regime", NEUTRAL, clients, stand_in, "")
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
    complete = given.complete or given.directory is not None
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


def _own_text(name: str, figures: Mapping[str, Estimate], given: Given, known: Council | None, own: Own) -> str:
    """A place file on a council's zones."""
    complete = given.complete or given.directory is not None
    lines = [
        *_head(name, known),
        "format: 2",
        f"name: {json.dumps(name, ensure_ascii=False)}",
        "# licence:                            # whose data zones.csv and providers.csv are, and on what terms"
        if known is None
        else f"licence: {json.dumps(LICENCE, ensure_ascii=False)}",
        "zones: zones.csv",
        *remembered_text(own.taken, own.notes),
    ]
    if given.providers is not None or given.directory is not None:
        lines += [
            "# What the list says of a provider holds on the first day; what a cell leaves blank is drawn anew in",
            "# every replicate. `complete: true` says that it names every provider of homecare here, and then the",
            "# figures must count as many; with `false` it names some, and those counted beyond it are made up.",
            f"providers: {{list: providers.csv, complete: {shown(complete)}}}",
        ]
    if given.directory is not None:
        lines += [
            "# The list is the regulator's directory of active locations. It does not say who holds a contract with",
            "# the council, nor how much care they give: fill in `contracted` and `weekly_hours` where you know.",
        ]
    lines += ["start: 2024-04-01                      # weeks begin on Mondays"]
    lines += ["price_base: 2024/25                    # the year whose prices the fees below are in", "figures:"]
    for key, kind in figure_kinds().items():
        lines += [f"  {key}:  # {kind.meaning} ({kind.unit})", *_figure_lines(_improvable(figures[key], kind.better))]
    lines.append("# Under `regime:` goes how your council buys today, where it differs from a typical borough, such as")
    lines.append("#   contract.payment_basis: planned_time")
    return "\n".join(lines) + "\n"


def _head(name: str, known: Council | None) -> list[str]:
    """What a place file says first."""
    if known is None:
        return [
            f"# {name}, on its own zones. A figure that was not given is an estimate from the population of the zones,",
            "# and says so: replace it by the council's own, with its source and grade (measured, derived or assumed),",
            "# before you use any result. Ids of sources are those of `caremarket docs parameters`.",
        ]
    turnover = "not published" if known.turnover is None else f"{known.turnover:g}%"
    return [
        f"# {name}, {known.code}, {known.region}.",
        "# Every figure that you did not give is an estimate, and says from what, and what would be better: replace it",
        "# by the council's own, with its source and grade (measured, derived or assumed), before you use any result.",
        "# Ids of sources are those of `caremarket docs parameters`; docs/councils.md says how the estimates are made.",
        "#",
        "# Published of the council, to hold results to; nothing here reads it:",
        f"#   adults in council-funded long-term support of every kind, March 2026: {known.long_term_support:,}",
        f"#   offices that the regulator lists as homecare agencies, September 2025: {known.homecare_offices:,}",
        f"#   turnover of all staff in adult social care, 2022/23: {turnover}",
        f"#   Index of Multiple Deprivation, average score: {known.imd_2019:.1f} in 2019, {known.imd_2025:.1f} in 2025",
    ]


def _improvable(figure: Estimate, better: str) -> Estimate:
    """A figure that says of itself that it is an estimate, and what would be better; others as they are."""
    if figure.grade != "assumed" or figure.source == (GIVEN,):
        return figure
    return replace(figure, note=f"An estimate. {figure.note} Better: {better}.")


def _figure_lines(figure: Estimate) -> list[str]:
    """A figure as a place file has it."""
    lines = [f"    value: {shown(figure.value)}"]
    if figure.low is not None and figure.high is not None:
        lines += [f"    low: {shown(figure.low)}", f"    high: {shown(figure.high)}"]
    source = json.dumps(figure.source[0] if len(figure.source) == 1 else list(figure.source), ensure_ascii=False)
    note = json.dumps(figure.note, ensure_ascii=False)
    return [*lines, f"    source: {source}", f"    grade: {figure.grade}", f"    note: {note}"]


_REGIME = (
    "# regime:                             # how your council buys today, where it differs from a typical borough",
    "#   contract.payment_basis: planned_time",
)


def _stand_in_text(name: str, stand_in: Place, given: Mapping[str, float]) -> str:
    """A place file whose figures are another place's and say so, but for those given."""
    lines = [
        f"# {name}. Every figure below, and every zone in zones.csv, is {stand_in.name}'s and stands in for your own:",
        "# replace each, with its source and its grade (measured, derived or assumed), before you use any result.",
        "format: 2",
        f"name: {json.dumps(name, ensure_ascii=False)}",
        f"licence: {json.dumps(stand_in.licence, ensure_ascii=False)}",
        "zones: zones.csv",
        f"start: {stand_in.start}                      # weeks begin on Mondays",
        f"price_base: {stand_in.price_base}                    # the year whose prices the fees below are in",
        "figures:",
    ]
    for key, kind in figure_kinds().items():
        lines += [f"  {key}:  # {kind.meaning} ({kind.unit})"]
        if key in given:
            lines += _figure_lines(given_figure(given[key]))
            continue
        lines += [
            f"    value: {shown(stand_in.figures[key].value)}",
            f"    source: stand-in, {stand_in.name}",
            "    grade: assumed",
        ]
    return "\n".join([*lines, *_REGIME]) + "\n"


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
