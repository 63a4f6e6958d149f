"""Does help for people end, wear off and run short, and do unpaid carers answer to care? `python -m benchmarks.people`.

Paired futures of Wigan over seven years, each from one settled market, without policy but for one lever: reablement for
nobody and for everybody, with and without a least visit of half an hour; a front door for everybody; eight connectors,
sixteen, and eight that are cut after two years; a fifth of the applicants for jobs, and a tenth of all staff off.

Exit status 1 where reablement under a least visit of half an hour does not lower hours delivered; where the saving of
reablement or of the front door still grows in the last year by a tenth of it; where twice the connectors do not take
less than twice as much off loneliness, or more than a fifth of their effect is left two years after they were cut; or
where unpaid carers are not more strained, and do not break down more often, where care is not delivered.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.futures import asked_for

FOLDER = Path(__file__).parents[1] / "scenarios" / "wigan"
RELEARN, DOOR, CONNECTORS = "community.reablement_share", "community.front_door", "community.connectors_fte"
HALF_AN_HOUR = {"contract.minimum_visit_minutes": 30}
WAYS = {
    "as it is": {},
    "reablement for nobody": {RELEARN: 0},
    "reablement for everybody": {RELEARN: 1},
    "nobody, half an hour": {RELEARN: 0} | HALF_AN_HOUR,
    "everybody, half an hour": {RELEARN: 1} | HALF_AN_HOUR,
    "front door for everybody": {DOOR: 1},
    "8 connectors": {CONNECTORS: 8},
    "16 connectors": {CONNECTORS: 16},
    "8 connectors, cut": {CONNECTORS: 8},
    "a fifth apply": {"shocks.labour_supply": 0.2},
    "a tenth of staff off": {"shocks.absence": 0.1},
}
SHOWN = ("hours_delivered", "people_receiving", "lonely_share", "unpaid_strain", "unpaid_breakdowns", "unpaid_quality")
SHOWN += ("council_spend", "stewardship_spend", "undelivered_share", "people_waiting", "quality_of_life")
YEARS, CUT = 7, 2
FIRST_SEED = 4000
Found = dict[str, np.ndarray]
"""By way (futures, years, what is SHOWN)."""


def one_future(seed: int) -> Found:
    """For each way (years, what is SHOWN): all of them begin from one settled market."""
    from caremarket_sim import settling
    from caremarket_sim.indicators import add_up, evaluate, record_of
    from caremarket_sim.policy import NEUTRAL
    from caremarket_sim.scenario import Change, load

    start = load(FOLDER / "baseline.yaml").with_weeks(52 * YEARS).with_prices("frozen")
    settled = settling.settled_market(start, seed, None)
    found = {}
    for way, levers in WAYS.items():
        scenario = start.with_levers(levers)
        if way.endswith("cut"):
            scenario = replace(scenario, changes=(*scenario.changes, Change(52 * CUT, NEUTRAL)))
        market = settling.go_through(scenario, settling.fork(settled, scenario), seed)
        found[way] = evaluate(add_up(record_of(market).reshape(YEARS, 52)), SHOWN)
    return found


def told(found: Found) -> list[str]:
    """Print every way by year, and what differs; what does not hold."""
    print(f"{len(found['as it is'])} paired futures\n")
    print(f"{'':26s}{'year':>5s}" + "".join(f"{name:>18s}" for name in SHOWN))
    for way, values in found.items():
        for year, row in enumerate(values.mean(axis=0), 1):
            print(f"{way:26s}{year:5d}" + "".join(f"{value:18.4g}" for value in row))
    print("\nDifferences, with 95% intervals")
    wrong = [*hours_fall(found), *savings_level_off(found), *connectors_run_short(found), *carers_answer(found)]
    print("\n" + ("does not hold: " + "; ".join(wrong) if wrong else "all holds"))
    return wrong


def apart(found: Found, way: str, other: str, name: str) -> np.ndarray:
    """By future and year, how much more of something there is under one way than under another."""
    return (found[way] - found[other])[:, :, SHOWN.index(name)]


def said(what: str, values: np.ndarray):
    """The mean of futures with its interval, printed."""
    from caremarket_sim.methods.statistics import interval

    found = interval(values)
    print(f"  {what}: {found.mean:+.4g} ({found.low:+.4g} to {found.high:+.4g})")
    return found


def hours_fall(found: Found) -> Iterator[str]:
    """Reablement lowers hours, under a floor of half an hour too; what it costs and saves."""
    pairs = {
        "": ("reablement for everybody", "reablement for nobody"),
        ", half an hour": ("everybody, half an hour", "nobody, half an hour"),
    }
    for floor, pair in pairs.items():
        usual = found[pair[1]][:, 2, SHOWN.index("hours_delivered")]
        fall = said(f"hours in year 3{floor}, share", apart(found, *pair, "hours_delivered")[:, 2] / usual)
        if not fall.high < 0.0:
            yield f"reablement does not clearly lower hours{floor}"
        said(f"net council spend in year 3{floor}, £", apart(found, *pair, "council_spend")[:, 2])


def savings_level_off(found: Found) -> Iterator[str]:
    """Hours saved in the last year are not more by a tenth than those of the year before."""
    nobody = "reablement for nobody"
    for way, other in (("reablement for everybody", nobody), ("front door for everybody", "as it is")):
        by_year = -apart(found, way, other, "hours_delivered")
        print(f"  {way}: hours saved by year " + " ".join(f"{hours:,.0f}" for hours in by_year.mean(axis=0)))
        more = said(f"{way}: hours saved in year 7 over those in year 6", by_year[:, 6] - by_year[:, 5])
        if more.low > 0.1 * by_year[:, 5].mean():
            yield f"the saving still grows: {way}"


def connectors_run_short(found: Found) -> Iterator[str]:
    """Twice the connectors bring less than twice as much, and cut ones little after two years."""
    eight, sixteen, cut = (-apart(found, way, "as it is", "lonely_share") for way in list(WAYS)[6:9])
    said("8 connectors, off loneliness from year 3 on", eight[:, 2:].mean(axis=1))
    said("16 connectors", sixteen[:, 2:].mean(axis=1))
    if not said("twice what 8 bring less what 16 bring", (2.0 * eight - sixteen)[:, 2:].mean(axis=1)).low > 0.0:
        yield "16 connectors do not clearly bring less than twice what 8 do"
    left = said("of 8 that were cut, off loneliness in the third year after", cut[:, CUT + 2])
    if left.mean > 0.2 * eight[:, CUT - 1].mean():
        yield "more than a fifth of what connectors brought is left two years after they were cut"


def carers_answer(found: Found) -> Iterator[str]:
    """Unpaid carers are more strained, and break down more often, where care is not delivered."""
    for way in ("a fifth apply", "a tenth of staff off"):
        for name in ("unpaid_strain", "unpaid_breakdowns"):
            if not said(f"{way}: {name}", apart(found, way, "as it is", name).mean(axis=1)).low > 0.0:
                yield f"{name} does not clearly rise: {way}"


def main() -> int:
    """Measure, tell, and leave with whether all holds."""
    futures = asked_for(__doc__, one_future, FIRST_SEED)
    found = {way: np.array([future[way] for future in futures]) for way in WAYS}
    return 1 if told(found) else 0


if __name__ == "__main__":
    sys.exit(main())
