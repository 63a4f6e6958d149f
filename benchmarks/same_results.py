"""Has a change of the code changed a result? `python -m benchmarks.same_results REVISION`.

Simulates with the code as it was at a revision and as it is here, and compares what is recorded, bit by bit: the
baseline under each draw of the plausible set, samples of the design that the emulator was made of, every scenario file
that is shipped, collaboration under each draw, and random policies of seven years with every lever.

Where nothing differs, both versions are noted in `findings/same_results.json`: what was found with the one then holds
for the other (`findings.versions`). Where something does, they are noted for the findings whose own runs are the same.
Exit status 1 where anything differs; the lines say in what.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLACE = "scenarios/wigan/baseline.yaml"
COLLABORATIVE = "scenarios/wigan/collaborative.yaml"
DESIGN = "scenarios/designs/what-if.yaml"
SAMPLES = 32
"""Of the design, spread over it."""
SEED = 77
POLICIES = 100
YEARS = 7
"""Of each random policy."""
APART = ("scenarios/designs/", "place.yaml")
"""Files that are no scenarios by themselves."""


def recorded(scenario) -> str:
    """A hash of all that is recorded of one future of a scenario."""
    from caremarket_sim import settling
    from caremarket_sim.indicators import outcome_of

    market = settling.fork(settling.settled_market(scenario, SEED, None), scenario)
    settling.go_through(scenario, market, SEED)
    digest = hashlib.sha256(market.series.tobytes())
    for part in (*market.breakdowns, *vars(outcome_of(market)).values()):
        digest.update(part.tobytes())
    return digest.hexdigest()[:16]


def of_file(name: str, draw: int = 0) -> str:
    """What is recorded of a scenario file of the folder that is stood in, under a draw of the plausible set if told."""
    from caremarket_sim.findings.draws import shipped_draws
    from caremarket_sim.scenario import load

    scenario = load(name)
    return recorded(shipped_draws()[draw - 1].applied(scenario) if draw else scenario)


def of_policy(number: int) -> str:
    """What is recorded of a random policy."""
    from benchmarks.random_policies import random_policy
    from caremarket_sim.scenario import load

    weeks = 52 * YEARS
    return recorded(replace(load(PLACE).with_weeks(weeks), changes=random_policy(number, weeks)))


def of_sample(number: int) -> str:
    """What is recorded of one of SAMPLES samples of the emulator's design."""
    from caremarket_sim.studies.sweep.design_files import read_design
    from caremarket_sim.studies.sweep.plan import plan_sweep

    design = read_design(ROOT / DESIGN)
    first = plan_sweep(replace(design, replicates=1))
    scenarios = [one for task in first.tasks for one in task.scenarios if one.name != design.reference]
    return recorded(scenarios[(number - 1) * (len(scenarios) - 1) // (SAMPLES - 1)])


def what_is_asked(policies: int) -> dict[str, dict[str, partial[str]]]:
    """Of each finding, and of everything else, every run by what it is called."""
    from caremarket_sim.findings.draws import shipped_draws

    draws = range(1, len(shipped_draws()) + 1)
    files = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "scenarios").rglob("*.yaml"))
    files = [name for name in files if not any(part in name for part in APART)]
    others = {name: partial(of_file, name) for name in files}
    others |= {f"{COLLABORATIVE} under draw {draw}": partial(of_file, COLLABORATIVE, draw) for draw in draws}
    return {
        "plausible set": {f"{PLACE} under draw {draw}": partial(of_file, PLACE, draw) for draw in draws},
        "emulator": {f"sample {number} of {DESIGN}": partial(of_sample, number) for number in range(1, SAMPLES + 1)},
        "everything": others
        | {f"random policy {number}": partial(of_policy, number) for number in range(1, policies + 1)},
    }


def answer(asked: dict[str, partial[str]], workers: int | None) -> dict[str, str]:
    """The code's version, and what is recorded of each run."""
    from caremarket_sim.settling import code_version

    with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=get_context("forkserver")) as pool:
        under_way = {name: pool.submit(work) for name, work in asked.items()}
        return {"code": code_version(), **{name: one.result() for name, one in under_way.items()}}


def answer_at(revision: str, policies: int, workers: int | None) -> dict[str, str]:
    """The same of the code as it was at a revision, asked by this very file."""
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder) / "then"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(there), revision], cwd=ROOT, check=True)
        try:
            (there / "benchmarks" / Path(__file__).name).write_bytes(Path(__file__).read_bytes())
            command = [sys.executable, "-m", "benchmarks.same_results", revision, f"--policies={policies}", "--answer"]
            command += [] if workers is None else [f"--workers={workers}"]
            environment = os.environ | {"PYTHONPATH": str(there)}
            told = subprocess.run(command, cwd=there, env=environment, stdout=subprocess.PIPE, check=True)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(there)], cwd=ROOT, check=True)
    return json.loads(told.stdout)


def main() -> int:
    """Ask both, tell, and note that they are the same if they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("revision", help="with which version to compare, as git names it")
    parser.add_argument("--policies", type=int, default=POLICIES, help="how many random ones")
    parser.add_argument("--workers", type=int, help="side by side; as many as processors unless told")
    parser.add_argument("--answer", action="store_true", help="print what this version records, and compare nothing")
    options = parser.parse_args()
    asked = what_is_asked(options.policies)
    here = answer({name: run for runs in asked.values() for name, run in runs.items()}, options.workers)
    if options.answer:
        print(json.dumps(here))
        return 0
    from caremarket_sim.findings.versions import FINDINGS, note_as_same

    there = answer_at(options.revision, options.policies, options.workers)
    before, after = there.pop("code"), here.pop("code")
    differing = [name for name in here if here[name] != there.get(name)]
    print(f"{len(here) - len(differing)} of {len(here)} runs record the same to the bit")
    for name in differing:
        print(f"differs: {name}")
    if not differing:
        note_as_same(before, after)
        return 0
    for finding in FINDINGS:
        if not set(asked[finding]) & set(differing):
            note_as_same(before, after, finding)
            print(f"the same to the bit in all {len(asked[finding])} runs of it: the {finding}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
