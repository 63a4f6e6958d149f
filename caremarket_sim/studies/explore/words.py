"""When a policy stops paying off, in plain words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from caremarket_sim.indicators import INDICATORS
from caremarket_sim.studies.explore.result import FEWEST
from caremarket_sim.studies.sweep.words import weeks_asked_about
from caremarket_sim.telling.words import in_a_sentence, listed, quantity, shown_in

if TYPE_CHECKING:
    from caremarket_sim.methods.prim import Box
    from caremarket_sim.studies.explore.result import Discovery, Exploration


def sentences(found: Exploration) -> list[str]:
    """A sentence or two a policy and indicator, then regret, then how to read it."""
    said = [found.sweep.banner] if found.sweep.banner else []
    said += [_about(found, one) for one in found.discoveries]
    said += _regret(found)
    said.append(
        "Coverage: of all futures where it fails, the share inside the conditions. Density: of all futures inside the "
        "conditions, the share where it fails. Futures are the sweep's samples, spread as its design says, so a share "
        f"of them is no forecast. {weeks_asked_about(found.sweep)}"
    )
    return said


def conditions(found: Exploration, box: Box) -> str:
    """A box's limits as people say them."""
    said = []
    for column in box.columns:
        factor = found.sweep.factors[column]
        unit = f" {factor.unit}" if factor.unit and not factor.unit.startswith(("share", "multiple")) else ""
        low, high = box.limits.get(column, (math.nan, math.nan))
        if column in box.allowed:
            said.append(f"{factor.name} is {' or '.join(str(one).lower() for one in found.values(column, box))}")
        elif math.isnan(low):
            said.append(f"{factor.name} is at most {high:.3g}{unit}")
        elif math.isnan(high):
            said.append(f"{factor.name} is at least {low:.3g}{unit}")
        else:
            said.append(f"{factor.name} is between {low:.3g} and {high:.3g}{unit}")
    return listed(said)


def _about(found: Exploration, one: Discovery) -> str:
    output = one.output
    indicator = INDICATORS.get(output.indicator)
    on = in_a_sentence(indicator.label) if indicator is not None else output.indicator
    against = f" against {output.reference}" if output.reference else ""
    cases, failing = int(one.known.sum()), int(one.fails.sum())
    gaps = len(one.known) - cases
    left = f" ({gaps} without a value are left out)" if gaps else ""
    if cases < FEWEST:
        return f"{output.scenario} on {on}: {cases} samples have a value{left}, too few to look for conditions."
    if not failing:
        return f"{output.scenario} pays off on {on}{against} in all {cases} futures{left}."
    if failing == cases:
        return f"{output.scenario} does not pay off on {on}{against} in any of {cases} futures{left}."
    fails = f"{output.scenario} stops paying off on {on}{against} in {failing} of {cases} futures{left}"
    if not one.boxes:
        return f"{fails}, but nowhere in particular: no conditions hold enough of them together."
    parts = []
    for number, each in enumerate(one.boxes):
        box = each.box
        parts.append(
            f"{'also ' if number else ''}when {conditions(found, box)} "
            f"(coverage {box.coverage:.0%}, density {box.density:.0%})"
        )
    tested = " Too few fail to find such conditions on half of the futures and test them on the other."
    if math.isfinite(one.held_out[1]):
        tested = f" Found on half of the futures, such conditions have coverage {one.held_out[0]:.0%} and density "
        tested += f"{one.held_out[1]:.0%} on the other half."
    return f"{fails}: {'; '.join(parts)}.{tested}"


def _regret(found: Exploration) -> list[str]:
    table = found.regret()
    said = []
    for name, rows in table.groupby("indicator", sort=False):
        indicator = INDICATORS[str(name)]
        least = rows.loc[rows.largest_regret.idxmin()]
        unit, amount = shown_in(indicator)[1], quantity(float(least.largest_regret), indicator)
        worst = f"£{amount}{unit[1:]}" if unit.startswith("£") else f"{amount} {unit}"
        said.append(
            f"On {in_a_sentence(indicator.label)} {least.scenario} is never further than {worst} from the best of the "
            f"scenarios (the least largest regret), and is the best itself in {least.best_share:.0%} of the futures."
        )
    return said
