"""A scenario folder to start from, for any council: commented, valid as written, and honest about what stands in."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import unicodedata
from pathlib import Path

from caremarket_sim.errors import BadInput, CannotWrite, Problem
from caremarket_sim.parameters import register
from caremarket_sim.policy.values import shown
from caremarket_sim.scenario.places import Place, figure_kinds, read_place
from caremarket_sim.scenario.workspace import MARKER, shipped_scenarios

POLICIES = ("block", "zero-hours-spot", "collaborative")


def write_new(council: str, folder: Path | None = None) -> Path:
    """Write a scenario folder for a council, whole or not at all, and return it; by default one of its name, here.

    Raises BadInput for a name without letters or a folder that exists, CannotWrite where nothing can be written.
    """
    name = " ".join(council.split())
    slug = _slug(name)
    if not slug or len(name) > 80 or not name.isprintable():
        raise BadInput(Problem(f"{council!r} is no name of a council", right="write such as `caremarket new Salford`"))
    target = Path(slug) if folder is None else folder
    if target.exists() or target.is_symlink():
        raise BadInput(Problem("exists already", target, right="name another folder with --out"))
    staging = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        for file, text in _contents(name).items():
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


def _contents(name: str) -> dict[str, str]:
    """The text of every file of a new folder."""
    shipped = shipped_scenarios() / "wigan"
    return {
        MARKER: (
            "# This file marks the workspace: scenario and place files in this folder may refer to each other, and to\n"
            "# no file outside it. It needs no content.\n"
        ),
        "place.yaml": _place_text(name, read_place(shipped / "place.yaml")),
        "zones.csv": (shipped / "zones.csv").read_text(encoding="utf-8"),
        "baseline.yaml": _baseline_text(name),
        **{f"{policy}.yaml": (shipped / f"{policy}.yaml").read_text(encoding="utf-8") for policy in POLICIES},
    }


def _place_text(name: str, stand_in: Place) -> str:
    """A place file whose figures are another place's and say so."""
    lines = [
        f"# {name}. Every figure below, and every zone in zones.csv, is {stand_in.name}'s and stands in for your own:",
        "# replace each, with its source and its grade (measured, derived or assumed), before you use any result.",
        "format: 1",
        f"name: {json.dumps(name, ensure_ascii=False)}",
        f"licence: {json.dumps(stand_in.licence, ensure_ascii=False)}",
        "zones: zones.csv",
        f"start: {stand_in.start}                      # weeks begin on Mondays",
        f"price_base: {stand_in.price_base}                    # the year whose prices the fees below are in",
        "figures:",
    ]
    for key, kind in figure_kinds().items():
        lines += [
            f"  {key}:  # {kind.meaning} ({kind.unit})",
            f"    value: {shown(stand_in.figures[key].value)}",
            f"    source: stand-in, {stand_in.name}",
            "    grade: assumed",
        ]
    lines += [
        "# regime:                             # how your council buys today, where it differs from a typical borough",
        "#   contract.payment_basis: planned_time",
    ]
    return "\n".join(lines) + "\n"


def _baseline_text(name: str) -> str:
    title = json.dumps(f"{name} with no new policy", ensure_ascii=False)
    example = next(iter(register().values()))
    return f"""\
# The market as it is, with no new policy. The policies beside this file extend it.
#   caremarket validate *.yaml          checks every file here
#   caremarket compare block.yaml zero-hours-spot.yaml collaborative.yaml
#   caremarket docs levers              lists what a policy may set
#   caremarket docs schema              gives your editor completion
format: 1
title: {title}
place: place.yaml
years: 5                               # of 52 weeks, 1 to 7
prices: projected                      # wage floors and prices move as recorded, then as projected; or `frozen`
# parameters:                          # numbers of the model that you know better; `caremarket docs parameters`
#   {example.name}: {shown(example.value)}
"""


def _slug(name: str) -> str:
    """A folder's name: lower-case letters, digits and hyphens."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
