"""Compiled kernels do what they say: as they do uncompiled, and as slow plain Python does, with one signature each."""

import ast
import json
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from numba.core.dispatcher import Dispatcher

from caremarket_sim import kernels, settling
from caremarket_sim.compiled.draws import Draws
from caremarket_sim.market.codes import FAMILIAR, PATCH
from caremarket_sim.market.table import Table
from caremarket_sim.parameters import Numbers
from tests import plain_allocation, plain_week
from tests.small_place import FEW, FOLDER, REGIMES, begun, random_policies, small, weekly, wigan

KERNELS = Path(kernels.__file__).parent
WATCHED = ("packages_are_sourced", "providers_set_pay_and_contracts", "visits_are_rostered", "care_is_experienced")


def check_sourcing(seen, p):
    """Everybody is with whom the plain version says, after a week's sourcing."""
    before, after = seen["packages_are_sourced"], seen["providers_set_pay_and_contracts"]
    key = Draws(1, before.week).key("packages_are_sourced")
    provider, status, placed = plain_allocation.source(before, p, Numbers(before.levers), key)
    assert after.clients.provider.tolist() == provider
    assert after.clients.status.tolist() == status
    assert after.counts["placed"] == placed


def check_roster(seen, p):
    """Everybody's runs are done by whom the plain version says, and every care worker's hours are as it says."""
    before, after = seen["visits_are_rostered"], seen["care_is_experienced"]
    who, rota = plain_allocation.roster(before, p, Draws(1, before.week).key("visits_are_rostered"))
    expected = np.full((len(before.clients), plain_week.RUNS), plain_week.NOBODY)
    for (i, run), w in who.items():
        expected[i, run] = w
    assert np.array_equal(after.clients.seen, expected)
    workers = after.workers
    for w in rota.staff:
        here = workers.absent[w] == 0
        contact = workers.hours_wanted[w] * p.rostering_stretch - rota.free[w] if here else 0.0
        assert abs(workers.contact[w] - contact) < 1e-9
        assert abs(workers.travel[w] - rota.travel[w]) < 1e-9
        assert abs(workers.gap[w] - rota.days[w] * p.rostering_gap_minutes / 60.0) < 1e-9
        assert abs(workers.owned[w] - (workers.hours_wanted[w] - rota.own[w])) < 1e-9


@given(random_policies(weeks=40))
@FEW
def test_sourcing_and_roster_are_those_of_plain_python_whatever_the_policy(scenario):
    p = scenario.parameters.numbers
    for seen in weekly(scenario, begun(scenario), watched=WATCHED):
        check_sourcing(seen, p)
        check_roster(seen, p)


@pytest.mark.parametrize("name", REGIMES)
def test_sourcing_and_roster_are_those_of_plain_python_in_every_regime(name):
    scenario = small(name, 110)  # past the start of contracts that were co-designed and tendered
    p = scenario.parameters.numbers
    for seen in weekly(scenario, begun(scenario), watched=WATCHED):
        check_sourcing(seen, p)
        check_roster(seen, p)


def test_sourcing_is_that_of_plain_python_at_full_size():
    scenario = wigan("collaborative", 3)
    for seen in weekly(scenario, begun(scenario), watched=WATCHED):
        check_sourcing(seen, scenario.parameters.numbers)


def test_draws_in_plain_python_are_those_of_the_kernels():
    key = Draws(1, 7).key("bids")
    who = np.array([0, 1, -5, 2**40, 123_456_789], np.int64)
    for part in (0, 1, 17):
        drawn = Draws(1, 7).uniform("bids", who, part)
        assert drawn.tolist() == [plain_week.chance(key, number, part) for number in who]
    assert plain_week.pair(3, 9) == kernels.hashing.pair(np.int64(3), np.int64(9))


def run(script, *arguments, **environment):
    """What a script prints in a new Python process."""
    environment = os.environ | {"PYTHONPATH": str(FOLDER.parents[2])} | environment
    command = [sys.executable, "-W", "error", "-c", script, *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


RUN_ON = """
import pickle, sys
from pathlib import Path
from caremarket_sim import week
from caremarket_sim.scenario import load
folder, given, made, *names = sys.argv[1:]
settled = pickle.loads(Path(given).read_bytes())
scenarios = [load(Path(folder, name + ".yaml")).with_weeks(int(weeks)) for name, weeks in zip(names[::2], names[1::2])]
markets = [settling.go_through(scenario, settling.fork(settled, scenario), 1) for scenario in scenarios]
Path(made).write_bytes(pickle.dumps(markets))
"""


@pytest.mark.slow
def test_compiled_kernels_give_the_same_as_uncompiled_ones(tmp_path):
    given, made = tmp_path / "settled", tmp_path / "made"
    given.write_bytes(pickle.dumps(begun(small())))
    weeks = {"collaborative": 53, "block": 20, "zero-hours-spot": 10}
    run(RUN_ON, FOLDER, given, made, *(part for pair in weeks.items() for part in pair), NUMBA_DISABLE_JIT="1")
    for name, uncompiled in zip(weeks, pickle.loads(made.read_bytes()), strict=True):
        scenario = small(name, weeks[name])
        compiled = settling.go_through(scenario, begun(scenario), 1)
        for table in (part for part, kind in vars(compiled).items() if isinstance(kind, Table)):
            one, other = plain_week.whole(getattr(compiled, table)), plain_week.whole(getattr(uncompiled, table))
            assert len(one) == len(other)
            for column in one.dtype.names:
                # familiarity is kept in 32 bits, which plain numpy rounds once more than compiled code does
                assert np.allclose(one[column], other[column], rtol=1e-6, atol=1e-6, equal_nan=True), (table, column)
                if one[column].dtype.kind == "i" and column != "cash":
                    assert np.array_equal(one[column], other[column]), (table, column)
        assert np.abs(compiled.purses - uncompiled.purses).max() <= 100 * 53


SIGNATURES = """
import json, sys
from pathlib import Path
from numba.core.dispatcher import Dispatcher
from caremarket_sim.scenario import load
from caremarket_sim.settling import simulate
folder, *names = sys.argv[1:]
simulate(1, [load(Path(folder, name + ".yaml")).with_weeks(110) for name in names])
print(json.dumps({
    f"{module}.{name}": [str(signature) for signature in value.signatures]
    for module in list(sys.modules) if module.startswith("caremarket_sim.kernels.")
    for name, value in vars(sys.modules[module]).items()
    if isinstance(value, Dispatcher) and value.py_func.__module__ == module
}))
"""


def called_from_python():
    """Kernels that processes call, as `module.name`."""
    outside = [path for path in KERNELS.parent.rglob("*.py") if path.parent != KERNELS]
    text = "\n".join(path.read_text(encoding="utf-8") for path in outside)
    modules = "|".join(path.stem for path in KERNELS.glob("[!_]*.py"))
    return {f"caremarket_sim.kernels.{called}" for called in re.findall(rf"\b((?:{modules})\.\w+)\(", text)}


def test_a_kernel_has_one_signature_after_a_full_run():
    run(SIGNATURES, FOLDER, *REGIMES)  # whatever is compiled here, for one kernel within another too, ...
    signatures = json.loads(run(SIGNATURES, FOLDER, *REGIMES))  # ... is loaded here only where Python asks for it
    assert {name: given for name, given in signatures.items() if len(given) > 1} == {}
    by_processes = called_from_python() & set(signatures)
    assert len(by_processes) > 25
    assert {name for name in by_processes if not signatures[name]} == set(), "kernels that no run calls"


@pytest.mark.parametrize("path", sorted(KERNELS.glob("[!_]*.py")), ids=lambda path: path.stem)
def test_a_kernel_takes_every_number_as_an_argument(path):
    functions = {
        node.name
        for other in KERNELS.glob("*.py")
        for node in ast.walk(ast.parse(other.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            assert {name.name for name in node.names} <= functions, "from other files it takes functions, never numbers"
        if (
            not isinstance(node, ast.Assign) or path.stem == "hashing"
        ):  # whose constants are those of the published hash
            continue
        for value in ast.walk(node.value):
            assert not isinstance(value, ast.Call | ast.Name), f"line {node.lineno}: a code is written out"
            if isinstance(value, ast.Constant):
                assert float(value.value).is_integer(), f"line {node.lineno}: a code is a whole number"


def test_fast_maths_is_off_and_kernels_are_cached_in_the_folder_of_these_sources():
    found = [value for value in vars(kernels.rostering).values() if isinstance(value, Dispatcher)]
    assert found
    for kernel in found:
        assert not kernel.targetoptions.get("fastmath")
        assert kernel.stats.cache_path.startswith(kernels._FOLDER)  # as it was when they were loaded


def test_the_roster_has_room_for_every_zone_that_a_provider_can_serve_and_all_whom_a_person_can_know():
    assert kernels.rostering.MOST_ZONES == PATCH
    assert kernels.rostering.MOST_KNOWN == FAMILIAR
