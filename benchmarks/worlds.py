"""The worlds that the question is about: `python -m benchmarks.worlds --out docs/worlds.md` writes a page of them.

Whether the baseline stands still and every regime repeats its contract cycle; what share works on zero hours under
block contracts, and what made it so; which group of levers did what; and seven policies from two starts, settled and
switched, on all nine headlines.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

import caremarket_sim as cm
from benchmarks import stand_still
from benchmarks.periods import cell
from caremarket_sim.findings.frames import headlines
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.standing_still import BOUNDS, FUTURES, judge
from caremarket_sim.policy import PRESETS, of_preset
from caremarket_sim.results.durable import write_file
from caremarket_sim.results.periods import span_of_years
from caremarket_sim.runs.design import replicate_seeds
from caremarket_sim.runs.plan import SEED, at_horizon
from caremarket_sim.runs.settled import settled_folder
from caremarket_sim.scenario import Scenario
from caremarket_sim.settling import code_version, settled_market
from caremarket_sim.studies.calibration.validation_tables import markdown
from caremarket_sim.studies.compare.result import Comparison
from caremarket_sim.studies.compare.study import carry_out_comparison, plan_comparison, with_standing
from caremarket_sim.studies.explain.coalitions import AS_WRITTEN, POLICY_GROUPS, Bundle
from caremarket_sim.studies.explain.frames import DIFFERENCE, SHAPLEY
from caremarket_sim.studies.explain.result import Explanation
from caremarket_sim.studies.explain.study import Explaining, carry_out_explanation
from caremarket_sim.studies.standing.study import Standing, compare_standing
from caremarket_sim.telling.words import in_a_sentence, labelled, quantity

STARTS = {"baseline": "builtin:wigan/baseline", "as it was": "builtin:wigan/as-it-was/stay"}
PRICE_LED = {"price": 0.85, "quality": 0.15, "values": 0.0, "social_value": 0.0}
WEIGHTS = "procurement.weights"
SETTLED_ALONE = (
    "contract.guaranteed_volume",
    "contract.payment_basis",
    "contract.term_years",
    "procurement.max_providers",
    "fee.rule",
)
"""What of a block is set back, one lever at a time, to see what moves its share on zero hours."""
WHAT_MADE_IT_SO = (
    "A provider weighs the hours that a guarantee would make it pay for without a visit against the leavers that it "
    "saves; few hours are lost at short notice, so that terms of purchase move the share little. In an earlier form of "
    "the model, in which guaranteed volume, planned payment and length of contract had terms of their own in that "
    "choice, it was 14%."
)
EXPLAINED_YEARS = 5
"""Years of the futures on which combinations of groups of levers are tried."""
PERIODS = ("all", "transition", "in force", "last year")


def policies(start: Scenario) -> tuple[Scenario, ...]:
    """The seven policies from a start, and the start itself, last. Selection alone: a block whose weights differ."""
    block = start.with_levers(dict(of_preset("block"))).named("block", "Block contracts")
    collaborative = start.with_levers(dict(of_preset("collaborative"))).named(
        "collaborative", "Collaborative framework"
    )
    levers = collaborative.levers_at(0)
    stewardship = {key: value for key, value in levers.items() if key.startswith("stewardship.")}
    community = {key: value for key, value in of_preset("block").items() if key.startswith("community.")}
    return (
        block.with_levers({WEIGHTS: PRICE_LED}).named("price-led", "A block tender led by price"),
        block.with_levers({WEIGHTS: PRESETS["collaborative"][WEIGHTS]}).named("values-led", "A block led by values"),
        block,
        start.with_levers(dict(of_preset("zero-hours-spot"))).named("zero-hours-spot", "Spot purchase"),
        collaborative,
        collaborative.with_levers(community).named("collaborative-contract-only", "Without the community's levers"),
        block.with_levers(stewardship).named("block-well-run", "Block with the framework's stewardship"),
        start.named("stay", start.title),
    )


def compared(start: Scenario, futures: int, years: int, workers: int | None) -> Comparison:
    """The policies from a start, switched and settled, on the same futures."""
    plan = plan_comparison(
        policies(start), reference="stay", replicates=futures, years=years, assumption_replicates=0, baseline=False
    )
    return with_standing(carry_out_comparison(plan, workers=workers), workers=workers)


def stands_still(futures: int, workers: int | None) -> str:
    """Whether the baseline stands still at prices held."""
    found = judge(stand_still.measure(range(FUTURES[0], FUTURES[0] + futures), workers=workers))
    rows = [
        (INDICATORS[name].label, f"{start:.4g}", f"{end:.4g}", f"{moved:+.3f}", "still" if still else "**moved**")
        for name, start, end, moved, still in found
    ]
    return markdown(("baseline", "year before the start", "year 5", "moved", "verdict"), rows)


def repeats(found: dict[str, Standing], further: dict[str, Standing]) -> str:
    """Whether each regime's cycles after the start equal the one before, on the futures found and with further ones."""
    rows, heads = [], ["start", "regime", "cycle", "cycles after the start"]
    for start, standing in found.items():
        for name, (weeks, count) in standing.cycles.items():
            few = standing.before_and_after(name)
            many = np.concatenate([few, further[start].before_and_after(name)])
            rows.append((start, name, span_of_years(weeks), str(count), what_moved(few), what_moved(many)))
            futures = [f"on {len(few)} futures", f"on {len(many)}"]
    return markdown((*heads, *futures), rows)


def what_moved(cycles: np.ndarray) -> str:
    """That a regime repeats its cycle, or by how much what moved with its standard error."""
    moved = []
    for k, (one, _, _, by, still) in enumerate(judge(cycles)):
        if not still:
            apart = cycles[:, -1, k] - cycles[:, 0, k]
            scale = cycles[:, 0, k].mean() if BOUNDS[one][0] == "relative" else 1.0
            error = apart.std(ddof=1) / np.sqrt(len(apart)) / scale
            moved.append(f"{INDICATORS[one].label.lower()} {by:+.3f} (error {error:.3f})")
    return "repeats" if not moved else f"**does not repeat**: {', '.join(moved)}"


def zero_hours(seeds: Sequence[int], found: Standing, workers: int | None) -> str:
    """The share on zero hours under block as it was, what it is under its levers set back, and intercepts."""
    place = cm.load(STARTS["as it was"])
    neutral = cm.load(STARTS["baseline"])
    block = place.named("block as it was")
    levers = block.place.regime.changed({"procurement.retender_at_start": True})
    without = [block]
    for key in SETTLED_ALONE:
        changed = levers.changed({key: neutral.levers_at(0)[key]})
        without.append(block.with_levers(dict(changed)).named(f"without {key}"))
    standing = compare_standing(without, "block as it was", seeds, workers=workers)
    share = list(INDICATORS).index("zero_hours_share")
    rows = [(name, f"{100 * values[:, share].mean():.1f}%") for name, values in standing.values.items()]
    folder = settled_folder()
    intercepts = [settled_market(neutral, seed, folder).commissioners.rows[0]["contract_intercept"] for seed in seeds]
    target = 100 * neutral.parameters["baseline.zero_hours_share"]
    baseline = 100 * found.values["stay"][:, share].mean() if "stay" in found.values else float("nan")
    return (
        f"In the baseline the intercept of contract offers is solved for {target:.0f}% on zero hours (mean "
        f"{np.mean(intercepts):+.3f}; as a standing regime {baseline:.1f}%), and every regime keeps it. Under block as "
        f"it was the share is whatever that intercept and the block's own levers make of it ({len(seeds)} futures; one "
        f"lever at a time set back to neutral). {WHAT_MADE_IT_SO}\n\n"
        + markdown(("regime", "care workers on zero hours"), rows)
    )


def explained(start: Scenario, futures: int, workers: int | None) -> Explanation:
    """Every policy against staying, taken apart by groups of levers, in the weeks in which all of them are in force."""
    *tried, stay = at_horizon(policies(start), EXPLAINED_YEARS)
    tried.sort(key=lambda one: one.name != "collaborative")  # the longest on its way says from when all are in force
    bundles = tuple(Bundle(AS_WRITTEN, stay, one) for one in tried)
    asked = Explaining(bundles, None, False, False, SEED, replicate_seeds(SEED, futures))
    return carry_out_explanation(asked, workers=workers)


def share_cell(row: pd.Series) -> str:
    """What a group adds, with the mark of a clear difference; nothing where it adds exactly nothing."""
    indicator = INDICATORS[row["indicator"]]
    if row["value"] == 0.0:
        return ""
    said = quantity(row["value"], indicator, signed=True)
    if abs(row["low"]) <= indicator.smallest and abs(row["high"]) <= indicator.smallest:
        return f"{said} ·"
    if row["low"] <= 0.0 <= row["high"] or indicator.better == "neither":
        return said
    return f"{said} {'▲' if (row['value'] > 0.0) == (indicator.better == 'higher') else '▼'}"


def explanation(values: pd.DataFrame) -> str:
    """The table of what each group of levers did, and in a sentence a policy the group that did most of it."""
    rows, sentences = [], []
    for policy in values.scenario.unique():
        strongest = []
        for one in headlines():
            here = values[(values.scenario == policy) & (values.indicator == one.id)]
            whole = here[here.measure == DIFFERENCE].iloc[0]
            groups = here[here.measure == SHAPLEY].set_index("group")
            cells = [share_cell(groups.loc[group]) for group in POLICY_GROUPS]
            rows.append((policy, labelled(one), share_cell(whole), *cells))
            clear = groups[[cell.endswith(("▲", "▼")) for cell in cells]]
            if len(clear):
                most = clear["value"].abs().idxmax()
                strongest.append(f"{in_a_sentence(one.label)}, {most} ({share_cell(clear.loc[most])})")
        sentences.append(f"- **{policy}**: {'; '.join(strongest) or 'nothing that is clear'}.")
    heads = ("policy", "indicator", "whole difference", *POLICY_GROUPS)
    return "\n".join([*sentences, "", markdown(heads, rows)])


def table(found: dict[str, Comparison]) -> str:
    """Every policy from both starts, settled and switched, every headline, by period."""
    rows = []
    for start, comparison in found.items():
        assert comparison.standing is not None
        settled = comparison.standing.frame().set_index(["scenario", "indicator"])
        switched = comparison.frame().set_index(["scenario", "indicator", "period"])
        for scenario in ("stay", *comparison.others):
            for one in headlines():
                own = settled.loc[(scenario, one.id)]
                level = quantity(own["mean"], one)
                if scenario == "stay":
                    rows.append((start, scenario, labelled(one), level, *[""] * (1 + len(PERIODS))))
                    continue
                cells = [cell(switched.loc[(scenario, one.id, period)], one) for period in PERIODS]
                rows.append((start, scenario, labelled(one), level, cell(own, one), *cells))
    heads = ("start", "policy", "indicator", "settled, mean", "settled, difference")
    return markdown((*heads, *(f"switched, {period}" for period in PERIODS)), rows)


def page(found: dict[str, Comparison], parts: dict[str, str], asked: argparse.Namespace) -> str:
    """The document."""
    futures, explained_futures = asked.futures, asked.explained_futures
    periods = found["baseline"].periods
    return f"""# The worlds that the question is about

Written by `python -m benchmarks.worlds --futures {futures} --out docs/worlds.md`, with version
{code_version()[:12]} of the model's code and data: **{futures} paired futures** of Wigan from two starts, the baseline
(a typical borough of 2024/25) and block as it was (`scenarios/wigan/as-it-was/`). Each policy is compared twice with
staying as it is: *settled*, as the place's standing regime, in force for years, its mean over whole contract cycles at
prices held; and *switched*, from the first week on, at projected prices, with what the way there costs. Price-led and
values-led are the block with other weights of its tender, so that selection stands by itself; contract only and well
run say what of a bundle its contract did. [How a regime begins](why-it-is-so.md#the-model).

▲ clearly better than staying, ▼ clearly worse (headlines allow for many looks), · too small to matter; without a mark
no difference is clear. Chance only; assumptions held fixed. Nothing here was a target.

## Does the baseline stand still?

{parts["still"]}

## Does each regime repeat its contract cycle?

The cycle before the start against the mean of those after it, by the same bounds, on these futures and on these with
{asked.cycle_futures - futures} more: on twenty a margin moves by half a point and the largest provider's share by 1.5
by chance alone, and 160 quantities are asked.

{parts["repeats"]}

## Zero hours under block contracts

{parts["zero"]}

## Which group of levers did what

From the baseline, on {explained_futures} paired futures of {EXPLAINED_YEARS} years, in the weeks in which all policies
are in force. Every combination of the groups of levers is simulated: what a group adds, averaged over every order in
which the groups could be introduced (Shapley), so that the groups add up to the whole. First, of every headline, the
group that did most of what is clear. Intervals are of chance only, and not widened for many looks.

{parts["explained"]}

## Every policy from both starts

Switched: {periods.words}; the horizon is {span_of_years(periods.weeks)}.

{table(found)}
"""


def main() -> None:
    """Simulate, print, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--futures", type=int, default=20)
    parser.add_argument("--cycle-futures", type=int, default=60, help="on which cycles are asked once more")
    parser.add_argument("--explained-futures", type=int, default=8, help="each takes over a hundred combinations")
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    parts = {"still": stands_still(asked.futures, asked.workers)}
    print(parts["still"], flush=True)
    found: dict[str, Comparison] = {}
    for start, file in STARTS.items():
        found[start] = compared(cm.load(file), asked.futures, asked.years, asked.workers)
    settled = {start: one.standing for start, one in found.items() if one.standing is not None}
    more = replicate_seeds(SEED, asked.cycle_futures)[asked.futures :]
    further = {
        start: compare_standing(policies(cm.load(file)), "stay", more, workers=asked.workers)
        for start, file in STARTS.items()
    }
    parts["repeats"] = repeats(settled, further)
    print(parts["repeats"], flush=True)
    parts["zero"] = zero_hours(found["baseline"].seeds, settled["baseline"], asked.workers)
    print(parts["zero"], flush=True)
    values = explained(cm.load(STARTS["baseline"]), asked.explained_futures, asked.workers).frame()
    parts["explained"] = explanation(values)
    print(parts["explained"], flush=True)
    written = page(found, parts, asked)
    print(table(found))
    if asked.out is not None:
        write_file(asked.out, written.encode())


if __name__ == "__main__":
    main()
