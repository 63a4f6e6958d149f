"""What an emulator knows, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.factors import Factor
from caremarket_sim.methods.standing_in import BARS, FUTURES
from caremarket_sim.parameters import register
from caremarket_sim.policy import LEVERS
from caremarket_sim.results.periods import ALL, IN_FORCE
from caremarket_sim.telling.words import in_a_sentence, listed

if TYPE_CHECKING:
    from caremarket_sim.studies.whatif.result import WhatIf

NO_FORECAST = (
    "It is no forecast, and no simulation: an emulator fills in between policies that were simulated. Before anything "
    "is decided, simulate (caremarket compare)."
)


def bars_in_words() -> str:
    """What a bar is."""
    return (
        f"In {BARS:.0%} of cases the mean of {FUTURES} simulated futures lies within the bar: it holds the emulator's "
        "error, tried on policies that it was not fitted to, and the chance of those futures."
    )


def fitted_to(found: WhatIf) -> str:
    """What it was fitted to."""
    weeks = {ALL: "over all weeks", IN_FORCE: "over the weeks in which all is in force"}
    return (
        f"Fitted to {found.samples} policies of {len(found.factors)} levers and numbers, each simulated on "
        f"{found.replicates} futures in {found.place} {years(found)} and held against {found.reference}; "
        f"differences are {weeks.get(found.period, f'in the {found.period}')}."
    )


def years(found: WhatIf) -> str:
    """Over how long."""
    return f"over {found.years:g} year{'' if found.years == 1 else 's'}"


def left_out(found: WhatIf) -> list[str]:
    """Which indicators are not shown and why, a sentence each."""
    return [
        f"Not shown: {in_a_sentence(INDICATORS[one.indicator].label)}"
        f"{f' in {one.scenario}' if len(found.scenarios) > 1 else ''}, because {one.why_not}."
        for one in found.outputs
        if one.why_not
    ]


def sentences(found: WhatIf) -> list[str]:
    """What it answers and how well, a paragraph each."""
    said = [one for one in (found.banner, found.stale) if one]
    said.append(fitted_to(found))
    labels = list(dict.fromkeys(in_a_sentence(INDICATORS[one.indicator].label) for one in found.shown))
    said.append(f"Shown: {listed(labels)}." if labels else "No indicator can be shown.")
    return [*said, *left_out(found), bars_in_words(), NO_FORECAST]


def meaning(factor: Factor) -> str:
    """What a factor is, as a label."""
    known = LEVERS.get(factor.name) or register().get(factor.name) if factor.kind != "number" else None
    return known.meaning.removesuffix(".") if known is not None else factor.name


def unit(factor: Factor) -> str:
    """What a factor is counted in."""
    lever = LEVERS.get(factor.name)
    return factor.unit or (lever.unit if lever is not None else "")
