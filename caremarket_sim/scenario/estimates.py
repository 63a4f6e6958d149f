"""A place's figures where its council gives none: scaled from what is known of it, each with its source.

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


@dataclass(frozen=True)
class Basis:
    """What a place's figures are estimated from: its council clients, the share of all users who pay for themselves,
    its providers in all, and the fee."""

    clients: Estimate
    self_funded: Ratio
    providers: Estimate
    fee: Ratio


def basis_of_zones(zones: np.ndarray) -> Basis:
    """The basis where nothing is known of a place but its zones."""
    by = ratios()
    older = float(zones["population_65plus"].sum())
    here = f"{older:,.0f} people aged 65 and over here"
    return Basis(
        clients=_times(older, by["council_clients_per_older_person"], here, least=1),
        self_funded=by["self_funded_share"],
        providers=_times(older / 1000.0, by["providers_per_thousand_older_people"], here, least=2),
        fee=by["council_fee"],
    )


def estimated_figures(
    zones: np.ndarray,
    providers: np.ndarray,
    given: Mapping[str, float],
    listed_in: str,
    complete: bool = False,
    basis: Basis | None = None,
) -> dict[str, Estimate]:
    """Every figure of a place: as given, as counted in a complete list of providers, or scaled from what is known.

    A list of some providers says nothing of how many there are, but that they are no fewer. `listed_in` names the file
    of the list, for the source of what is counted there. Without a `basis` nothing is known but the zones.
    """
    by = ratios()
    basis = basis_of_zones(zones) if basis is None else basis
    figures = {key: given_figure(value) for key, value in given.items()}
    figures.setdefault("council_clients", basis.clients)
    funded = figures["council_clients"].value
    paid = basis.self_funded
    values = [round(funded * share / (1.0 - share)) for share in (paid.value, paid.low, paid.high)]
    note = f"{paid.meaning}; applied to the {funded:,.0f} council clients."
    figures.setdefault("self_funders", Estimate(values[0], paid.source, "assumed", note, values[1], values[2]))
    people = funded + figures["self_funders"].value
    workers = by["clients_per_care_worker"]
    values = [max(round(people / ratio), 1) for ratio in (workers.value, workers.high, workers.low)]
    note = f"{workers.meaning}; applied to the {people:,.0f} people above."
    figures.setdefault("care_workers", Estimate(values[0], workers.source, "assumed", note, values[1], values[2]))
    everybody = _everybody(basis.providers, providers, listed_in, complete)
    figures.setdefault("contracted_providers", _contracted(everybody, providers, listed_in, complete))
    figures.setdefault("private_providers", _private(everybody, figures["contracted_providers"], providers))
    fee = basis.fee
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


def _everybody(usual: Estimate, providers: np.ndarray, listed_in: str, complete: bool) -> Estimate:
    """How many providers there are: as a complete list counts, else as usual, and no fewer than are listed."""
    if complete:
        return Estimate(len(providers), (listed_in,), "derived", f"Counted in {listed_in}, which names all.")
    if len(providers) > usual.value:
        return Estimate(len(providers), (listed_in,), "assumed", f"As many as {listed_in} names, which are some.")
    return usual


def _contracted(everybody: Estimate, providers: np.ndarray, listed_in: str, complete: bool) -> Estimate:
    """Providers with a contract: counted where a complete list says it of everybody, else the usual share of all.

    The usual share leaves room for those of whom the list says that they hold one, and those of whom it says not.
    """
    with_contract, without, unknown = counts(providers)
    if complete and not unknown:
        return Estimate(max(with_contract, 1), (listed_in,), "derived", f"Counted in {listed_in}.")
    share = ratios()["contracted_share"]

    def within(total: float, part: float) -> int:
        return int(max(min(round(total * part), total - without), with_contract, 1))

    total = everybody.value
    value = within(total, share.value)
    low = min(within(total if everybody.low is None else everybody.low, share.low), value)
    high = max(within(total if everybody.high is None else everybody.high, share.high), value)
    return Estimate(value, share.source, "assumed", f"{share.meaning}; applied to {total:,.0f} providers.", low, high)


def _private(everybody: Estimate, contracted: Estimate, providers: np.ndarray) -> Estimate:
    """Providers without a contract: all the others, and no fewer than the list says."""
    note = f"{everybody.note} Less the {contracted.value:,.0f} under contract."
    fewest = counts(providers)[1]
    left = max(everybody.value - contracted.value, fewest)
    if contracted.low is None or contracted.high is None:
        return Estimate(left, everybody.source, everybody.grade, note)
    least = everybody.value if everybody.low is None else everybody.low
    most = everybody.value if everybody.high is None else everybody.high
    low, high = min(max(least - contracted.high, fewest), left), max(most - contracted.low, left)
    return Estimate(left, everybody.source, everybody.grade, note, low, high)
