"""All that is compiled, compiled on all cores before work begins, and kept.

Rules are compiled each for itself, so several processes can share them. Those who do begin in one of their own
(`python -m caremarket_sim.warming HELPERS`), whose threads nobody has begun, and which can be forked.
"""

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path

from . import week
from .compiled import folder_of, is_compiled
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
COMMON = 8
"""Rules that are compiled before helpers part."""
FROM_THE_LAST = 8
"""Place from the end at which the opening is compiled: after the rules that it needs."""


def warm_up(tell: Tell | None = None) -> None:
    """Compile all that is compiled, or fetch what is kept of it. `tell` hears how many rules are done, of how many."""
    done = _note_that_all_is_kept()
    if done is not None and not done.exists() and compile_together(tell or (lambda what, done, total: None)):
        done.touch()
    _simulate_a_little()


def all_is_kept() -> bool:
    """Whether all that is compiled is kept already, and has only to be fetched."""
    done = _note_that_all_is_kept()
    return done is not None and done.exists()


def _note_that_all_is_kept() -> Path | None:
    """The file that is there once all is kept; None where nothing is compiled or can be kept."""
    folder = folder_of(Path(week.__file__))
    return None if folder is None or not is_compiled() else folder / "all"


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
    folders = {name: folder_of(_source(rule)) for name, rule in found.items()}
    kept = [name for name, folder in folders.items() if folder is not None and any(folder.rglob(f"*.{name}-*.nbi"))]
    return len(kept), len(found)


def helpers_at_once() -> int:
    """How many helpers compile at a time."""
    return min(os.cpu_count() or 1, MOST_HELPERS)


def _source(rule: Process) -> Path:
    return Path(rule.rule.__code__.co_filename)


def compile_together(tell: Tell) -> bool:
    """Have helpers compile every rule, one each at a time, and say whether all are kept.

    Where helpers are killed, what they have not done is left for who needs it.
    """
    total = len(rules()) + 1
    same = os.pathsep.join(folder or os.getcwd() for folder in sys.path)
    environment = os.environ | {"PYTHONPATH": same, "PYTHONSAFEPATH": "1"}  # not another copy that lies where we stand
    command = [sys.executable, "-m", __name__, str(helpers_at_once())]
    tell("compiling", 0, total)
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as crew:
        assert crew.stdout is not None
        for done, _ in enumerate(crew.stdout, start=1):
            tell("compiling", done, total)
    return crew.returncode == 0


def lead_helpers(count: int) -> None:
    """Compile every rule with so many helpers, and say the name of each that is kept.

    What nearly all rules are made of is compiled with the shortest of them, before helpers part: they share it then.
    """
    gc.disable()  # it finds none, and takes a quarter of the time
    names = list(rules())
    first, rest = names[-COMMON:], names[:-COMMON]
    rest.insert(-FROM_THE_LAST, OPENING)
    for name in first:
        print(compiled_by_name(name), flush=True)
    method = "fork" if "fork" in get_all_start_methods() else "spawn"
    with ProcessPoolExecutor(count, mp_context=get_context(method)) as helpers:
        for one in as_completed([helpers.submit(compiled_by_name, name) for name in rest]):
            print(one.result(), flush=True)


def compiled_by_name(name: str) -> str:
    """Compile a rule, or the opening, and give back its name."""
    if name == OPENING:
        _simulate_a_little(weeks=0)
    else:
        rules()[name].address(
            signature_of(empty_market().state, Parameters().row, empty_market().levers, draws_of(1, 0))
        )
    return name


def _simulate_a_little(weeks: int = 2) -> None:
    """A few weeks of the smallest market that there is."""
    from .scenario import load

    scenario = load("builtin:wigan/baseline")
    market = make_market(scenario, 0)
    market.week = -1
    for _ in range(weeks):
        one_week(market, scenario.parameters.numbers, Numbers(scenario.place.regime.row), 0)


if __name__ == "__main__":
    lead_helpers(int(sys.argv[1]))
