"""Does every lever work, and through its own path? `python -m benchmarks.levers [--lever KEY] [--out docs/levers.md]`.

Each lever is set at each bound or option, with the levers that it needs on both sides, on paired replicates of the
place: same settled market, same draws. The paired t of its declared indicator says whether it moved the declared way.
Then its path is cut: every process that reads the lever is shown the other value, and the outcome must not change.
Beside that stands what each lever moves most for people, in jobs or in others' money, against the smallest difference
that matters. Exit status 1 where a lever does neither what it declares nor what the page explains, moves nobody's lot
by a tenth of that without a reason, or acts past its path.
"""

import argparse
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.lever_paths import path_of
from benchmarks.lever_reasons import CONDITIONS, REASONS, WAITING
from benchmarks.lever_trials import SILENT_WITHOUT, Trial, cut, outcome, trials
from caremarket_sim import settling
from caremarket_sim.indicators import INDICATORS, Outcome
from caremarket_sim.policy import LEVERS
from caremarket_sim.scenario import Scenario, load

PLACE = Path(__file__).parents[1] / "scenarios" / "wigan" / "baseline.yaml"
FIRST_SEED = 4000
CLEAR = 3.0
"""|t| above which the declared indicator has moved."""
VERY_CLEAR = 6.0
"""|t| above which another indicator is named: some ninety are looked at."""
FELT = 0.1
"""Part of the smallest difference that matters from which on a lever is felt."""
LOTS = ("outcomes", "jobs")
"""Families of indicators in which people who draw on care and care workers feel a lever."""
TERMS = ("zero_hours_share", "guaranteed_hours", "training_days")
"""What a lever says of contracts itself, and so is not felt by."""
MONEY_OF_OTHERS = (
    "nhs_cost",
    "self_funder_spend",
    "staff_costs",
    "other_provider_costs",
    "provider_surplus",
    "workers_net_pay",
    "treasury_net",
)
"""Costs that are no line of the council's, so that no lever can be felt in them by costing something itself."""


@cache
def place() -> Scenario:
    """The place on which levers are tried."""
    return load(PLACE)


def differences(seed: int, chosen: tuple[Trial, ...], cache_folder: Path) -> np.ndarray:
    """(trials, 2, indicators): whole-period indicators of one seed under each trial's other value and its value."""
    settled = settling.settled_market(place(), seed, cache_folder)
    known: dict[str, Outcome] = {}
    return np.array(
        [[outcome(scenario, settled, seed, known).overall for scenario in trial.scenarios(place())] for trial in chosen]
    )


def cuts(seed: int, chosen: tuple[Trial, ...], cache_folder: Path) -> list[tuple[bool, bool, bool | None]]:
    """What `cut` says of each trial in the place."""
    settled = settling.settled_market(place(), seed, cache_folder)
    known: dict[str, Outcome] = {}
    return [cut(trial, place(), settled, seed, known) for trial in chosen]


@dataclass(frozen=True)
class Felt:
    """What moves most of people's lots, jobs and others' money, of all that moves very clearly: `share` is the
    difference over the smallest that matters."""

    indicator: str = ""
    difference: float = 0.0
    share: float = 0.0

    @property
    def rank(self) -> tuple[bool, float]:
        """What people feel comes before others' money, where they feel it at all."""
        return self.share >= FELT and self.indicator not in MONEY_OF_OTHERS, self.share


@dataclass(frozen=True)
class Finding:
    """What became of a trial. `t` is of the declared indicator; `others` those that moved most clearly; `felt` what
    moves most of what people feel."""

    trial: Trial
    before: float
    difference: float
    t: float
    others: tuple[tuple[str, float, float], ...]
    moves: bool
    cut: bool
    without: bool | None
    felt: Felt = Felt()

    @property
    def verdict(self) -> str:
        """As declared, the other way, no clear move, nothing changes, or moves where no direction is declared."""
        if not self.moves:
            return "changes nothing"
        if not self.trial.expected:
            return "moves" if self.others else "not clear"
        if abs(self.t) <= CLEAR:
            return "not clear"
        return "as declared" if self.t * self.trial.expected > 0 else "the other way"

    @property
    def explained(self) -> str:
        """Why the lever does not do here what it declares; empty where it does or nobody has said why."""
        return REASONS.get((self.trial.key, self.trial.name), "")


def paired_t(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """t of the paired differences along the first axis: 0 where nothing differs, infinite where all do alike."""
    difference = after - before
    count = len(difference)
    mean = difference.mean(axis=0)
    error = difference.std(axis=0, ddof=1) / np.sqrt(count) if count > 1 else np.abs(mean)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(mean == 0.0, 0.0, mean / error)


def judge(trial: Trial, values: np.ndarray, severed: tuple[bool, bool, bool | None]) -> Finding:
    """Hold a trial's (replicates, 2, indicators) against what its lever declares."""
    names = list(INDICATORS)
    before, after = values[:, 0], values[:, 1]
    t = paired_t(before, after)
    mean = (after - before).mean(axis=0)
    at = names.index(trial.indicator)
    order = np.argsort(-np.abs(np.nan_to_num(t, posinf=1e9, neginf=-1e9)))
    others = tuple((names[k], float(mean[k]), float(t[k])) for k in order if abs(t[k]) > VERY_CLEAR and k != at)[:4]
    felt = max(felts(names, mean, t), key=lambda one: one.rank, default=Felt())
    moves = severed[0] or not np.array_equal(before, after, equal_nan=True)
    return Finding(
        trial, float(before[:, at].mean()), float(mean[at]), float(t[at]), others, moves, severed[1], severed[2], felt
    )


def felts(names: list[str], mean: np.ndarray, t: np.ndarray) -> list[Felt]:
    """What moves very clearly among people's lots, jobs and others' money."""
    return [
        Felt(name, float(mean[k]), abs(float(mean[k])) / INDICATORS[name].smallest)
        for k, name in enumerate(names)
        if abs(t[k]) > VERY_CLEAR and (INDICATORS[name].family in LOTS or name in MONEY_OF_OTHERS) and name not in TERMS
    ]


def measure(chosen: list[Trial], replicates: int, workers: int = 2) -> list[Finding]:
    """Try every lever on paired replicates, and cut the path of each on the first of them."""
    with tempfile.TemporaryDirectory() as folder, _pool(workers) as pool:
        kept = Path(folder)
        seeds = range(FIRST_SEED, FIRST_SEED + replicates)
        values = [pool.submit(differences, seed, tuple(chosen), kept) for seed in seeds]
        parts = [tuple(chosen[k::4]) for k in range(4)]
        severed = [pool.submit(cuts, FIRST_SEED, part, kept) for part in parts]
        by_seed = np.array([future.result() for future in values])
        found = {}
        for part, future in zip(parts, severed, strict=True):
            found.update({(trial.key, trial.name): result for trial, result in zip(part, future.result(), strict=True)})
    return [judge(trial, by_seed[:, k], found[trial.key, trial.name]) for k, trial in enumerate(chosen)]


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=get_context("forkserver"))


def fails(finding: Finding) -> str:
    """What is wrong with a finding; empty where nothing is."""
    if finding.cut:
        return "acts past its path"
    if finding.without:
        return f"acts without {SILENT_WITHOUT[finding.trial.key]}"
    if finding.verdict in ("as declared", "moves") or finding.explained:
        return ""
    return finding.verdict


def most_felt(findings: list[Finding]) -> dict[str, Finding]:
    """Of each lever the trial in which it is felt most."""
    keys = dict.fromkeys(one.trial.key for one in findings)
    return {key: max((one for one in findings if one.trial.key == key), key=lambda one: one.felt.rank) for key in keys}


def unfelt(findings: list[Finding]) -> list[str]:
    """Levers that nobody feels, and of which the page does not say under which conditions somebody would."""
    found = most_felt(findings)
    return [key for key, one in found.items() if one.felt.share < FELT and key not in {*CONDITIONS, *WAITING}]


def felt_table(findings: list[Finding]) -> list[str]:
    """What each lever is felt in most, as lines of Markdown."""
    lines = [
        "## What people feel of each lever",
        "",
        f"Of all that moves very clearly (|t| over {VERY_CLEAR:g}) in outcomes for people and in jobs, and where "
        "nothing does there in what the NHS, self-funders, providers, care workers and the Treasury pay or get: the "
        "largest difference against the smallest that matters, at the value at which it is largest. Zero-hours, "
        "guaranteed hours and days of training, which levers set themselves, do not count. A lever is felt from "
        f"{FELT:g} of that on. The council's own costs are left out, so that no lever is felt by what it costs itself.",
        "",
        "| lever | value | moves | by | of the smallest that matters | |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for key, one in most_felt(findings).items():
        felt = one.felt
        waits = f"waits: {WAITING[key]}" if key in WAITING else ""
        said = "" if felt.share >= FELT or waits else CONDITIONS.get(key, "**no reason has been given**")
        moved = (
            (f"`{felt.indicator}`", f"{felt.difference:+.3g}", f"{felt.share:.2g}") if felt.indicator else ("", "", "0")
        )
        lines.append(
            "| " + " | ".join((f"`{key}`", one.trial.name, *moved, "; ".join(filter(None, (said, waits))))) + " |"
        )
    return [*lines, ""]


def page(findings: list[Finding], replicates: int) -> str:
    """The findings as Markdown."""
    lines = [
        "# Every lever, tried",
        "",
        "Written by `python -m benchmarks.levers --out docs/levers.md`; `caremarket docs levers` says what each lever "
        "is.",
        "",
        f"Each lever is set at each bound or option against another value, in Wigan, on {replicates} paired futures, "
        "from the first week, over three years, or five where it waits for a tendered contract; the levers that it "
        "needs are set on both sides. *t* is that of the paired difference in the indicator that the lever declares; "
        f"it has moved where |t| is over {CLEAR:g}. For an option without a declared direction the indicators that "
        "moved most clearly are named. Each lever's path is the processes of the week that read it. With the path "
        "cut, that is with those processes alone shown the other value, every number of the outcome stayed exactly "
        "the same, unless the table says otherwise.",
        "",
        "| lever | value | declared | before | difference | t | verdict |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in findings:
        lever = LEVERS[one.trial.key]
        arrow = {1: "up", -1: "down", 0: "either way"}[one.trial.expected]
        cells = (
            f"`{lever.key}`", one.trial.name, f"`{one.trial.indicator}` {arrow}", f"{one.before:.4g}",
            f"{one.difference:+.3g}", f"{one.t:.1f}", "; ".join(filter(None, (one.verdict, fails(one)))),
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "## Ambiguous, or without effect", ""]
    for one in findings:
        if one.verdict != "as declared":
            moved = ", ".join(f"`{name}` {change:+.3g} (t {t:.0f})" for name, change, t in one.others)
            said = one.explained or "No reason has been given."
            clearly = f" Most clearly moved: {moved}." if moved else ""
            lines.append(f"- `{one.trial.key}`, {one.trial.name}: {one.verdict}. {said}{clearly}")
    lines += [
        "",
        *felt_table(findings),
        "## Paths",
        "",
        "| lever | processes that read it | changes nothing without |",
        "| --- | --- | --- |",
    ]
    for key in dict.fromkeys(one.trial.key for one in findings):
        off = f"`{SILENT_WITHOUT[key]}`" if key in SILENT_WITHOUT else ""
        lines.append(f"| `{key}` | {', '.join(f'`{name}`' for name in path_of(key))} | {off} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Try the levers, print or write the page, and say what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=16)
    parser.add_argument("--years", type=int, default=5, help="of levers that wait for a tender; others at most three")
    parser.add_argument("--lever", action="append", choices=list(LEVERS), help="only this one; may be repeated")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    began = time.perf_counter()
    chosen = [trial for key in options.lever or LEVERS for trial in trials(key, min(3, options.years), options.years)]
    findings = measure(chosen, options.replicates, options.workers)
    text = page(findings, options.replicates)
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    else:
        print(text)
    wrong = [f"{one.trial.key}, {one.trial.name}: {fails(one)}" for one in findings if fails(one)]
    wrong += [f"{key}: felt by nobody, and no condition is named under which it would be" for key in unfelt(findings)]
    print(f"{len(findings)} trials in {time.perf_counter() - began:.0f} s; {len(wrong)} unexplained", *wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
