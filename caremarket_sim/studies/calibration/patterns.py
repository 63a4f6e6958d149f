"""The experiments behind the patterns: each gives named numbers for one seed, from a settled market and its scenario.

An experiment is a fork of the settled market under other levers, other parameters, or a change made on the first day;
it is held against the fork that has none, on the same future.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from caremarket_sim.compiled import plain
from caremarket_sim.indicators import INDICATORS, Outcome, outcome_of
from caremarket_sim.market.codes import IN_POST
from caremarket_sim.market.market import Market
from caremarket_sim.market.providers import on_cost
from caremarket_sim.parameters import Numbers
from caremarket_sim.policy import of_preset
from caremarket_sim.scenario import Change, Scenario
from caremarket_sim.scenario.timing import day_of_prices
from caremarket_sim.studies.calibration import panels
from caremarket_sim.studies.calibration.probe import END, Eye, watch
from caremarket_sim.studies.calibration.zero_hours import PARTS, Gap

NAMES = list(INDICATORS)
THREE_YEARS = 156
Found = dict[str, float]


def held(scenario: Scenario, weeks: int = THREE_YEARS) -> Scenario:
    """The scenario with the prices of its first year held, which for the shipped place are those of 2024/25."""
    return scenario.with_prices("frozen").with_weeks(weeks)


def value(outcome: Outcome, indicator: str, year: int | None = None) -> float:
    """An indicator over all weeks, or in a year counted from 1."""
    column = NAMES.index(indicator)
    return float(outcome.overall[column] if year is None else outcome.yearly[year - 1, column])


class Laboratory:
    """One seed's settled market, the scenario it belongs to, and what the market without any change came to."""

    def __init__(self, scenario: Scenario, settled: Market, seed: int):
        self.scenario, self.settled, self.seed = scenario, settled, seed
        self.jobs, self.sizes, self.closures, self.gap = panels.Jobs(), panels.Sizes(), panels.Closures(), Gap()
        eyes = self.jobs.eyes()
        eyes["carers_leave"].append(self.gap)
        eyes[END] += [self.sizes, self.closures]
        self.market = watch(held(scenario), settled, seed, eyes)
        self.usual = outcome_of(self.market)

    def run(self, scenario: Scenario, eyes: Mapping[str, list[Eye]] | None = None, **how: Any) -> Outcome:
        """What the scenario comes to on this future."""
        return outcome_of(self.watched(scenario, eyes, **how))

    def watched(self, scenario: Scenario, eyes: Mapping[str, list[Eye]] | None = None, **how: Any) -> Market:
        """The market at the end of the scenario, on this future."""
        return watch(scenario, self.settled, self.seed, eyes, **how)

    @property
    def held(self) -> Scenario:
        """The scenario at prices held, for three years."""
        return held(self.scenario)


def levels(lab: Laboratory) -> Found:
    """Every indicator over three years at prices held, and the sizes of agencies."""
    found = {name: float(number) for name, number in zip(NAMES, lab.usual.overall, strict=True)}
    return found | lab.sizes.quantities()


def zero_hours_gap(lab: Laboratory) -> Found:
    """The gap from chances, its parts, and what is left of it without uncertain hours."""
    parts = {f"gap_{name}": part for name, part in lab.gap.parts().items()}
    return {"gap": lab.gap.gap, **parts, "gap_left": lab.gap.left_without_uncertainty, "parts": float(len(PARTS))}


def experience(lab: Laboratory) -> Found:
    """S3: odds of leaving in the first year in the sector over those after ten years."""
    first, *_, ten, twenty = lab.jobs.rates()
    weeks = lab.jobs.weeks[-2:]
    long = float(np.average([ten, twenty], weights=np.maximum(weeks, 1.0)))
    return {"S3": odds(first) / odds(long) if long else np.nan, "S3_first": float(first), "S3_long": long}


def odds(rate: float) -> float:
    """Odds of at least one event in a year that happens at this yearly rate."""
    return float(np.expm1(rate))


def as_projected(lab: Laboratory) -> Found:
    """S4, S5, S11: five years of projected prices and no new policy."""
    jobs = panels.Jobs()
    market = lab.watched(lab.scenario.with_prices("projected").with_weeks(260), jobs.eyes())
    outcome = outcome_of(market)
    share = outcome.yearly[:, NAMES.index("zero_hours_share")]
    fee = outcome.yearly[:, NAMES.index("fee")]
    costs = np.array([market.price_path["cost_growth"][52 * year] for year in range(1, 5)])
    growth = (fee[-1] / fee[0]) ** 0.25 - 1.0
    return {
        "S4": float(np.polyfit(np.arange(len(share)), share, 1)[0]),
        "S5": jobs.from_care / max(jobs.starters, 1),
        "S5_back": jobs.back / max(jobs.leavers, 1),
        "S11": float(growth / (np.prod(1.0 + costs) ** 0.25 - 1.0)),
    }


def pay_rise(lab: Laboratory) -> Found:
    """S6: all pay 10% up on the first day, with fee and budget that cover it, as prices do; the naive regression."""

    def prepare(market: Market) -> None:
        p = lab.scenario.parameters.numbers
        providers, workers = market.providers, market.workers
        dearer = 0.1 * providers.pay * plain(on_cost)(providers, Numbers(market.price_rows), p) * 1.1
        share = float((dearer * providers.demand).sum() / (providers.rate * providers.demand).sum())
        providers.rate += dearer
        market.commissioners.fee *= 1.0 + share
        market.commissioners.budget *= 1.0 + share
        providers.pay *= 1.1
        providers.premium = np.maximum(providers.pay - market.prices["legal_minimum"], 0.0)
        workers.pay *= 1.1
        workers.effective_pay *= 1.1

    raised = lab.run(lab.held, prepare=prepare)
    return {
        "S6": value(raised, "turnover") - value(lab.usual, "turnover"),
        "S6_naive": lab.jobs.naive_pay_effect(),
        "S6_pay": value(raised, "effective_pay") / value(lab.usual, "effective_pay") - 1.0,
    }


def dearer(scenario: Scenario) -> Scenario:
    """The scenario with a National Living Wage a tenth higher from its second year on, at prices held otherwise."""
    return scenario.with_national(day_of_prices(1, scenario.start), national_living_wage="+10%")


def wage_floor(lab: Laboratory) -> Found:
    """S7: a floor 10% higher from the second April on."""
    spread: dict[str, float] = {}

    def spread_of_pay(name: str) -> Eye:
        def look(market: Market, parameters, policy) -> None:
            if market.week == 100:
                spread[name] = float(np.log(market.workers.pay[market.workers.status == IN_POST]).std())

        return look

    scenario = held(lab.scenario, 208)
    usual = lab.run(scenario, {END: [spread_of_pay("usual")]})
    shocked = lab.run(dearer(scenario), {END: [spread_of_pay("shocked")]})
    zero = [value(shocked, "zero_hours_share", y) - value(usual, "zero_hours_share", y) for y in (2, 3, 4)]
    return {
        "S7_spread": spread["shocked"] / spread["usual"] - 1.0,
        "S7_posts": value(shocked, "headcount", 2) / value(usual, "headcount", 2) - 1.0,
        "S7_zero": zero[0],
        "S7_zero_later": zero[2],
    }


def closing(lab: Laboratory) -> Found:
    """S9: closing by quality, and with half as many entrants again."""
    crowded = panels.Closures()
    entry = min(1.5 * lab.scenario.parameters["entry.rate"], 12.0)
    lab.run(lab.held.with_parameters({"entry.rate": entry}), {END: [crowded]})
    (all_, better, worse), (more, _, _) = lab.closures.rates(), crowded.rates()
    return {"S9_usual": all_, "S9_crowded": more, "S9_better": better, "S9_worse": worse}


def bidders(lab: Laboratory) -> Found:
    """S10: a tender led by price with many or with few bidders from outside."""
    levers = of_preset("block", lab.scenario.place.regime).changed({"contract.guaranteed_volume": 0.0,
                                                                    "contract.sourcing": "open_spot"})  # fmt: skip
    tender = Scenario(
        "tender", "A tender led by price", lab.scenario.path, lab.scenario.place, 208, "frozen",
        lab.scenario.parameters, (Change(0, levers, "a tender led by price"),),
    )  # fmt: skip
    found = {}
    for name, count in (("few", 10), ("many", 60)):
        outcome = lab.run(tender.with_parameters({"procurement.outside_bidders": count}))
        for indicator in ("fee", "quality_latent"):
            later = [value(outcome, indicator, year) for year in (2, 3, 4)]
            found[f"S10_{indicator}_{name}"] = float(np.mean(later))
    return found


def outrun(lab: Laboratory) -> Found:
    """S12: a dearer year with fees frozen."""
    scenario = held(lab.scenario)
    levers = lab.scenario.place.regime
    frozen = (Change(52, levers.changed({"shocks.fee_freeze": True}), "fees are frozen"), Change(104, levers))
    shocked = lab.run(
        dearer(
            Scenario("freeze", "", scenario.path, scenario.place, THREE_YEARS, "frozen", scenario.parameters, frozen)
        ),
    )
    before = [value(lab.usual, "hand_backs", year) for year in (2, 3)]
    after = [value(shocked, "hand_backs", year) for year in (2, 3)]
    return {
        "S12_before": float(np.mean(before)),
        "S12_after": float(np.mean(after)),
        "S12_any_before": float(sum(before) > 0.0),
        "S12_any_after": float(sum(after) > 0.0),
        "S12_margin": value(shocked, "median_margin", 2) - value(lab.usual, "median_margin", 2),
    }


def weak_market(lab: Laboratory) -> Found:
    """S13: fees a tenth lower."""
    weak = lab.run(lab.held.with_levers({"fee.level": 0.9}))
    return {"S13": value(weak, "satisfied_share", 3), "S13_usual": value(lab.usual, "satisfied_share", 3)}


def hours(lab: Laboratory) -> Found:
    """S15: packages a tenth shorter and a tenth longer for a year, with nobody to cut them back."""
    gains, lengths = [], []
    for share in (0.9, 1.1):

        def prepare(market: Market, share: float = share) -> None:
            market.commissioners.package_share = share

        in_care = panels.InCare(first_week=52)
        outcome = lab.run(held(lab.scenario, 104), in_care.eyes(), prepare=prepare, without=("budget_is_checked",))
        gains.append(in_care.mean)
        lengths.append(value(outcome, "hours_delivered", 2) / value(outcome, "people_receiving", 2))
    gain, length = np.mean(gains), np.mean(lengths)
    return {"S15": float((gains[1] - gains[0]) / (lengths[1] - lengths[0]) / (gain / length))}


def reablement(lab: Laboratory) -> Found:
    """S16: the same people with and without reablement, in the year after they were referred."""
    with_it, without = panels.Packages(), panels.Packages()
    scenario = held(lab.scenario, 104)
    lab.run(scenario.with_levers({"community.reablement_share": 1.0}), with_it.eyes())
    lab.run(scenario.with_levers({"community.reablement_share": 0.0}), without.eyes())
    relearned = [number for number in with_it.hours if number in without.hours]
    p = lab.scenario.parameters
    before = np.sum([without.hours[number] for number in relearned]) * lab.scenario.place.council_fee
    after = np.sum([with_it.hours[number] for number in relearned]) * lab.scenario.place.council_fee
    episodes = len(relearned) * p["commissioning.reablement_cost"]
    return {"S16_before": float(before), "S16_after": float(after), "S16_episodes": float(episodes)}


def outcome_pay(lab: Laboratory) -> Found:
    """S17: part of the fee paid by experience."""
    paid = lab.run(lab.held.with_levers({"contract.outcome_share": 0.3, "contract.outcome_measure": "experience"}))
    return {"S17": value(paid, "experience") / value(lab.usual, "experience") - 1.0}


EXPERIMENTS = (
    levels,
    zero_hours_gap,
    experience,
    as_projected,
    pay_rise,
    wage_floor,
    closing,
    bidders,
    outrun,
    weak_market,
    hours,
    reablement,
    outcome_pay,
)
