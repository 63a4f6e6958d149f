"""Who travels how far, and who waits where? `python -m benchmarks.place [--futures 20] [--json FILE]`.

Paired futures of Wigan, each from one settled market: as it is, and after a tender with 40, 10, 5 or 2 winners, by
zones (each a locality, with one lead, or two where there are more winners than localities) or of the whole borough,
with places kept for people in hospital or not. The fee, its rule and all else are the same, and the contract outlasts
the five years, of which the last three are looked at. Travel is that of providers under contract, in hours for an hour
delivered.

Tables with paired 95% intervals: travel of the borough over zones, by the number of winners, and of the same firms in
the borough over in their zones; days waited in hospital and at home with places kept and not; different people in a
fortnight. Exit status 1 where firms that won the borough do not clearly travel more than the same ones in their zones.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.continuity import PUBLISHED
from benchmarks.futures import ask, each

PLACE = Path(__file__).parents[1] / "scenarios" / "wigan" / "baseline.yaml"
WINNERS, TEN = (40, 10, 5, 2), 10
KEPT = 4
"""Weeks of a stay in hospital for which a place is kept, where it is."""
YEARS, FROM_WEEK = 5, 104
"""The place is looked at from this week on: packages move to the winners in week 24."""
FIRST_SEED = 4000
DECIMALS = {
    "travel": 3,
    "under contract": 1,
    "nights delayed": 0,
    "days in hospital": 2,
    "waiting": 1,
    "days at home": 2,
    "people in a fortnight": 2,
}
"""What is shown, and with how many decimals: hours travelled for an hour delivered; providers under contract; delayed
nights a year and days fit but not home for an admission; people waiting at home and days waited there for a referral;
and different people in a fortnight, of those with two visits a day or more."""
WAITS, PEOPLE = ("nights delayed", "days in hospital", "waiting", "days at home"), "people in a fortnight"


class World(NamedTuple):
    """A tender of so many winners, by zones or not, with places kept or not; or, with none, the place as it is."""

    winners: int
    zoned: bool
    kept: bool = False

    def __str__(self) -> str:
        if self.winners == 0:
            return "as it is"
        return f"{self.winners:2d} {'zoned' if self.zoned else 'borough'}{', kept' if self.kept else ''}"


AS_IT_IS = World(0, False)
WORLDS = (AS_IT_IS, *(World(n, zoned, kept) for n in WINNERS for zoned in (True, False) for kept in (False, True)))


class Seen(NamedTuple):
    """What was seen of a world in one future: what is shown, and by number the hours travelled and delivered of each
    firm while under contract."""

    shown: list[float]
    firms: dict[int, np.ndarray]


def scenarios(start, localities: int) -> Iterator[object]:
    """Each of the WORLDS as a scenario of the place, which has so many localities."""
    for world in WORLDS:
        if world == AS_IT_IS:
            yield start
            continue
        levers = {
            "procurement.retender_at_start": True,
            "procurement.max_providers": world.winners,
            "contract.term_years": 2 * YEARS,
            "contract.retainer_weeks": KEPT if world.kept else 0,
        }
        if world.zoned:
            levers["procurement.zoned"] = True
            levers["procurement.providers_per_zone"] = -(-world.winners // localities)
            levers["contract.sourcing"] = "zoned_lead"
        yield start.with_levers(levers)


def watch(scenario, settled, seed: int) -> Seen:
    """Go through a future week by week, and from FROM_WEEK on look at who travels and who comes."""
    from caremarket_sim import settling
    from caremarket_sim.indicators import add_up, record_of
    from caremarket_sim.market.codes import RECEIVING
    from caremarket_sim.week import one_week

    market = settling.fork(settled, scenario)
    firms, people, contracts = {}, [], []
    for week in range(scenario.weeks):
        one_week(market, scenario.parameters.numbers, scenario.levers_at(week), seed)
        if week < FROM_WEEK:
            continue
        providers, clients = market.providers, market.clients
        held = np.flatnonzero((providers.contracted == 1) & (providers.open == 1))
        contracts.append(len(held))
        for number, *hours in zip(
            providers.number[held], providers.travel[held], providers.delivered[held], strict=True
        ):
            firms[int(number)] = firms.get(int(number), 0.0) + np.array(hours)
        often = (clients.status == RECEIVING) & (clients.visits >= 2)
        people.append(clients.carers_fortnight[often].mean())
    total = add_up(record_of(market)[FROM_WEEK:].reshape(1, -1))[0]
    travelled, delivered = np.sum(list(firms.values()), axis=0)
    shown = (
        *(travelled / delivered, np.mean(contracts), 52.0 * total["n_delayed_nights"] / total["weeks"]),
        *(total["n_delayed_nights"] / total["n_admissions"], total["waiting"] / total["weeks"]),
        *(7.0 * total["waiting"] / total["n_referrals"], np.mean(people)),
    )
    return Seen([float(value) for value in shown], firms)


def one_future(seed: int) -> list[Seen]:
    """Each of the WORLDS of one future: all of them begin from one settled market."""
    from caremarket_sim import settling
    from caremarket_sim.scenario import load

    start = load(PLACE).with_weeks(52 * YEARS)
    settled = settling.settled_market(start, seed, None)
    return [watch(scenario, settled, seed) for scenario in scenarios(start, len(settled.localities))]


def of_the_same_firms(zoned: Seen, borough: Seen) -> float:
    """Travel for an hour of the firms that held a contract in both worlds: in the borough over in their zones, %."""
    both = zoned.firms.keys() & borough.firms.keys()
    in_zones, all_over = (np.sum([seen.firms[number] for number in both], axis=0) for seen in (zoned, borough))
    return 100.0 * float((all_over[0] / all_over[1]) / (in_zones[0] / in_zones[1]) - 1.0)


class Found:
    """What all futures came to, and the lines that say so."""

    def __init__(self, futures: list[list[Seen]]):
        self.seen = {world: [future[k] for future in futures] for k, world in enumerate(WORLDS)}

    def values(self, world: World) -> np.ndarray:
        """(futures, what is shown)."""
        return np.array([seen.shown for seen in self.seen[world]])

    def column(self, world: World, name: str) -> np.ndarray:
        """One of them, by future."""
        return self.values(world)[:, list(DECIMALS).index(name)]

    def levels(self, title: str, middle) -> None:
        """Print the `middle` future of each world, by the mean or the median."""
        print(f"\n{title:18s}" + "".join(f"{name:>22s}" for name in DECIMALS))
        for world in WORLDS:
            values = zip(middle(self.values(world), axis=0), DECIMALS.values(), strict=True)
            print(f"{world!s:18s}" + "".join(f"{value:22.{decimals}f}" for value, decimals in values))

    def travel(self) -> list[str]:
        """Print who travels how much more than whom; returns what does not hold."""
        print("\nTravel, hours for an hour delivered: the whole borough over zones")
        for n in WINNERS:
            zoned, borough = (self.column(World(n, by_zones), "travel") for by_zones in (True, False))
            line(f"{n} winners, hours", borough - zoned, 3)
            line(f"{n} winners, %", 100.0 * (borough / zoned - 1.0), 1)
        print(f"\nTravel by the number of winners, over {TEN}, %")
        for by_zones in (True, False):
            ten = self.column(World(TEN, by_zones), "travel")
            for world in (World(n, by_zones) for n in WINNERS if n != TEN):
                line(str(world), 100.0 * (self.column(world, "travel") / ten - 1.0), 1)
        print("\nTravel of the same firms, in the borough over in their zones, %")
        wrong = []
        for n in WINNERS:
            pairs = zip(self.seen[World(n, True)], self.seen[World(n, False)], strict=True)
            if not line(f"{n} winners", np.array([of_the_same_firms(*pair) for pair in pairs]), 1) > 0.0:
                wrong.append(f"the same firms do not clearly travel more in the borough: {n} winners")
        return wrong

    def waits(self) -> None:
        """Print what waits, and who comes, differ by: keeping places, the number of winners, and zones."""
        tendered = [World(n, by_zones) for n in WINNERS for by_zones in (True, False)]
        kept = [(world._replace(kept=True), world) for world in tendered]
        self.apart(f"Places kept for {KEPT} weeks of a stay in hospital, over not", WAITS, kept)
        others = [(world, world._replace(winners=TEN)) for world in tendered if world.winners != TEN]
        self.apart(f"By the number of winners, over {TEN}", (*WAITS, PEOPLE), others)
        self.apart(
            "The whole borough over zones", (*WAITS, PEOPLE), [(World(n, False), World(n, True)) for n in WINNERS]
        )

    def apart(self, title: str, names, pairs: list[tuple[World, World]]) -> None:
        """Print by how much the first of each two worlds is above the second."""
        print(f"\n{title}")
        for name in names:
            for one, other in pairs:
                line(f"{name}, {one}", self.column(one, name) - self.column(other, name), DECIMALS[name])


def line(words: str, by: np.ndarray, decimals: int) -> float:
    """Print the mean of paired differences and its 95% interval; returns the lower end."""
    from caremarket_sim.methods.statistics import interval

    apart = interval(by[:, None])
    low, mean, high = (float(part[0]) for part in (apart.low, apart.mean, apart.high))
    print(f"  {words:36s} {mean:+10.{decimals}f}  ({low:+.{decimals}f} to {high:+.{decimals}f})")
    return low


def main() -> int:
    """Measure, print the tables, and say whether the borough's winners travel more than the same firms in zones."""
    parser = argparse.ArgumentParser(description=__doc__)
    ask(parser)
    parser.add_argument("--json", type=Path, help="write what is shown here too: by world, future by future")
    options = parser.parse_args()
    seeds = range(FIRST_SEED, FIRST_SEED + options.futures)
    found = Found(each(one_future, seeds, options.workers, options.keep))
    if options.json:
        shown = {str(world): found.values(world).tolist() for world in WORLDS}
        options.json.write_text(json.dumps({"shown": list(DECIMALS), "worlds": shown}, indent=1))
    print(f"{options.futures} paired futures, years 3 to {YEARS}")
    found.levels("mean", np.mean)
    found.levels("median", np.median)
    print(f"\nPeople in a fortnight are of those with two visits or more; published: {PUBLISHED} (N47).")
    wrong = found.travel()
    found.waits()
    print("\n" + ("does not hold: " + "; ".join(wrong) if wrong else "all holds"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
