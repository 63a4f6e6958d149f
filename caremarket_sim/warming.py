"""All that is compiled, compiled on all cores before work begins, and kept.

Rules are compiled each for itself, so helpers of this module (`python -m caremarket_sim.warming`) can share them: each
is told a name on its standard input, and answers with the name when the rule is kept.
"""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import week
from .compiled import cache_folder, is_compiled
from .compiled.draws import draws_of
from .compiled.process import Process, signature_of
from .market.market import empty_market
from .opening import make_market
from .parameters import Numbers, Parameters
from .week import PROCESSES, one_week, steps_of

Tell = Callable[[str, int, int], object]
MOST_HELPERS = 4
"""More would wait for the longest rule, the roster."""
OPENING = "opening"
"""What makes a market from its place, which Python calls."""
FROM_THE_LAST = 6
"""Place from the end at which the opening is compiled: after the rules that it needs."""


def warm_up(tell: Tell | None = None) -> None:
    """Compile all that is compiled, or fetch what is kept of it. `tell` hears how many rules are done, of how many."""
    kept = cache_folder(Path(week.__file__)) / "all"
    if is_compiled() and not kept.exists():
        compile_together(tell or (lambda what, done, total: None))
        kept.touch()
    _simulate_a_little()


def rules() -> dict[str, Process]:
    """Every rule of the week by name, those that take longest to compile first."""
    found = {rule.__name__: rule for rule in steps_of(PROCESSES).rules if rule is not None}
    lines = {
        name: len(Path(rule.rule.__code__.co_filename).read_text(encoding="utf-8")) for name, rule in found.items()
    }
    return dict(sorted(found.items(), key=lambda item: -lines[item[0]]))


def compiled_so_far() -> tuple[int, int]:
    """How many rules are compiled and kept, of how many (of none where nothing is compiled)."""
    if not is_compiled():
        return 0, 0
    found = rules()
    kept = [name for name, rule in found.items() if any(cache_folder(_source(rule)).rglob(f"*.{name}-*.nbi"))]
    return len(kept), len(found)


def helpers_at_once() -> int:
    """How many helpers compile at a time."""
    return min(os.cpu_count() or 1, MOST_HELPERS)


def _source(rule: Process) -> Path:
    return Path(rule.rule.__code__.co_filename)


def compile_together(tell: Tell) -> None:
    """Have helpers compile every rule, one each at a time. What one of them fails at is left for who needs it."""
    names = list(rules())
    names.insert(-FROM_THE_LAST, OPENING)
    waiting: deque[str] = deque(names)
    done = 0
    tell("compiling", done, len(names))

    def employ() -> None:
        nonlocal done
        with _helper() as helper:
            stdin, stdout = helper.stdin, helper.stdout
            assert stdin is not None and stdout is not None
            while waiting:
                stdin.write(waiting.popleft() + "\n")
                stdin.flush()
                if not stdout.readline():  # it has died
                    return
                done += 1
                tell("compiling", done, len(names))

    with ThreadPoolExecutor(helpers_at_once()) as threads:
        for one in [threads.submit(employ) for _ in range(helpers_at_once())]:
            one.result()


def _helper() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", __name__],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def help_compiling() -> None:
    """Compile the rules whose names come in, one after the other."""
    signature = signature_of(empty_market().state, Parameters().row, empty_market().levers, draws_of(1, 0))
    known = rules()
    for line in sys.stdin:
        name = line.strip()
        if name == OPENING:
            _simulate_a_little(weeks=0)
        else:
            known[name].address(signature)
        print(name, flush=True)


def _simulate_a_little(weeks: int = 2) -> None:
    """A few weeks of the smallest market that there is."""
    from .scenario import load

    scenario = load("builtin:wigan/baseline")
    market = make_market(scenario, 0)
    market.week = -1
    for _ in range(weeks):
        one_week(market, scenario.parameters.numbers, Numbers(scenario.place.regime.row), 0)


if __name__ == "__main__":
    help_compiling()
