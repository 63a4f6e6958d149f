"""Councils made by their names: beside what is published, and what a market with no new policy does there.

`python -m benchmarks.councils [--try Leeds --try Kent …] [--whole] [--json FILE]`

Three tables. Wigan by its name beside the place file that is shipped with its own sources. Published counts of people
with council-paid homecare, which no estimate has seen, beside the estimates. And, for each council named with `--try`
(none unless told), whether its market settles, in how many seconds, and which published figures it misses with no new
policy: four futures of three years, one after the other. Where several are named, all published figures of each beside
the first's, with a mark where two are further apart than the published band is wide.

With `--whole` each council named is also compared, as its user would: `caremarket new NAME`, then `caremarket compare`
of its baseline with its three ways of commissioning, on four futures; and asked whether it stands still over five years
of no policy at prices held, on the twenty futures and by the bounds of `benchmarks.stand_still`. A line says how long
the comparison took, what moved and what it found of headlines.

Nothing is fitted to any of it: what is far off is said. Exit status 1 where a market does not settle.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.stand_still import measure
from caremarket_sim.methods.standing_still import FUTURES, judge
from caremarket_sim.parameters import sources
from caremarket_sim.runs.plausibility import BAND, probe
from caremarket_sim.scenario import load
from caremarket_sim.scenario.beginnings import write_new
from caremarket_sim.scenario.council_estimates import figures_of
from caremarket_sim.scenario.councils import Council, council_called

PUBLISHED = {"Gateshead": (1390, "A30"), "Waltham Forest": (829, "A27")}
"""People with council-paid homecare, as two councils published it, and the source."""
WAYS = ("block", "zero-hours-spot", "collaborative")
HEADLINES = ("quality_of_life", "people_waiting", "turnover", "council_spend")


def wigan() -> list[dict[str, Any]]:
    """Each figure of Wigan: as shipped, and as estimated."""
    shipped = load("builtin:wigan/baseline").place.figures
    estimated = figures_of(known("Wigan"))
    return [
        {
            "figure": key,
            "shipped": one.value,
            "estimated": estimated[key].value,
            "low": estimated[key].low,
            "high": estimated[key].high,
        }
        for key, one in shipped.items()
    ]


def published() -> list[dict[str, Any]]:
    """Council clients: as published, and as estimated."""
    found = []
    for name, (count, source) in PUBLISHED.items():
        clients = figures_of(known(name))["council_clients"]
        about = {"published": count, "source": source, "year": sources()[source].year}
        found.append({"council": name, **about, "estimated": clients.value, "low": clients.low, "high": clients.high})
    return found


def tried(council: Council) -> dict[str, Any]:
    """Whether a council's market settles, how long that took, and which published figures it meets."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        scenario = load(write_new(council.name, Path(folder) / "council") / "baseline.yaml")
        found = probe(scenario)
    place = scenario.place
    return {
        "council": council.name,
        "zones": len(place.zones),
        "people": place.council_clients + place.self_funders,
        "providers": place.contracted_providers + place.private_providers,
        "settles": not found.unsettled,
        "seconds": round(time.monotonic() - began, 1),
        "met": sum(one.within for one in found.judged if one.held_to == BAND),
        "of": sum(one.held_to == BAND for one in found.judged),
        "outside": [one.words for one in found.outside],
        "beyond limits": [one.words for one in found.beyond],
        "why not": found.unsettled,
        "rates": {
            one.label: {"mean": one.mean, "apart": one.high - one.low, "unit": one.unit}
            for one in found.judged
            if one.held_to == BAND
        },
    }


def whole(council: Council) -> dict[str, Any]:
    """A council as its user meets it: made and compared by the commands, in how many seconds, with what headlines in
    force; and what of it does not stand still."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        place, out = Path(folder) / "place", Path(folder) / "results"
        _carry_out("new", council.name, "--out", str(place))
        ways = [str(place / f"{name}.yaml") for name in ("baseline", *WAYS)]
        _carry_out("compare", *ways, "--replicates", "4", "--no-placebo", "--quiet", "--out", str(out))
        compared = time.monotonic() - began
        table = pd.read_csv(out / "differences.csv")
        began = time.monotonic()
        values = measure(range(FUTURES[0], FUTURES[0] + len(FUTURES)), place=str(place / "baseline.yaml"))
    found = table[(table["period"] == "in force") & table["indicator"].isin(HEADLINES)]
    return {
        "seconds": round(compared),
        "headlines": {
            way: dict(zip(rows["indicator"], rows["verdict"], strict=True))
            for way, rows in found.groupby("scenario", sort=False)
        },
        "standing_seconds": round(time.monotonic() - began),
        "moved": [f"{name} by {by:+.3f}" for name, *_, by, still in judge(values) if not still],
    }


def _carry_out(*words: str) -> None:
    """A command of the project; CalledProcessError where it fails."""
    subprocess.run([sys.executable, "-m", "caremarket_sim", *words], check=True, capture_output=True, text=True)


def print_whole(council: Council, row: dict[str, Any]) -> None:
    """How long a council's comparison took, what it found and what moved, under the line of the council."""
    print(f"    new and compare in {row['seconds']} s; stands still: {', '.join(row['moved']) or 'yes'}")
    for way, verdicts in row["headlines"].items():
        print(f"    {way}: " + "; ".join(f"{name} {verdict}" for name, verdict in verdicts.items()), flush=True)


def print_rates(results: list[dict[str, Any]]) -> None:
    """Each published quantity in every council tried beside the first, and which differ by more than its band."""
    settled = [row for row in results if row["settles"]]
    if len(settled) < 2:
        return
    print("\n" + " " * 40 + "".join(f"{row['council'][:13]:>15}" for row in settled))
    for label, first in settled[0]["rates"].items():
        cells = []
        for row in settled:
            mean = row["rates"][label]["mean"]
            mark = "!" if abs(mean - first["mean"]) > first["apart"] else " "
            cells.append(f"{mean:14.4g}{mark}")
        print(f"{label[:39]:40}{''.join(cells)}")


def known(name: str) -> Council:
    """A council that there is. Raises BadInput or KeyError for another."""
    council = council_called(name)
    if council is None:
        raise KeyError(name)
    return council


def main() -> int:
    """Print the tables."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--try", dest="names", action="append", default=[], metavar="COUNCIL")
    asked.add_argument("--whole", action="store_true", help="also compare each, and ask whether it stands still")
    asked.add_argument("--json", type=Path)
    given = asked.parse_args()
    councils = [known(name) for name in given.names]
    beside, counts = wigan(), published()
    print(f"{'Wigan':24}{'shipped':>10}{'by name':>10}   range")
    for row in beside:
        span = f"{row['low']:g} to {row['high']:g}"
        print(f"{row['figure']:24}{row['shipped']:10g}{row['estimated']:10g}   {span}")
    print(f"\n{'council clients':24}{'published':>10}{'by name':>10}   range")
    for row in counts:
        span = f"{row['low']:g} to {row['high']:g} ({row['source']}, {row['year']})"
        print(f"{row['council']:24}{row['published']:10g}{row['estimated']:10g}   {span}")
    results = []
    if councils:
        print(f"\n{'council':24}{'zones':>6}{'people':>8}{'providers':>10}{'seconds':>9}{'meets':>8}  misses")
    for council in councils:
        row = tried(council)
        results.append(row)
        said = "; ".join([*row["beyond limits"], *row["outside"]]) if row["settles"] else row["why not"]
        met = f"{row['met']}/{row['of']}" if row["settles"] else "-"
        counted = f"{row['zones']:6}{row['people']:8,}{row['providers']:10}{row['seconds']:9}"
        print(f"{row['council']:24}{counted}{met:>8}  {said}", flush=True)
        if given.whole and row["settles"]:
            row["whole"] = whole(council)
            print_whole(council, row["whole"])
    print_rates(results)
    if given.json is not None:
        given.json.write_text(json.dumps({"wigan": beside, "published": counts, "tried": results}, indent=2))
    return 0 if all(row["settles"] for row in results) else 1


if __name__ == "__main__":
    sys.exit(main())
