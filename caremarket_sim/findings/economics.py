"""The money: who pays and who receives, what is gained for it, how sure that is, and when a cost pays back.

Everything is computed future by future from the tables of a comparison (`yearly`, `overall`), so that what scenarios
share cancels. Sums are in pounds of the year they fall in, undiscounted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from caremarket_sim.methods.statistics import interval, paired_difference
from caremarket_sim.results.periods import ALL

Sums = Mapping[str, float]
"""A sum of indicators: how often each counts."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the budget: who pays it, what it is called, and the indicators it is the sum of."""

    payer: str
    label: str
    sums: Sums


BUDGET: tuple[Entry, ...] = (
    Entry("Council", "Fees for care", {"fees_paid": 1}),
    Entry("Council", "Hours paid and not used, places kept", {"block_hours_unused_spend": 1}),
    Entry("Council", "Outcome payments", {"outcome_payments": 1}),
    Entry(
        "Council",
        "Citizens' panel, additions to pay",
        {"care_spend": 1, "fees_paid": -1, "block_hours_unused_spend": -1, "outcome_payments": -1},
    ),
    Entry("Council", "Brokerage, disputes over packages", {"brokerage_spend": 1}),
    Entry("Council", "Monitoring", {"monitoring_spend": 1}),
    Entry("Council", "Procurement and transfers", {"procurement_spend": 1}),
    Entry("Council", "Stewardship, forums and community", {"stewardship_spend": 1}),
    Entry("Council", "Its own service of last resort", {"own_service_spend": 1}),
    Entry("Council", "Care homes", {"care_home_fees": 1}),
    Entry("Council", "Interim and step-down beds", {"other_beds_spend": 1}),
    Entry("Council", "less client contributions", {"client_contributions": -1, "care_home_contributions": -1}),
    Entry("Council", "less grant towards a Fair Pay Agreement", {"fair_pay_grant": -1}),
    Entry("Council", "less money returned by providers", {"returned_to_council": -1}),
    Entry("Clients of the council", "Contributions to homecare", {"client_contributions": 1}),
    Entry("Clients of the council", "Contributions to care homes", {"care_home_contributions": 1}),
    Entry("Self-funders", "Homecare bought with people's own money", {"self_funder_spend": 1}),
    Entry("Self-funders", "Care homes bought with people's own money", {"own_care_homes_spend": 1}),
    Entry("NHS", "Emergency admissions", {"nhs_cost": 1, "delayed_nights_cost": -1}),
    Entry("NHS", "Delayed nights in hospital", {"delayed_nights_cost": 1}),
)
"""Every line of every payer. The lines of a payer add up to what it spends."""

PAYERS = tuple(dict.fromkeys(entry.payer for entry in BUDGET))

POSITIONS: Mapping[str, Sums] = {
    "Council": {"council_spend": -1},
    "Clients of the council (contributions)": {"client_contributions": -1, "care_home_contributions": -1},
    "Self-funders": {"self_funder_spend": -1, "own_care_homes_spend": -1},
    "Care homes": {"care_home_fees": 1, "other_beds_spend": 1, "own_care_homes_spend": 1},
    "NHS": {"nhs_cost": -1},
    "Treasury (tax, National Insurance, benefits saved)": {"treasury_net": 1},
    "Care workers (net pay and mileage)": {"workers_net_pay": 1},
    "Providers (surplus)": {"provider_surplus": 1},
    "Others who are paid (hospitals, the council's own staff, agencies, landlords, trainers)": {
        "commissioning_spend": 1,
        "nhs_cost": 1,
        "other_provider_costs": 1,
    },
}
"""What everybody receives less what they pay: it adds up to nothing, because every pound paid is a pound received."""

UNDERPAID = "Nobody: pay below the legal minimum"
"""In place of a payer: what care workers are not paid and the law asks for."""

PUBLIC: Sums = {"council_spend": 1, "nhs_cost": 1}
COUNCIL: Sums = {"council_spend": 1}


def wide(table: pd.DataFrame) -> pd.DataFrame:
    """Indicators as columns; rows by scenario, replicate and, in a yearly table, year."""
    keys = [name for name in ("scenario", "replicate", "year") if name in table.columns]
    return table.pivot(index=keys, columns="indicator", values="value")


def summed(values: pd.DataFrame, sums: Sums) -> pd.Series:
    """A sum of indicators in every row of a wide table."""
    total = sum(times * values[name] for name, times in sums.items())
    assert isinstance(total, pd.Series)
    return total


def budget(yearly: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Every line of every payer in every year and in total: mean, interval, and paired difference from the reference.

    The total is the sum of the years. Payers' own totals have the label `total`; of all payers, the payer `All`.
    """
    values = wide(yearly)
    lines: list[tuple[str, str, pd.Series]] = []
    totals = []
    for payer in PAYERS:
        own = [(entry.label, summed(values, entry.sums)) for entry in BUDGET if entry.payer == payer]
        lines += [(payer, label, line) for label, line in own]
        totals.append(sum(line for _, line in own))
        lines.append((payer, "total", totals[-1]))
    lines.append(("All", "total", sum(totals)))
    rows = []
    for payer, label, line in lines:
        by_year = line.unstack("year")
        by_year["total"] = by_year.sum(axis=1)
        rows += _by_scenario(by_year, reference, {"payer": payer, "line": label})
    return pd.DataFrame(rows)


def who_gains(overall: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Net receipts of everybody, £ a year over the whole horizon, and the paired difference from the reference."""
    values = wide(overall)
    rows = []
    for party, sums in POSITIONS.items():
        line = summed(values, sums).to_frame(ALL)
        rows += _by_scenario(line, reference, {"party": party})
    return pd.DataFrame(rows)


def spend(overall: pd.DataFrame, reference: str, weeks: int) -> pd.DataFrame:
    """What each payer and all together spend over all weeks, £, and the paired difference from the reference.

    The transition is in it: what a policy costs includes what it takes to get there. Beside the payers stands what
    nobody pays and the law asks for: pay below the legal minimum.
    """
    values = wide(overall).reindex(list(dict.fromkeys(overall.scenario)), level="scenario") * weeks / 52.0
    lines = pd.DataFrame(
        {payer: sum(summed(values, entry.sums) for entry in BUDGET if entry.payer == payer) for payer in PAYERS}
    )
    lines["All"] = lines.sum(axis=1)
    lines[UNDERPAID] = summed(values, {"underpayment": 1})
    rows = []
    for payer, line in lines.items():
        rows += _by_scenario(line.to_frame(ALL), reference, {"reference": reference, "payer": payer, "weeks": weeks})
    return pd.DataFrame(rows)


def _by_scenario(columns: pd.DataFrame, reference: str, labels: Mapping[str, object]) -> list[dict[str, object]]:
    """A row a scenario and column (year, total or whole), from values by scenario and replicate."""
    rows = []
    of = {name: columns.xs(name, level="scenario") for name in columns.index.unique("scenario")}
    for name, own in of.items():
        level = interval(own.to_numpy())
        paired = paired_difference(of[reference].to_numpy(), own.to_numpy())
        for at, column in enumerate(columns.columns):
            rows.append(
                {
                    "scenario": name,
                    **labels,
                    "period": column if isinstance(column, str) else f"year_{column}",
                    "mean": float(level.mean[at]),
                    "low": float(level.low[at]),
                    "high": float(level.high[at]),
                    "difference": float(paired.difference[at]),
                    "difference_low": float(paired.low[at]),
                    "difference_high": float(paired.high[at]),
                    "replicates": int(level.replicates[at]),
                }
            )
    return rows


def paired_points(overall: pd.DataFrame, reference: str, cost: Sums = COUNCIL, gain: str = "qalys") -> pd.DataFrame:
    """Every paired point of the incremental plane: gain and extra cost a year, a scenario and replicate a row."""
    values = wide(overall)
    found = pd.DataFrame({"gain": values[gain], "cost": summed(values, cost)}).dropna()
    against = found.xs(reference, level="scenario")
    points = found.drop(index=reference, level="scenario")
    return (points - against.reindex(points.index, level="replicate")).dropna().reset_index()


QUADRANTS = ("more gain, dearer", "more gain, cheaper", "less gain, dearer", "less gain, cheaper")


def quadrants(points: pd.DataFrame) -> pd.DataFrame:
    """How many paired points of each scenario lie in each quadrant, and a cost for a gain only where one has meaning.

    A point that is where the reference is lies in none.

    `ratio` (£ for a QALY, or £ saved for a QALY lost) is of the means, and only where every point lies in the same
    quadrant and that is one in which gain and cost pull against each other.
    """
    rows = []
    for name, own in points.groupby("scenario", sort=False):
        more, dearer, moved = own.gain > 0, own.cost > 0, (own.gain != 0) | (own.cost != 0)
        quarters = (more & dearer, more & ~dearer, ~more & dearer, ~more & ~dearer & moved)
        counts = [int(found.sum()) for found in quarters]
        one_sided = counts[0] == len(own) or counts[3] == len(own)
        ratio = float(own.cost.mean() / own.gain.mean()) if one_sided and own.gain.any() else float("nan")
        rows.append({"scenario": name, **dict(zip(QUADRANTS, counts, strict=True)), "pairs": len(own), "ratio": ratio})
    return pd.DataFrame(rows)


def acceptability(
    overall: pd.DataFrame, thresholds: Sequence[float], cost: Sums = COUNCIL, gain: str = "qalys"
) -> pd.DataFrame:
    """For each worth of a QALY: how often each scenario is the best of all, and what choosing it loses on average.

    `best_share` is the share of futures in which no scenario's worth less cost is higher, so that those that are alike
    have the same; `expected_loss` the mean, over futures, of what the best one would have been worth more, £ a year.
    """
    values = wide(overall)
    worth = values[gain].unstack("scenario").dropna()
    price = summed(values, cost).unstack("scenario").reindex(worth.index)
    order = list(dict.fromkeys(overall.scenario))
    rows = []
    for threshold in thresholds:
        benefit = (threshold * worth - price)[order]
        top = benefit.max(axis=1)
        best = benefit.eq(top, axis=0)
        shares = best.mean()
        losses = benefit.rsub(top, axis=0).mean()
        for name in order:
            rows.append(
                {
                    "threshold": float(threshold),
                    "scenario": name,
                    "best_share": float(shares[name]),
                    "expected_loss": float(losses[name]),
                    "replicates": len(benefit),
                }
            )
    return pd.DataFrame(rows)


def risk(yearly: pd.DataFrame, reference: str, budget_a_year: float | None = None) -> pd.DataFrame:
    """Council spend by year: mean, the ninth-decile year, and the chance of spending more than the budget.

    Without a budget, the budget of a year is the reference's mean spend in it. `over_reference` is the share of
    futures in which the scenario spends more than the reference does in the same future.
    """
    spend = wide(yearly)["council_spend"].unstack("year")
    against = spend.xs(reference, level="scenario")
    rows = []
    for name in dict.fromkeys(yearly.scenario):
        own = spend.xs(name, level="scenario")
        for year in spend.columns:
            limit = float(against[year].mean()) if budget_a_year is None else budget_a_year
            gap = own[year] - against[year]
            rows.append(
                {
                    "scenario": name,
                    "year": int(year),
                    "mean": float(own[year].mean()),
                    "p90": float(np.quantile(own[year], 0.9)),
                    "budget": limit,
                    "chance_of_overspend": float((own[year] > limit).mean()),
                    "over_reference": float((gap > 0).mean()),
                    "replicates": len(own),
                }
            )
    return pd.DataFrame(rows)


def break_even(weekly: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Extra council spend added up by the end of each week, its interval, and the share of futures at or below zero.

    `weekly` has scenario, replicate, week and `council_spend`, in £ a year.
    """
    spent = weekly.pivot(index=["scenario", "replicate"], columns="week", values="council_spend") / 52.0
    so_far = spent.cumsum(axis=1)
    against = so_far.xs(reference, level="scenario")
    parts = []
    for name in dict.fromkeys(weekly.scenario):
        if name == reference:
            continue
        gap = (so_far.xs(name, level="scenario") - against).dropna()
        found = interval(gap.to_numpy())
        parts.append(
            pd.DataFrame(
                {
                    "scenario": name,
                    "week": gap.columns.astype(int),
                    "extra_cost_so_far": found.mean,
                    "low": found.low,
                    "high": found.high,
                    "paid_back_share": (gap <= 0).mean().to_numpy(),
                    "replicates": len(gap),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def break_even_week(found: pd.DataFrame, scenario: str) -> tuple[str, int | None]:
    """When a scenario's extra cost is back at zero, on average: `never dearer`, `pays back` (and the week after which
    it stays so), or `not within the horizon`."""
    so_far = found[found.scenario == scenario].sort_values("week")
    dearer = so_far.extra_cost_so_far.to_numpy() > 0
    if not dearer.any():
        return "never dearer", None
    if dearer[-1]:
        return "not within the horizon", None
    last = int(np.flatnonzero(dearer)[-1])
    return "pays back", int(so_far.week.iloc[last + 1])
