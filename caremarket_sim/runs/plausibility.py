"""Is the place plausible? Its market with no new policy beside what is published, before anything is compared there.

A probe simulates a few futures of a few years at frozen prices and is kept beside the settled markets, so that it is
made once for a place and a version of the model.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from caremarket_sim.compiled.keeping import cache_folder, is_for_us, keep, kept
from caremarket_sim.errors import ComparisonRefused, DoesNotSettle
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.runs.allowances import IMPLAUSIBLE, NOTHING, Allowances
from caremarket_sim.runs.design import EveryReplicateFailed, gather, play_all, replicate_seeds, tasks_of
from caremarket_sim.runs.targets import targets
from caremarket_sim.runs.work import How
from caremarket_sim.scenario import Scenario
from caremarket_sim.scenario.sizing import too_few
from caremarket_sim.scenario.timing import WEEKS_A_YEAR
from caremarket_sim.settling import code_version

FILE = Path(__file__).parent.parent / "data" / "limits.toml"
FUTURES, YEARS, SEED = 4, 3, 1
"""What a probe is made of: enough that Wigan meets every published figure, few enough to wait for (some seconds)."""

PROBING = f"trying the place with no new policy, {FUTURES} futures of {YEARS} years"
BAND, LIMIT, LATER = "published", "limit", "limit over the whole horizon"


@dataclass(frozen=True, slots=True)
class Limit:
    """What a market with no new policy can hardly be beyond; see limits.toml. `per` is "person" or nothing."""

    label: str
    indicator: str
    per: str
    unit: str
    low: float
    high: float
    source: tuple[str, ...]
    grade: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One quantity of the place beside its band or limit; `held_to` says which of the two."""

    held_to: str
    label: str
    indicator: str
    unit: str
    mean: float
    low: float
    high: float
    evidence: str

    @property
    def within(self) -> bool:
        """Whether it lies there; what has no value in so small a place does."""
        return not np.isfinite(self.mean) or self.low <= self.mean <= self.high

    @property
    def words(self) -> str:
        """The quantity, its value and its bounds."""
        low, mean, high = (_shown(value, self.unit) for value in (self.low, self.mean, self.high))
        per = self.unit.removeprefix("£ ") if self.held_to != BAND and "share" not in self.unit else ""
        bounds = f"at most {high}" if self.low == 0.0 <= self.mean else f"{low} to {high}"
        label = self.label if self.label[1].isupper() else self.label[0].lower() + self.label[1:]
        return f"{label} {mean}{' ' if per else ''}{per} ({bounds})"


@dataclass(frozen=True)
class Plausibility:
    """What a place's market is like with no new policy: every quantity with a published band, and with a limit.

    `unsettled` says why no market settles there at all; then nothing is judged.
    """

    place: str
    futures: int
    judged: tuple[Judged, ...]
    unsettled: str = ""

    @property
    def plausible(self) -> bool:
        """Whether the place lies within all limits."""
        return not (self.unsettled or self.beyond)

    @cached_property
    def outside(self) -> tuple[Judged, ...]:
        """Quantities outside their published bands."""
        return tuple(one for one in self.judged if one.held_to == BAND and not one.within)

    @cached_property
    def beyond(self) -> tuple[Judged, ...]:
        """Quantities beyond the limits of what can be compared."""
        return tuple(one for one in self.judged if one.held_to != BAND and not one.within)

    @property
    def sentence(self) -> str:
        """In a line: how many published figures the place meets, which not, and whether that goes beyond limits."""
        if self.unsettled:
            return f"NOT PLAUSIBLE: no market settles in {self.place}: {self.unsettled}."
        published = sum(one.held_to == BAND for one in self.judged)
        text = f"{self.place} with no new policy meets {published - len(self.outside)} of {published} published figures"
        if self.outside:
            text += "; not: " + "; ".join(one.words for one in self.outside)
        if self.beyond:
            text = f"NOT PLAUSIBLE: {'; '.join(one.words for one in self.beyond)}. {text}"
        return f"{text}."

    def over_the_horizon(self, overall: np.ndarray, people: int) -> Plausibility:
        """With the limits held against a comparison's own futures (replicate, indicator) with no new policy, too."""
        kept = tuple(one for one in self.judged if one.held_to != LATER)
        return replace(self, judged=(*kept, *_limits(overall, people, LATER)))

    def summary(self) -> dict[str, Any]:
        """What was found, as plain values for JSON."""
        named = {"outside": self.outside, "beyond_limits": self.beyond}
        return {
            "place": self.place,
            "plausible": self.plausible,
            "sentence": self.sentence,
            **{name: [one.indicator for one in rows] for name, rows in named.items()},
        }

    def records(self) -> list[dict[str, Any]]:
        """A row a quantity, for a table."""
        about = {"place": self.place, "futures": self.futures}
        return [{**about, **asdict(one), "within": one.within} for one in self.judged]


def from_records(rows: Sequence[Mapping[Any, Any]]) -> tuple[Plausibility, ...]:
    """What `records` wrote, a place each, in order."""
    by_place: dict[tuple[str, int], list[Judged]] = {}
    for row in rows:
        evidence = row["evidence"] if isinstance(row["evidence"], str) else ""
        judged = Judged(**{**{name: row[name] for name in Judged.__dataclass_fields__}, "evidence": evidence})
        by_place.setdefault((str(row["place"]), int(row["futures"])), []).append(judged)
    return tuple(Plausibility(place, futures, tuple(found)) for (place, futures), found in by_place.items())


@cache
def limits() -> tuple[Limit, ...]:
    """Every limit, in the order of its file."""
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(Limit(**{**entry, "source": tuple(entry["source"])}) for entry in entries.values())


def judged(scenario: Scenario, overall: np.ndarray) -> Plausibility:
    """A place by futures of its market with no new policy: an array of replicate and indicator."""
    means = _means(overall)
    bands = tuple(
        Judged(BAND, one.label, one.indicator, INDICATORS[one.indicator].unit, means[one.indicator], one.low, one.high,
               " ".join(one.evidence))
        for one in targets()
    )  # fmt: skip
    people = people_of(scenario)
    return Plausibility(scenario.place.name, len(overall), (*bands, *_limits(overall, people, LIMIT)))


def people_of(scenario: Scenario) -> int:
    """People who draw on care, by the place's figures."""
    return scenario.place.council_clients + scenario.place.self_funders


def remembered(scenario: Scenario) -> Plausibility | None:
    """The place of a scenario as a probe found it earlier, with this version of the model; None without one."""
    file = kept_at(scenario)
    content = None if file is None else kept(file)
    return None if content is None else _from_kept(scenario, json.loads(content))


def _from_kept(scenario: Scenario, found: Mapping[str, Any]) -> Plausibility:
    """The place as a probe's own record has it."""
    if "unsettled" in found:
        few = too_few(people_of(scenario))
        return Plausibility(scenario.place.name, FUTURES, (), f"{found['unsettled']}{'; ' if few else ''}{few}")
    return judged(scenario, np.array(found["overall"], dtype=float))


def probe(scenario: Scenario, **how: Unpack[How]) -> Plausibility:
    """The place of a scenario with no new policy: as remembered, else simulated now and kept.

    Raises EveryReplicateFailed if a future fails for another reason than that no market settles.
    """
    known = remembered(scenario)
    if known is not None:
        return known
    weeks = YEARS * WEEKS_A_YEAR
    baseline = replace(scenario.without_policy("baseline"), national=(), weeks=weeks, prices="frozen")
    tasks = tasks_of([baseline], replicate_seeds(SEED, FUTURES))
    samples, failed = gather(tasks, play_all(tasks, what=PROBING, **how))
    why = [one.message for one in failed if one.message.startswith(DoesNotSettle.__name__)]
    if why:
        found: dict[str, Any] = {"unsettled": f"in {len(why)} of {FUTURES} futures; {why[0].partition(': ')[2]}"}
    elif failed:
        raise EveryReplicateFailed(failed)
    else:
        found = {"overall": [[_or_none(value) for value in row] for row in samples[baseline.name].overall.tolist()]}
    file = kept_at(scenario)
    if file is not None:
        with suppress(OSError):
            keep(file, json.dumps(found).encode())
    return _from_kept(scenario, found)


def probe_each(scenarios: Sequence[Scenario], **how: Unpack[How]) -> tuple[Plausibility, ...]:
    """The place of every scenario, each once, in order; `how` as for `probe`."""
    return tuple(probe(one, **how) for one in {one.spin_up_key: one for one in reversed(scenarios)}.values())[::-1]


def refuse_implausible(found: Sequence[Plausibility], allowed: Allowances = NOTHING) -> str | None:
    """What the banner says of places beyond the limits, if that is allowed; None where every place lies within them.

    Raises ComparisonRefused if it is not.
    """
    beyond = [one.sentence for one in found if not one.plausible]

    def refusal() -> ComparisonRefused:
        return ComparisonRefused(
            f"{' '.join(beyond)}\nNo difference between policies means anything in such a market. Look at the place's "
            f'figures and at its list of providers, or compare all the same with --allow {IMPLAUSIBLE} --why "…", and '
            "the results will carry a banner"
        )

    return allowed.admit(IMPLAUSIBLE, beyond, refusal)


def _limits(overall: np.ndarray, people: int, held_to: str) -> tuple[Judged, ...]:
    means = _means(overall)
    return tuple(
        Judged(held_to, one.label, one.indicator, one.unit,
               means[one.indicator] / (max(people, 1) if one.per == "person" else 1), one.low, one.high,
               " ".join(one.source))
        for one in limits()
    )  # fmt: skip


def _means(overall: np.ndarray) -> dict[str, float]:
    """The mean of every indicator over the futures in which it has a value."""
    known = np.isfinite(overall)
    sums = np.where(known, overall, 0.0).sum(axis=0)
    counts = known.sum(axis=0)
    return dict(zip(INDICATORS, np.where(counts > 0, sums / np.maximum(counts, 1), np.nan).tolist(), strict=True))


def kept_at(scenario: Scenario) -> Path | None:
    """The file in which the place of a scenario is remembered, or None where nothing can be kept."""
    base = cache_folder()
    folder = base and base / "probes"
    name = f"{scenario.spin_up_key[:24]}-{code_version()[:16]}.json"
    return folder / name if folder is not None and is_for_us(folder) else None


def _or_none(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _shown(value: float, unit: str) -> str:
    if "share" in unit:
        return f"{100.0 * value:.3g}{' points' if unit.startswith('points') else '%'}"
    number = f"{abs(value):,.0f}" if abs(value) >= 1000 else f"{abs(value):.3g}"
    return f"{'-' if value < 0 else ''}{'£' if unit.startswith('£') else ''}{number}"
