"""The assumptions log: every parameter that nobody has published and every structural assumption, for the owner."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from caremarket_sim.documents import code, filled, named_sources, table
from caremarket_sim.findings.assumptions import CARRYING
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.parameters import Parameter, register, sources
from caremarket_sim.policy import PRESET_TITLES, PRESETS, REASONS
from caremarket_sim.policy.values import shown

HERE = Path(__file__).parent
ASSUMED = "assumed"
UNTRIED = "not tried yet"


def assumptions_page() -> str:
    """The assumptions log as Markdown."""
    known = register()
    grades = Counter(parameter.grade for parameter in known.values())
    assumed = [parameter for parameter in known.values() if parameter.grade == ASSUMED]
    return filled(
        "assumptions",
        total=len(known),
        grades=grades,
        nearest=sum(bool(_found(parameter)) for parameter in assumed),
        carrying=table(_HEADER, [_row(known[name]) for name in CARRYING]),
        structural=structural(),
        named=lambda ids: ", ".join(INDICATORS[one].label for one in ids) or "what is left out moves nothing here",
        cited=lambda one: named_sources(one.get("evidence", ())),
        presets=table(
            ("preset", "lever", "value", "why"),
            [
                (PRESET_TITLES[name], code(key), shown(PRESETS[name][key]), reason.why)
                for name, reasons in REASONS.items()
                for key, reason in reasons.items()
                if reason.assumed
            ],
        ),
        subjects={
            subject: table(_HEADER, [_row(parameter) for parameter in assumed if parameter.subject == subject])
            for subject in dict.fromkeys(parameter.subject for parameter in assumed)
        },
    )


def structural() -> list[dict]:
    """Assumptions that are no single number."""
    return tomllib.loads((HERE / "structural.toml").read_text(encoding="utf-8"))["assumption"]


_HEADER = ("parameter", "what it says", "value and range", "why", "what it was seen to move")


def _row(parameter: Parameter) -> tuple[str, ...]:
    return (
        code(parameter.name),
        parameter.meaning,
        f"{shown(parameter.value)} ({shown(parameter.low)} to {shown(parameter.high)}), {parameter.unit}",
        _why(parameter),
        _moved(parameter.name),
    )


def _why(parameter: Parameter) -> str:
    """On what an assumed value rests."""
    found = _found(parameter)
    return f"no such figure found; nearest: {named_sources(found)}" if found else "no figure found; judgement"


def _found(parameter: Parameter) -> list[str]:
    """Sources of a parameter that have something; some entries of the register say that nothing was found."""
    return [one for one in parameter.source if not sources()[one].publisher.startswith("none found")]


def _moved(name: str) -> str:
    """The indicators that were seen to move at the ends of a parameter's range."""
    ids = _where_they_move().get(name)
    return ", ".join(labels(ids)) if ids else UNTRIED


def labels(ids: Iterable[str]) -> list[str]:
    """The indicators' labels, each once."""
    return list(dict.fromkeys(INDICATORS[one].label for one in ids))


@cache
def _where_they_move() -> dict[str, tuple[str, ...]]:
    """Indicators by parameter, as `python -m benchmarks.parameters --keep` wrote them down."""
    found: dict[str, tuple[str, ...]] = {}
    with (HERE / "where_parameters_move.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["indicator"] in INDICATORS:
                found[row["parameter"]] = (*found.get(row["parameter"], ()), row["indicator"])
    return found
