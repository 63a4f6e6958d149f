"""The figures of a council of England where it gives none: its part of England's, by what is published of it.

Ratios are data (`data/defaults.toml`); `docs/councils.md` says where each estimate is weak.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from caremarket_sim.parameters import register
from caremarket_sim.scenario.councils import Council, councils, zones_of, zones_of_england
from caremarket_sim.scenario.estimates import Basis, Estimate, Ratio, estimated_figures, ratios
from caremarket_sim.scenario.providers import no_providers


def basis_of(council: Council) -> Basis:
    """What the figures of a council are estimated from."""
    by = ratios()
    return Basis(
        clients=_clients(council),
        self_funded=_self_funded(council),
        providers=_providers(council),
        fee=by["council_fee_by_council"],
    )


def figures_of(council: Council) -> dict[str, Estimate]:
    """Every figure of a council that gives none itself."""
    return estimated_figures(zones_of(council), no_providers(), {}, "", basis=basis_of(council))


def _clients(council: Council) -> Estimate:
    """The mean of its parts of England's clients by long-term support and by age and deprivation."""
    england = ratios()["council_clients_of_england"]
    supported = sum(one.long_term_support for one in councils().values())
    parts = council.long_term_support / supported, _part(council, "need")
    value = max(round(england.value * sum(parts) / 2.0), 1)
    low, high = max(round(england.low * min(parts)), 1), max(round(england.high * max(parts)), 1)
    first, second = (england.value * part for part in parts)
    note = (
        f"{england.meaning}. The mean of two parts of them: {first:,.0f} by the {council.long_term_support:,} of "
        f"{supported:,} adults in long-term support who are this council's, and {second:,.0f} by its people aged 65 "
        "and 85 and over and their areas' deprivation, weighed as the model weighs zones."
    )
    return Estimate(value, (*england.source, "Z01", "Z03", "Z05"), "assumed", note, low, high)


def _self_funded(council: Council) -> Ratio:
    """The share of users who pay for themselves: England's, more where older people live in less deprived areas."""
    usual, gradient = ratios()["self_funded_share"], ratios()["self_funders_least_to_most_deprived"]
    zones, codes = zones_of_england()
    older = zones["population_65plus"]
    paying = 1.0 + (gradient.value - 1.0) * (1.0 - _deprivation())
    own = codes == council.code
    relative = float(np.average(paying[own], weights=older[own]) / np.average(paying, weights=older))
    return replace(
        usual,
        value=usual.value * relative,
        low=usual.low * min(relative, 1.0),
        high=usual.high * max(relative, 1.0),
        source=(*usual.source, *gradient.source, "Z05"),
        meaning=(
            f"{usual.meaning}. {gradient.meaning}. By where its older people live that makes "
            f"{usual.value * relative:.1%} here"
        ),
    )


def _providers(council: Council) -> Estimate:
    """The mean of its parts of England's providers by older people and by homecare offices."""
    usual = ratios()["providers_per_thousand_older_people"]
    offices = sum(one.homecare_offices for one in councils().values())
    parts = _part(council, "population_65plus"), council.homecare_offices / offices
    thousands = float(zones_of_england()[0]["population_65plus"].sum()) / 1000.0
    value, low, high = (
        max(round(thousands * of * part), 2)
        for of, part in ((usual.value, sum(parts) / 2.0), (usual.low, min(parts)), (usual.high, max(parts)))
    )
    high = max(high, council.homecare_offices)
    first, second = (usual.value * thousands * part for part in parts)
    note = (
        f"{usual.meaning}. The mean of two parts of England's: {first:,.0f} by people aged 65 and over, {second:,.0f} "
        f"by the {council.homecare_offices:,} of {offices:,} homecare offices that the regulator listed here "
        "in September 2025; an office may serve other councils, or nobody."
    )
    return Estimate(value, (*usual.source, "Z02", "Z03"), "assumed", note, low, high)


def _part(council: Council, of: str) -> float:
    """A council's part of England's people of an age, or of its need of council-funded homecare."""
    zones, codes = zones_of_england()
    amounts = _need() if of == "need" else zones[of]
    return float(amounts[codes == council.code].sum() / amounts.sum())


@cache
def _need() -> np.ndarray:
    """Council referrals of each zone of England, in proportion, by the rule for the zones of a place."""
    zones, _ = zones_of_england()
    weight, slope = (register()[f"demand.{name}"].value for name in ("oldest_weight", "deprivation_slope"))
    older = zones["population_65plus"] + weight * zones["population_85plus"]
    return older * (1.0 + slope * (_deprivation() - 0.5))


@cache
def _deprivation() -> np.ndarray:
    """The share of England's residents who live in less deprived zones than each: 0 to 1."""
    zones, _ = zones_of_england()
    people = zones["population"]
    order = np.argsort(zones["imd_2019_score"], kind="stable")
    passed = np.empty(len(zones))
    passed[order] = (np.cumsum(people[order]) - people[order] / 2.0) / people.sum()
    return passed
