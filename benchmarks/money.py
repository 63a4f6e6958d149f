"""Does all of social care add up? `python -m benchmarks.money [--futures 20]`.

Paired futures of Wigan over five years, each from one settled market, under no policy and under each of the three ways.
Exit status 1 unless in every future and under every way

- everybody ever referred is in exactly one state every week;
- what is spent on homecare, care homes and commissioning is all that the council spends, and a year's returns are what
  has accrued in it;
- no package is cut in a quarter in which net spend is within the budget;
- people in care homes are as many in the first year without policy as its moves and stays come to, within a tenth;
- quality of life and QALYs agree in which way is better wherever both are clear of chance.
"""

import sys
from pathlib import Path

import numpy as np

from benchmarks.futures import asked_for
from caremarket_sim.parameters import register

FOLDER = Path(__file__).parents[1] / "scenarios" / "wigan"
WAYS = ("baseline", "block", "zero-hours-spot", "collaborative")
STATES = (
    "waiting",
    "receiving",
    "fit",
    "in_hospital",
    "step_down",
    "interim",
    "in_reablement",
    "in_care_home",
    "diverted",
    "recovered",
    "died",
)
PARTS = ("homecare_spend", "care_home_spend", "commissioning_spend")
SHOWN = (
    "council_spend",
    *PARTS,
    "returned_to_council",
    "care_home_moves",
    "care_home_residents",
    "own_care_homes_spend",
)
SHOWN += ("quality_of_life", "qalys")
YEARS = 5
FIRST_SEED = 6000


def one_future(seed: int) -> tuple[np.ndarray, list[str]]:
    """What is SHOWN by way and year, and what does not add up."""
    from caremarket_sim import settling
    from caremarket_sim.indicators import add_up, evaluate, record_of
    from caremarket_sim.parameters import Numbers
    from caremarket_sim.scenario import load
    from caremarket_sim.week import one_week

    found, faults = [], []
    for way in WAYS:
        scenario = load(FOLDER / f"{way}.yaml").with_weeks(52 * YEARS)
        market = settling.fork(settling.settled_market(scenario, seed, None), scenario)
        quarter = []
        for week in range(scenario.weeks):
            council = market.commissioners.rows[0]
            share, budget = float(council["package_share"]), float(council["budget"])
            decided = Numbers(scenario.levers_at(week).row)
            one_week(market, scenario.parameters.numbers, decided, seed)
            council = market.commissioners.rows[0]
            quarter = [*quarter[-12:], float(council["spend"])]
            if float(council["package_share"]) < share and not np.mean(quarter) > budget:
                faults.append(f"{way}, future {seed}, week {week}: a package is cut within budget")
        rows = record_of(market)
        if not np.array_equal(np.sum([rows[state] for state in STATES], axis=0), rows["referred"]):
            faults.append(f"{way}, future {seed}: somebody is in no state, or in two")
        weekly = evaluate(rows, ("council_spend", *PARTS))
        if not np.allclose(weekly[:, 0], weekly[:, 1:].sum(axis=1)):
            faults.append(f"{way}, future {seed}: parts of spend do not add up")
        returned, accrued = (rows[name].reshape(YEARS, 52).sum(axis=1) for name in ("returned", "n_returns_accrued"))
        if not np.allclose(returned, accrued, atol=1.0):
            faults.append(f"{way}, future {seed}: what is returned is not what has accrued")
        found.append(evaluate(add_up(rows.reshape(YEARS, 52)), SHOWN))
    return np.array(found), faults


def compared(found: np.ndarray) -> list[str]:
    """What futures together must show and do not; prints every way's level and its difference from no policy."""
    faults = []
    clear = {}
    for k, name in enumerate(SHOWN):
        print(name)
        for w, way in enumerate(WAYS):
            own = found[:, w, :, k]
            gap = (own - found[:, 0, :, k]).mean(axis=1)
            error = gap.std(ddof=1) / np.sqrt(len(gap)) if len(gap) > 1 else np.inf
            years = " ".join(f"{value:11.5g}" for value in own.mean(axis=0))
            print(f"  {way:16s} {years}   {gap.mean():+.4g} ({error:.2g})")
            clear[name, way] = np.sign(gap.mean()) * (abs(gap.mean()) > 2 * error)
    for way in WAYS[1:]:
        if clear["quality_of_life", way] * clear["qalys", way] < 0:
            faults.append(f"{way}: quality of life and QALYs disagree")
    residents, moves = (found[:, 0, 0, SHOWN.index(name)].mean() for name in ("care_home_residents", "care_home_moves"))
    expected = moves * register()["care_home.mean_stay"].value / 365.25
    if abs(residents / expected - 1.0) > 0.1:
        faults.append(f"{residents:.0f} residents in year 1 without policy, and moves come to {expected:.0f}")
    return faults


def main() -> int:
    """Simulate, print a block a figure, and say what does not hold."""
    results = asked_for(__doc__, one_future, FIRST_SEED)
    faults = [fault for _, own in results for fault in own]
    faults += compared(np.array([own for own, _ in results]))
    print("\n".join(faults) or "all of it adds up")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
