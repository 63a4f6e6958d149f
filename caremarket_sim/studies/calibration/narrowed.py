"""What a council's own figures left of what was known before: draws, figures, parameters, as tables and in words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from caremarket_sim.parameters import register
from caremarket_sim.scenario import Scenario
from caremarket_sim.settling import code_version
from caremarket_sim.studies.calibration import matching
from caremarket_sim.studies.calibration.known import Before, Effort
from caremarket_sim.studies.calibration.own_figures import PLACE_FIGURES, YEAR, OwnFigure
from caremarket_sim.studies.calibration.weighing import BATCH, SURE, Fate, Weighed

if TYPE_CHECKING:
    from collections.abc import Sequence

PINNED, NARROWED = 0.5, 0.85
"""Share of a parameter's spread that is left, below which it is called pinned down, and narrowed."""

MOST_NAMED = 3
"""Parameters named for a figure: those that it depends on most."""


@dataclass(frozen=True)
class Narrowed:
    """The draws that a place's own figures leave, and what they say of each parameter.

    `left`: points, as `Before` has them, that no emulator makes implausible.
    """

    place: Scenario
    figures: tuple[OwnFigure, ...]
    before: Before
    effort: Effort
    weighed: Weighed
    fates: tuple[Fate, ...]
    left: NDArray[np.float64]

    @cached_property
    def plausible(self) -> NDArray[np.int64]:
        """The samples that meet every figure that can be met, the centre first; as many as were wanted.

        The centre is the place's own values, or, where they do not meet the figures, the sample nearest to the
        medians of those that do.
        """
        found = np.flatnonzero(self.weighed.meets([fate.kept for fate in self.fates]))
        if found[0] != 0:
            points = self.weighed.points[found]
            centre = int(np.argmin(((points - np.median(points, axis=0)) ** 2).sum(axis=1)))
            found = np.concatenate([found[[centre]], np.delete(found, centre)])
        return found[: self.effort.wanted]

    def draws(self) -> pd.DataFrame:
        """The set: a row a draw, a column a parameter or level of the place."""
        factors = self.before.factors
        values = matching.values_at(self.weighed.points[self.plausible], factors)
        frame = pd.DataFrame(values, columns=[one.name for one in factors])
        frame.insert(0, "draw", range(1, len(frame) + 1))
        return frame

    def fit(self) -> pd.DataFrame:
        """Each figure beside what the place's own values and the draws come to, and whether it is met."""
        rows = []
        for k, (figure, fate) in enumerate(zip(self.figures, self.fates, strict=True)):
            means = self.weighed.means[:, k]
            found = means[self.plausible]
            rows.append(
                {
                    "indicator": figure.indicator,
                    "period": figure.period,
                    "unit": figure.unit,
                    "value": figure.value,
                    "low": figure.low,
                    "high": figure.high,
                    "chance": self.weighed.chance[k],
                    "own_values": means[0],
                    "lowest": found.min(),
                    "median": np.median(found),
                    "highest": found.max(),
                    "met": fate.kept,
                    "nearest": self.weighed.nearest(k),
                    "why": self._why(figure, fate),
                    "says_most_of": " ".join(self._most(k)),
                    "source": figure.source,
                }
            )
        return pd.DataFrame(rows)

    def parameters(self) -> pd.DataFrame:
        """Each parameter: where it was before, where the figures leave it, and the share of its spread that is left.

        Before are draws of what was known, left are those that no emulator makes implausible; `share_left` is the width
        of the middle nine tenths of the one over that of the other. `draws_low` and `draws_high` are of the set.
        """
        prior = self.before.points(BATCH, self.effort.seed)
        left = self.left if len(self.left) else self.weighed.points[self.plausible]
        found = self.weighed.points[self.plausible]
        rows = []
        for column, factor in enumerate(self.before.factors):
            was = np.quantile(prior[:, column], [0.05, 0.5, 0.95])
            now = np.quantile(left[:, column], [0.05, 0.5, 0.95])
            width = was[2] - was[0]
            share = float((now[2] - now[0]) / width) if width > 0.0 else 1.0
            low, middle, high = (factor.value(float(at)) for at in now)
            rows.append(
                {
                    "parameter": factor.name,
                    "unit": factor.unit,
                    "grade": register()[factor.name].grade,
                    "before_low": factor.value(float(was[0])),
                    "before_median": factor.value(float(was[1])),
                    "before_high": factor.value(float(was[2])),
                    "low": low,
                    "median": middle,
                    "high": high,
                    "draws_low": factor.value(float(found[:, column].min())),
                    "draws_high": factor.value(float(found[:, column].max())),
                    "share_left": share,
                    "says": said_of(share),
                    "of_the_place": column >= len(self.before.factors) - self.before.levels,
                }
            )
        return pd.DataFrame(rows).sort_values("share_left", kind="stable", ignore_index=True)

    def sentences(self) -> list[str]:
        """What came of it: draws, figures not met, what was narrowed, what is left open."""
        known = self.parameters()
        tight = known[known.says != LEFT_OPEN]
        loose = known[known.says == LEFT_OPEN]
        said = [
            f"{len(self.plausible)} draws agree with {sum(fate.kept for fate in self.fates)} of {len(self.figures)} "
            f"figures, from {len(self.weighed.points)} samples on {self.effort.replicates} futures each."
        ]
        for k, (figure, fate) in enumerate(zip(self.figures, self.fates, strict=True)):
            if not fate.kept:
                said.append(
                    f"Not met by any: {figure.label} ({figure.low:g} to {figure.high:g} {figure.unit}); the nearest is "
                    f"{self.weighed.nearest(k):.4g}: {self._why(figure, fate)}."
                )
        names = ", ".join(f"{row.parameter} ({row.share_left:.0%} of its spread left)" for row in tight.itertuples())
        said.append(f"Narrowed: {names}." if len(tight) else "The figures narrow nothing.")
        said.append(f"Left open: {len(loose)} of {len(known)}: {', '.join(loose.parameter)}.")
        quarters = sum(figure.season != YEAR for figure in self.figures)
        elsewhen = sum(abs((figure.first_day - self.place.start).days) > 366 for figure in self.figures)
        if quarters:
            said.append(f"{quarters} of the figures are of a quarter, held against the same quarter of three years.")
        if elsewhen:
            said.append(
                f"{elsewhen} of the figures are of years more than one away from {self.place.start.year}, in which the "
                "place begins: the market is taken to have stood still since."
            )
        return said

    def record(self) -> dict[str, Any]:
        """All that is needed to make the set again, and what came of it."""
        return {
            "made_by": "caremarket calibrate --to",
            "method": f"history matching of own figures from a set of draws, keeping the truth in {SURE:.0%} of cases",
            "place": self.place.place.name,
            "place_key": self.place.place.key,
            "code_version": code_version(),
            "effort": asdict(self.effort),
            "figures": [asdict(figure) for figure in self.figures],
            "samples": len(self.weighed.points),
            "plausible": len(self.plausible),
            "own_values_are_plausible": int(self.plausible[0]) == 0,
            "not_met": [figure.name for figure, fate in zip(self.figures, self.fates, strict=True) if not fate.kept],
            "draws": "draws.csv",
        }

    def _why(self, figure: OwnFigure, fate: Fate) -> str:
        """Why a figure gave way, with the figures of the place file that decide it."""
        if fate.kept or figure.indicator not in PLACE_FIGURES:
            return fate.why
        return f"{fate.why}; {PLACE_FIGURES[figure.indicator]} of the place file decide it"

    def _most(self, k: int) -> Sequence[str]:
        """The parameters that a figure depends on most, as its emulator has it over what was known before."""
        emulator, factors = self.weighed.fitted[k], self.before.factors
        if emulator is None or emulator.explained <= 0.0:
            return ()
        terms = matching.terms(self.before.points(BATCH, self.effort.seed))[:, 1:] * emulator.coefficients[1:]
        each = terms[:, : len(factors)] + terms[:, len(factors) :]
        share = each.var(axis=0) / max(float(each.var(axis=0).sum()), 1e-300)
        order = np.argsort(-share)[:MOST_NAMED]
        return [factors[at].name for at in order if share[at] > 0.1]


LEFT_OPEN = "left open"


def said_of(share: float) -> str:
    """What figures say of a parameter, by the share of its spread that they leave."""
    return "pinned down" if share < PINNED else "narrowed" if share < NARROWED else LEFT_OPEN
