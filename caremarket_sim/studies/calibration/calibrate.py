"""From a place to a set of plausible parameter draws: waves of samples, finalists, and what the targets leave open."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from caremarket_sim.errors import CaremarketError
from caremarket_sim.methods.standing_still import BOUNDS, FUTURES, judge
from caremarket_sim.parameters import register
from caremarket_sim.runs.design import ready, replicate_seeds
from caremarket_sim.runs.work import How
from caremarket_sim.scenario import Scenario
from caremarket_sim.settling import code_version
from caremarket_sim.studies.calibration import matching
from caremarket_sim.studies.calibration.observing import TARGET_YEARS, YEARS, observe, observed_scenario, quantities
from caremarket_sim.studies.calibration.recipe import Recipe
from caremarket_sim.studies.calibration.samples import Samples

Values = NDArray[np.float64]


class NothingPlausible(CaremarketError):
    """No sample met the targets, so there is no set."""

    exit_status = 1


@dataclass(frozen=True)
class Finalist:
    """A sample tried on many futures: its values, what it came to, and what it missed (empty when plausible).

    `confirmed` says whether it was tried on the further futures too, which only those that missed nothing are.
    """

    values: tuple[float, ...]
    means: tuple[float, ...]
    missed: tuple[str, ...]
    confirmed: bool = False


@dataclass(frozen=True)
class Calibration:
    """The plausible draws, the first the register's own values if they are plausible, and how they were come by."""

    recipe: Recipe
    place: str
    place_key: str
    code: str
    fates: tuple[matching.Fate, ...]
    finalists: tuple[Finalist, ...]
    usual: Finalist
    """The register's own values, tried as finalists are."""
    left: tuple[float, ...]
    """Share of the ranges that was not ruled out after each wave."""
    samples: int

    @property
    def plausible(self) -> tuple[Finalist, ...]:
        """The finalists that met every band that can be met, and stood still; as many as were wanted."""
        found = ([self.usual] if not self.usual.missed else []) + [one for one in self.finalists if not one.missed]
        return tuple(found[: self.recipe.wanted])

    def draws(self) -> pd.DataFrame:
        """The set: a row a draw, a column a fitted parameter."""
        names = [one.name for one in self.recipe.parameters]
        frame = pd.DataFrame([one.values for one in self.plausible], columns=names)
        frame.insert(0, "draw", range(1, len(frame) + 1))
        return frame

    @property
    def middle(self) -> int:
        """The number of the draw nearest to the set's medians, each parameter in widths of its range."""
        factors = [one.factor for one in self.recipe.parameters]
        table = np.array([one.values for one in self.plausible]) / [factor.high - factor.low for factor in factors]
        return 1 + int(np.argmin(((table - np.median(table, axis=0)) ** 2).sum(axis=1)))

    def fit(self) -> pd.DataFrame:
        """Each band, what the register's values and the set come to, and whether it constrained."""
        means = np.array([one.means for one in self.plausible])
        rows = []
        for column, fate in enumerate(self.fates):
            band = fate.band
            rows.append(
                {
                    "quantity": band.quantity,
                    "label": band.label,
                    "is_target": band.target,
                    "low": band.low,
                    "high": band.high,
                    "register": self.usual.means[column],
                    "lowest": means[:, column].min(),
                    "median": np.median(means[:, column]),
                    "highest": means[:, column].max(),
                    "constrains": fate.kept,
                    "why": fate.why,
                    "emulator_explains": fate.explained,
                    "evidence": " ".join(band.evidence),
                }
            )
        return pd.DataFrame(rows)

    def identifiability(self) -> pd.DataFrame:
        """Each fitted parameter: its range, the register's value, the set's spread, and what the targets say of it.

        `width_ratio` is the width of the middle nine tenths of the set over that of the range: 1 where the targets say
        nothing.
        """
        table = np.array([one.values for one in self.plausible])
        rows = []
        for column, one in enumerate(self.recipe.parameters):
            known = register()[one.name]
            low, middle, high = np.quantile(table[:, column], [0.05, 0.5, 0.95])
            span = known.high - known.low
            ratio = (high - low) / (0.9 * span)
            rows.append(
                {
                    "parameter": one.name,
                    "unit": known.unit,
                    "grade": known.grade,
                    "low": known.low,
                    "high": known.high,
                    "register": known.value,
                    "set_low": low,
                    "set_median": middle,
                    "set_high": high,
                    "width_ratio": ratio,
                    "says": said_of(ratio, (middle - known.low) / span, (known.value - known.low) / span),
                    "carried": one.carried,
                    "informed_by": " ".join(one.informs),
                }
            )
        return pd.DataFrame(rows).sort_values("width_ratio", kind="stable", ignore_index=True)

    def record(self) -> dict[str, Any]:
        """All that is needed to make the set again, and what came of it."""
        return {
            "made_by": "caremarket calibrate",
            "method": "history matching, ridge emulators with a curve a parameter; draws confirmed by simulation",
            "place": self.place,
            "place_key": self.place_key,
            "code_version": self.code,
            "recipe": self.recipe.as_record(),
            "left_after_each_wave": list(self.left),
            "samples": self.samples,
            "finalists": len(self.finalists),
            "plausible": len(self.plausible),
            "nearest_to_the_middle": self.middle,
            "register_is_plausible": not self.usual.missed,
            "register_misses": list(self.usual.missed),
            "missed_by_finalists": missed_by([one for one in self.finalists if not one.confirmed]),
            "missed_when_confirmed": missed_by([one for one in self.finalists if one.confirmed]),
        }


def said_of(ratio: float, middle: float, usual: float = 0.5) -> str:
    """What the targets say of a parameter, in words, with a note where they, or the register's own value, are near an
    end of its range. `ratio` is the set's width over the range's, `middle` and `usual` the set's median and the
    register's value as shares of the range."""
    words = "pinned down" if ratio < 0.5 else "narrowed" if ratio < 0.85 else "not pinned down: carried as it is"
    if middle > 0.8 or middle < 0.2:
        words += f"; the targets push it towards the {'upper' if middle > 0.8 else 'lower'} end of its range"
    if usual > 0.95 or usual < 0.05:
        words += f"; the register's value stands at the {'upper' if usual > 0.95 else 'lower'} end"
    return words


def missed_by(finalists: Sequence[Finalist]) -> dict[str, int]:
    """How many finalists missed each band or moved."""
    counts: dict[str, int] = {}
    for name in (name for one in finalists for name in one.missed):
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: -pair[1]))


def calibrate(
    place: Scenario,
    recipe: Recipe,
    *,
    folder: Path | None = None,
    resume: bool = False,
    **how: Unpack[How],
) -> Calibration:
    """The plausible set of a place. With a folder every run is kept as it comes and none is simulated twice.

    Finalists are tried on some futures, and what they came to is learned from before the next are chosen. Those that
    miss nothing are confirmed on further ones, those on which it is tested whether the baseline stands still: whoever
    is chosen among many on few futures is partly lucky.

    The samples of the waves meet few futures, and some luck is in those for all samples alike. So before finalists are
    chosen, what samples came to is moved by what the register's own values come to on the finalists' futures against
    those few. The same place, recipe and code give the same set. Raises NothingPlausible where no sample meets the
    targets.
    """
    ready(how.get("tell"))
    say = how.get("say") or (lambda sentence: None)
    factors = [one.factor for one in recipe.parameters]
    names = [one.name for one in recipe.parameters]
    stage = Samples(names, observe, quantities(), folder, resume, {**how, "say": say})
    few, many = observed_scenario(place, TARGET_YEARS), observed_scenario(place, YEARS)
    columns = [quantities().index(band.quantity) for band in recipe.bands]
    usual = np.array([[place.parameters[factor.name] for factor in factors]])

    futures = replicate_seeds(recipe.seed, max(recipe.replicates, recipe.final_replicates))
    further = tuple(range(FUTURES[0], FUTURES[0] + recipe.confirming_replicates))

    points = np.zeros((0, len(factors)))
    means = np.zeros((0, len(columns)))
    left: list[float] = []
    kept: list[matching.Fate] = []
    hopeful = matching.points_of(matching.BATCH, factors, recipe.seed + 1)
    following = matching.points_of(recipe.waves[0], factors, recipe.seed)
    for wave in range(1, len(recipe.waves) + 1):
        say(f"wave {wave}: {len(following)} samples")
        overall, _ = stage.simulate(
            f"wave-{wave}", few, matching.values_at(following, factors), futures[: recipe.replicates]
        )
        points = np.concatenate([points, following])
        means = np.concatenate([means, overall.mean(axis=1)[:, columns]])
        fitted = matching.emulators(points, means, recipe.bands)
        kept = matching.fates(means, fitted, recipe.bands, hopeful)
        wanted = recipe.waves[wave] if wave < len(recipe.waves) else 1
        following, share, kept = matching.not_ruled_out(
            wanted, factors, fitted, kept, matching.DOUBT, recipe.seed + 1000 * wave
        )
        left.append(share)
        say(f"wave {wave}: {share:.2%} of the ranges is not ruled out")
    own, by_year = stage.simulate("register", many, usual, futures[: recipe.final_replicates])
    means = means + (own[0].mean(axis=0) - own[0, : recipe.replicates].mean(axis=0))[columns]
    fitted = matching.emulators(points, means, recipe.bands)
    kept = matching.fates(means, fitted, recipe.bands, hopeful)

    def tried(name: str, rows: Values, overall: Values, yearly: Values) -> list[Finalist]:
        """Samples judged by what they came to; those that missed nothing, by what further futures say as well."""
        found = [_finalist(*one, kept, columns, recipe) for one in zip(rows, overall, yearly, strict=True)]
        hopeful = [n for n, one in enumerate(found) if not one.missed]
        if hopeful and further:
            more, more_yearly = stage.simulate(f"{name}-confirmed", many, rows[hopeful], further)
            every = np.concatenate([overall[hopeful], more], axis=1)
            for n, one in zip(hopeful, zip(rows[hopeful], every, more_yearly, strict=True), strict=True):
                found[n] = _finalist(*one, kept, columns, recipe, confirmed=True)
        return found

    ours = tried("register", usual, own, by_year)[0]
    finalists: list[Finalist] = []
    for start in range(0, recipe.most_finalists, recipe.finalists):
        following, share, kept = matching.not_ruled_out(
            recipe.finalists, factors, fitted, kept, 0.0, recipe.seed + start
        )
        say(f"finalists: the emulators put {share:.2%} of the ranges inside every band")
        batch = matching.values_at(following, factors)
        name = f"finalists-{start + 1}"
        overall, yearly = stage.simulate(name, many, batch, futures[: recipe.final_replicates])
        finalists += tried(name, batch, overall, yearly)
        points = np.concatenate([points, following])
        means = np.concatenate([means, overall.mean(axis=1)[:, columns]])
        fitted = matching.emulators(points, means, recipe.bands)
        found = sum(not one.missed for one in finalists) + (not ours.missed)
        say(f"{len(finalists)} finalists: {found} plausible")
        if found >= recipe.wanted:
            break
    done = Calibration(
        recipe, place.place.name, place.place.key, code_version(), tuple(kept), tuple(finalists), ours, tuple(left),
        sum(recipe.waves),
    )  # fmt: skip
    if not done.plausible:
        raise NothingPlausible(
            f"none of {len(finalists)} finalists met the targets; most missed {missed_by(finalists)}"
        )
    return done


def _finalist(
    row: Values,
    overall: Values,
    yearly: Values,
    kept: Sequence[matching.Fate],
    columns,
    recipe: Recipe,
    confirmed: bool = False,
) -> Finalist:
    """A sample judged by the mean over its futures: the bands that constrain, and standing still.

    On few futures it gets the benefit of the doubt in standing still; when it is confirmed, on those of the market's
    own test, it does not.
    """
    means = overall.mean(axis=0)
    missed = [
        fate.band.quantity
        for fate, column in zip(kept, columns, strict=True)
        if fate.kept and not fate.band.low <= means[column] <= fate.band.high
    ]
    if recipe.stands_still:
        doubt = 0.0 if confirmed else matching.DOUBT
        missed += [f"{name} moves" for name, *_, ok in judge(yearly[:, :, : len(BOUNDS)], doubt) if not ok]
    return Finalist(
        tuple(row.tolist()), tuple(float(means[column]) for column in columns), tuple(missed), confirmed
    )  # fmt: skip


def record_json(record: Mapping[str, Any]) -> bytes:
    """A record as it is written."""
    return (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode()
