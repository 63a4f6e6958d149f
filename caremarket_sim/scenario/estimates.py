"""A place's figures where its council gives none: scaled from the population of its zones, each with its source.

The ratios are data (`data/defaults.toml`). They make a place that can be simulated today, not one to decide by: every
estimate says what it is, and is to be replaced by the council's own number.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from caremarket_sim.scenario.providers import counts

GIVEN = "given to `caremarket new`"


@dataclass(frozen=True)
class Ratio:
    """What a figure is scaled by: its value and range, unit, sources and grade, and how it came about."""

    value: float
    low: float
    high: float
    unit: str
    source: tuple[str, ...]
    grade: str
    """Of the ratio where it was published; what it gives elsewhere is assumed."""
    meaning: str


@dataclass(frozen=True)
class Estimate:
    """A figure of a place file as it is written there."""

    value: float
    source: tuple[str, ...]
    grade: str
    note: str
    low: float | None = None
    high: float | None = None


@cache
def ratios() -> dict[str, Ratio]:
    """Every ratio by name."""
    entries = tomllib.loads((files("caremarket_sim") / "data" / "defaults.toml").read_text(encoding="utf-8"))
    return {name: Ratio(**{**entry, "source": tuple(entry["source"])}) for name, entry in entries.items()}


def given_figure(value: float) -> Estimate:
    """A figure that somebody gave, whose source only they know."""
    return Estimate(value, (GIVEN,), "assumed", "Name its source, and grade it measured or derived.")


def estimated_figures(
    zones: np.ndarray, providers: np.ndarray, given: Mapping[str, float], listed_in: str, complete: bool = False
) -> dict[str, Estimate]:
    """Every figure of a place: as given, as counted in a complete list of providers, or scaled from what is known.

    A list of some providers says nothing of how many there are, but that they are no fewer. `listed_in` names the file
    of the list, for the source of what is counted there.
    """
    by = ratios()
    figures = {key: given_figure(value) for key, value in given.items()}
    older = float(zones["population_65plus"].sum())
    here = f"{older:,.0f} people aged 65 and over here"
    figures.setdefault("council_clients", _times(older, by["council_clients_per_older_person"], here, least=1))
    funded = figures["council_clients"].value
    paid = by["self_funded_share"]
    values = [round(funded * share / (1.0 - share)) for share in (paid.value, paid.low, paid.high)]
    note = f"{paid.meaning}; applied to the {funded:,.0f} council clients."
    figures.setdefault("self_funders", Estimate(values[0], paid.source, "assumed", note, values[1], values[2]))
    people = funded + figures["self_funders"].value
    workers = by["clients_per_care_worker"]
    values = [max(round(people / ratio), 1) for ratio in (workers.value, workers.high, workers.low)]
    note = f"{workers.meaning}; applied to the {people:,.0f} people above."
    figures.setdefault("care_workers", Estimate(values[0], workers.source, "assumed", note, values[1], values[2]))
    everybody = _everybody(older / 1000.0, here, providers, listed_in, complete)
    figures.setdefault("contracted_providers", _contracted(everybody.value, providers, listed_in, complete))
    contracted = figures["contracted_providers"].value
    figures.setdefault("private_providers", _private(everybody, contracted, providers))
    fee = by["council_fee"]
    note = f"{fee.meaning}; what this council pays is not known here."
    figures.setdefault("council_fee", Estimate(fee.value, fee.source, "assumed", note, fee.low, fee.high))
    premium, base = by["self_funder_premium"], figures["council_fee"].value
    values = [round(base * (1.0 + above), 2) for above in (premium.value, premium.low, premium.high)]
    note = f"{premium.meaning}; applied to the fee above."
    figures.setdefault("self_funder_price", Estimate(values[0], premium.source, "assumed", note, values[1], values[2]))
    return figures


def _times(base: float, ratio: Ratio, applied_to: str, least: int) -> Estimate:
    """A count: a ratio of a known number."""
    value, low, high = (max(round(base * one), least) for one in (ratio.value, ratio.low, ratio.high))
    return Estimate(value, ratio.source, "assumed", f"{ratio.meaning}; applied to {applied_to}.", low, high)


def _everybody(thousands: float, here: str, providers: np.ndarray, listed_in: str, complete: bool) -> Estimate:
    """How many providers there are: as a complete list counts, else as usual, and no fewer than are listed."""
    if complete:
        return Estimate(len(providers), (listed_in,), "derived", f"Counted in {listed_in}, which names all.")
    usual = _times(thousands, ratios()["providers_per_thousand_older_people"], here, least=2)
    if len(providers) > usual.value:
        return Estimate(len(providers), (listed_in,), "assumed", f"As many as {listed_in} names, which are some.")
    return usual


def _contracted(total: float, providers: np.ndarray, listed_in: str, complete: bool) -> Estimate:
    """Providers with a contract: counted where a complete list says it of everybody, else the usual share of `total`.

    The usual share leaves room for those of whom the list says that they hold one, and those of whom it says not.
    """
    with_contract, without, unknown = counts(providers)
    if complete and not unknown:
        return Estimate(max(with_contract, 1), (listed_in,), "derived", f"Counted in {listed_in}.")
    share = ratios()["contracted_share"]
    value = max(min(round(total * share.value), total - without), with_contract, 1)
    return Estimate(value, share.source, "assumed", f"{share.meaning}; applied to {total:,.0f} providers.")


def _private(everybody: Estimate, contracted: float, providers: np.ndarray) -> Estimate:
    """Providers without a contract: all the others, and no fewer than the list says."""
    note = f"{everybody.note} Less the {contracted:,.0f} under contract."
    left = max(everybody.value - contracted, counts(providers)[1])
    return Estimate(left, everybody.source, everybody.grade, note)
