"""Where does shortage show, and does it end? `python -m benchmarks.shortage [--futures 20]`.

Paired futures of Wigan over five years, each from one settled market, under no policy and under each of the three ways:
as it is; with a fifth of the applicants from outside care; with absence a tenth higher; and with a tenth of all staff
off besides. Under no policy parts of the rules are also left out, or set to an end of their range.

Exit status 1 where, under no policy or any way, a fifth of the applicants does not show in undelivered hours and in the
queue, or where these go on to rise; or where absence a tenth higher does not show in missed visits. They go on to rise
where the change from the fourth year to the fifth, less that of the same future with all applicants, is clearly above
nothing: else it is within what chance gives, and they have ended in a state.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.futures import asked_for

FOLDER = Path(__file__).parents[1] / "scenarios" / "wigan"
WAYS = ("baseline", "block", "zero-hours-spot", "collaborative")
USUAL, FIFTH, ABSENT, OFF = "as it is", "a fifth apply", "absence a tenth higher", "a tenth of staff off besides"
WORLDS = (USUAL, FIFTH, ABSENT, OFF)
APART = {
    "a fifth apply, nothing ahead": {"sourcing.ahead_weeks": 0},
    "a fifth apply, no caution": {"sourcing.ahead_caution": 0},
    "a fifth apply, hospital without head start": {"sourcing.hospital_head_start": 0},
    "a fifth apply, hospital first": {"sourcing.hospital_head_start": 52},
}
"""Parameters of worlds that are tried under no policy with a fifth of the applicants."""
AS_IT_IS = {
    "nothing ahead": {"sourcing.ahead_weeks": 0},
    "colleagues sick apart": {"absence.shared": 0},
    "hospital without head start": {"sourcing.hospital_head_start": 0},
    "hospital first": {"sourcing.hospital_head_start": 52},
}
"""The same with all applicants."""
SHOWN = ("undelivered_share", "people_waiting", "unmet_share", "missed_share", "days_waiting", "delayed_nights")
SHOWN += ("strain", "turnover", "vacancy_rate")
MUST_RISE = {FIFTH: ("undelivered_share", "people_waiting"), ABSENT: ("missed_share",)}
"""Where a world must show."""
YEARS = 5
LAST = slice(3, 5)
"""Years 4 and 5."""
FIRST_SEED = 4000
Found = dict[tuple[str, str], np.ndarray]
"""By way and world (futures, years, what is SHOWN)."""


def worlds() -> Iterator[tuple[str, str, object]]:
    """Every way in every world: their names, and the scenario."""
    from caremarket_sim.parameters import Parameters
    from caremarket_sim.scenario import load

    for way in WAYS:
        start = load(FOLDER / f"{way}.yaml").with_weeks(52 * YEARS)
        p = start.parameters.numbers
        more = 0.1 * (p.absence_leave_share + p.absence_sick_share)
        yield way, USUAL, start
        yield way, FIFTH, start.with_levers(shocks__labour_supply=0.2)
        yield way, ABSENT, start.with_levers(shocks__absence=more)
        yield way, OFF, start.with_levers(shocks__absence=0.1)
    start = load(FOLDER / "baseline.yaml").with_weeks(52 * YEARS)
    short = start.with_levers(shocks__labour_supply=0.2)
    for begun, tried in ((start, AS_IT_IS), (short, APART)):
        for name, given in tried.items():
            yield "baseline", name, replace(begun, parameters=Parameters(given))


def one_future(seed: int) -> Found:
    """For each way in each world (years, what is SHOWN): all of them begin from one settled market."""
    from caremarket_sim import settling
    from caremarket_sim.indicators import add_up, evaluate, record_of
    from caremarket_sim.scenario import load

    settled = settling.settled_market(load(FOLDER / "baseline.yaml"), seed, None)
    found = {}
    for way, world, scenario in worlds():
        market = settling.go_through(scenario, settling.fork(settled, scenario), seed)
        found[way, world] = evaluate(add_up(record_of(market).reshape(YEARS, 52)), SHOWN)
    return found


def told(found: Found) -> list[str]:
    """Print every way in every world by year, and what differs; what does not hold."""
    print(f"{len(found['baseline', USUAL])} paired futures\n")
    print(f"{'':62s}{'year':>5s}" + "".join(f"{name:>19s}" for name in SHOWN))
    for (way, world), values in found.items():
        for year, row in enumerate(values.mean(axis=0), 1):
            print(f"{way:18s}{world:44s}{year:5d}" + "".join(f"{value:19.4g}" for value in row))
    print("\nAgainst the same way as it is, years 4 and 5, with 95% intervals")
    wrong = []
    for way, world, name in compared():
        if not rises(found, way, world, name) and name in MUST_RISE.get(world, ()):
            wrong.append(f"{name} does not clearly rise: {world}, {way}")
    print(f"\n{FIFTH}: year 5 less year 4, less the same {USUAL}")
    for way, name in product(WAYS, (*MUST_RISE[FIFTH], "unmet_share", "strain", "turnover")):
        if goes_on(found, way, name) and name in MUST_RISE[FIFTH]:
            wrong.append(f"{name} still rises in the fifth year: {FIFTH}, {way}")
    print("\n" + ("does not hold: " + "; ".join(wrong) if wrong else "all holds"))
    return wrong


def compared() -> Iterator[tuple[str, str, str]]:
    """Way, world and what is looked at, of what is held against the same way as it is."""
    yield from product(WAYS, (FIFTH,), SHOWN)
    yield from product(WAYS, (ABSENT, OFF), ("missed_share", *SHOWN[:3]))
    yield from product(WAYS[:1], (*AS_IT_IS, *APART), (*SHOWN[:3], "days_waiting", "delayed_nights"))


def rises(found: Found, way: str, world: str, name: str) -> bool:
    """Whether something is clearly higher in years 4 and 5 of a world than as it is; prints by how much."""
    apart = (found[way, world] - found[way, USUAL])[:, LAST, SHOWN.index(name)].mean(axis=1)
    return clearly_more(f"{way}, {world}: {name}", apart)


def goes_on(found: Found, way: str, name: str) -> bool:
    """Whether something clearly rises from year 4 to 5 with a fifth of the applicants, beyond how it does as it is."""
    apart = (found[way, FIFTH] - found[way, USUAL])[:, :, SHOWN.index(name)]
    return clearly_more(f"{way}: {name}", apart[:, 4] - apart[:, 3])


def clearly_more(said: str, apart: np.ndarray) -> bool:
    """Whether the mean of futures is clearly above nothing; prints it with its interval."""
    from caremarket_sim.methods.statistics import interval

    mean = interval(apart)
    print(f"  {said} {mean.mean:+.4g} ({mean.low:+.4g} to {mean.high:+.4g})")
    return bool(mean.low > 0.0)


def main() -> int:
    """Measure, tell, and leave with whether all holds."""
    futures = asked_for(__doc__, one_future, FIRST_SEED)
    found = {key: np.array([future[key] for future in futures]) for key in futures[0]}
    return 1 if told(found) else 0


if __name__ == "__main__":
    sys.exit(main())
