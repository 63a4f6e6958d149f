"""What a compilation, a start and a simulated week cost in turns of a short loop: the numbers of `runs/pace.py`.

On an idle machine, with nothing compiled before: `CAREMARKET_CACHE=$(mktemp -d) python -m benchmarks.pace`.
"""

from __future__ import annotations

import json
import resource
import time

BEGAN = time.process_time()


def measure() -> dict[str, float]:
    """Loops, by processor time; compare with the constants of `caremarket_sim.runs.pace`."""
    from caremarket_sim.runs import pace, plausibility
    from caremarket_sim.scenario import load
    from caremarket_sim.settling import settle
    from caremarket_sim.warming import compiled_so_far, warm_up

    imported = time.process_time()
    done, total = compiled_so_far()
    warm_up()
    helped = resource.getrusage(resource.RUSAGE_CHILDREN)
    compiled = time.process_time() + helped.ru_utime + helped.ru_stime
    loop = pace.this_machine().loop
    wigan, small = load("builtin:wigan/baseline"), load("tests/data/small/baseline.yaml")
    weeks = {}
    for one in (wigan, small):
        settle(one, 1)
        began = time.process_time()
        settle(one, 2)
        weeks[one.place.name] = (time.process_time() - began) / (52 * one.parameters["baseline.spin_up_years"]) / loop
    people = plausibility.people_of(wigan) - plausibility.people_of(small)
    a_person = (weeks["Wigan"] - weeks["Small"]) / people
    return {
        "loop_seconds": loop,
        "compiled_before": done,
        "functions": total,
        "STARTING": (imported - BEGAN) / loop,
        "COMPILING": (compiled - imported) / loop,
        "A_PERSON": a_person,
        "A_WEEK": weeks["Small"] - a_person * plausibility.people_of(small),
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
