"""A council's own figures narrow the plausible draws for its place: history matching from the set that there is.

What is known before is a set of draws. Between two of them, and a little beyond, lie others: where the model answers
nearly in straight lines they meet what the two met. Beside what the set varies, a place has levels of its own that the
settled market is solved for (`known.LEVELS`): they are taken from anywhere in their ranges. Samples of that are
simulated at the place with no new policy; what a figure says is held against what the model gives over the same part of
a year, and the distance outside the figure's bounds is counted in standard deviations of chance: of the one year that
the council had, and of the few futures that were simulated. A sample is implausible where, over all figures, that comes
to more than chance makes of the truth in nineteen cases of twenty (Craig, Goldstein, Seheult and Smith 1997). Emulators
choose what is simulated next; the simulation decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.findings.draws import Draw
from caremarket_sim.runs.design import ready, replicate_seeds
from caremarket_sim.runs.work import How
from caremarket_sim.scenario import Scenario
from caremarket_sim.studies.calibration import matching
from caremarket_sim.studies.calibration.known import USUAL, Effort, as_points, before
from caremarket_sim.studies.calibration.narrowed import Narrowed
from caremarket_sim.studies.calibration.observing import (
    TARGET_YEARS,
    column_of,
    observe_seasons,
    observed_scenario,
    seasonal,
)
from caremarket_sim.studies.calibration.own_figures import OwnFigure
from caremarket_sim.studies.calibration.recipe import Band
from caremarket_sim.studies.calibration.samples import Samples
from caremarket_sim.studies.calibration.weighing import points_left, settled_fates, weigh

Values = NDArray[np.float64]


def narrow(
    place: Scenario,
    figures: Sequence[OwnFigure],
    draws: Sequence[Draw],
    effort: Effort = USUAL,
    *,
    folder: Path | None = None,
    resume: bool = False,
    **how: Unpack[How],
) -> Narrowed:
    """The draws that a place's own figures leave plausible. With a folder every run is kept and none is made twice.

    The first sample is the place's own values, the next are the set's draws, their levels anywhere. The same place,
    figures, set and code give the same draws. A figure that no sample comes near, and one that leaves nothing together
    with the others, gives way and is named with the nearest.
    """
    ready(how.get("tell"))
    say = how.get("say") or (lambda sentence: None)
    known = before(place, draws)
    stage = Samples(
        [one.name for one in known.factors], observe_seasons, seasonal(), folder, resume, {**how, "say": say}
    )
    base = observed_scenario(place, TARGET_YEARS)
    seeds = replicate_seeds(effort.seed, effort.replicates)
    columns = [column_of(figure.indicator, figure.season) for figure in figures]

    own = np.array([[place.parameters[one.name] for one in known.factors]])
    at_first = np.concatenate([as_points(own, known.factors), known.of_the_set(effort.first // 2, effort.seed - 1)])
    following = np.concatenate([at_first, known.points(max(0, effort.first - len(at_first)), effort.seed)])
    bands = [Band(figure.name, figure.label, figure.low, figure.high, ()) for figure in figures]
    points, found = np.zeros((0, len(known.factors))), np.zeros((0, effort.replicates, TARGET_YEARS, len(figures)))
    for wave in range(1, effort.waves + 1):
        say(f"wave {wave}: {len(following)} samples")
        values = matching.values_at(following, known.factors)
        _, yearly = stage.simulate(f"own-wave-{wave}", base, values, seeds)
        points = np.concatenate([points, following])
        found = np.concatenate([found, yearly[:, :, :, columns]])
        weighed = weigh(points, found, bands)
        left, fates = points_left(weighed, known.points, effort.later, effort.seed + 1000 * wave)
        met = int(weighed.meets([fate.kept for fate in fates]).sum())
        say(f"wave {wave}: {met} of {len(points)} samples are plausible")
        if met >= effort.wanted or not len(left):
            break
        following = left[: effort.later]
    fates = settled_fates(weighed, fates)
    return Narrowed(place, tuple(figures), known, effort, weighed, tuple(fates), left)
