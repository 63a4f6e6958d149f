"""Compiled rules do what they say: one by one as all at once, uncompiled, and as slow plain Python does."""

import ast
import gc
import json
import math
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import floats
from numba.core.types.functions import BaseFunction

import caremarket_sim
from caremarket_sim import settling, week
from caremarket_sim.compiled import compiled, compilers, entry, folder_of, hashing, is_compiled, plain, step
from caremarket_sim.compiled.arithmetic import in_order, is_plainly_above
from caremarket_sim.compiled.bundle import Bundle
from caremarket_sim.compiled.draws import EARLIEST, draws_of
from caremarket_sim.compiled.process import Guard, Process, no_garbage_collected
from caremarket_sim.parameters import Numbers
from tests import plain_allocation, plain_week
from tests.small_place import (
    FEW,
    FOLDER,
    REGIMES,
    begun,
    differences,
    from_python,
    random_policies,
    small,
    weekly,
    wigan,
)

PACKAGE = Path(caremarket_sim.__file__).parent
WATCHED = ("packages_are_sourced", "providers_set_pay", "visits_are_rostered", "visits_are_clipped")
WEEKS = 110
"""Past the start of contracts that were co-designed and tendered, and past two ends of years."""


def check_sourcing(seen, p):
    """Everybody is with whom the plain version says, after a week's sourcing."""
    before, after = seen["packages_are_sourced"], seen["providers_set_pay"]
    key = draws_of(1, before.week).key("packages_are_sourced")
    lever = Numbers(before.levers)

    def minds(number):
        """The key of a quarter, of which each person's begins in a week of their own."""
        quarter = (EARLIEST + before.week + number % 13) // 13
        return draws_of(1, quarter - EARLIEST).key("packages_are_taken")

    provider, status, placed, weeks_above = plain_allocation.source(before, p, lever, key, minds)
    assert after.clients.provider.tolist() == provider
    assert after.clients.status.tolist() == status
    assert after.clients.emergency.tolist() == weeks_above
    assert after.counts["placed"][0] == placed


def check_roster(seen, p):
    """Everybody's runs are done by whom the plain version says, and every care worker's hours are as it says."""
    before, after = seen["visits_are_rostered"], seen["visits_are_clipped"]
    who, rota = plain_allocation.roster(before, p, draws_of(1, before.week).key("visits_are_rostered"))
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
        assert abs(workers.cancelled[w] - here * rota.cancelled[w]) < 1e-9
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
    scenario = small(name, WEEKS)
    p = scenario.parameters.numbers
    for seen in weekly(scenario, begun(scenario), watched=WATCHED):
        check_sourcing(seen, p)
        check_roster(seen, p)


def test_sourcing_is_that_of_plain_python_at_full_size():
    scenario = wigan("collaborative", 3)
    for seen in weekly(scenario, begun(scenario), watched=WATCHED):
        check_sourcing(seen, scenario.parameters.numbers)


def test_sourcing_is_that_of_plain_python_in_an_emergency():
    scenario = wigan("baseline", 4).with_levers({"fee.level": 0.7})
    scenario = scenario.with_parameters({"sourcing.emergency_weeks": 4})
    for seen in weekly(scenario, begun(scenario), watched=WATCHED):
        check_sourcing(seen, scenario.parameters.numbers)
    assert (seen["end"].clients.emergency > 0).any()


def test_draws_in_plain_python_are_those_of_compiled_code():
    key = draws_of(1, 7).key("bids")
    who = np.array([0, 1, -5, 2**40, 123_456_789], np.int64)
    for part in (0, 1, 17):
        drawn = draws_of(1, 7).uniform("bids", who, part)
        assert drawn.tolist() == [plain_week.chance(key, number, part) for number in who]
    assert plain_week.pair(3, 9) == from_python(hashing.pair)(np.int64(3), np.int64(9))


# -- all at once, one by one, called from Python, uncompiled -----------------------------------------------------------


def nothing_happens(market, parameters, policy, draws):
    """A process in plain Python that does nothing."""


def one_by_one():
    """The week with a process in plain Python between any two, so that each is a compiled call of its own."""
    return tuple(process for one in week.PROCESSES for process in (one, nothing_happens))


def gone_through(scenario, processes=week.PROCESSES):
    """The market after all weeks of a scenario."""
    market = begun(scenario)
    for number in range(scenario.weeks):
        decided = Numbers(scenario.levers_at(number).row)
        week.one_week(market, scenario.parameters.numbers, decided, 1, processes)
    return market


def gone_through_from_python(scenario):
    """The market after all weeks, each process called from Python as a user's own would be."""
    market, parameters = begun(scenario), scenario.parameters.numbers
    for number in range(scenario.weeks):
        market.asked[:] = scenario.levers_at(number).row
        draws = draws_of(1, market.week)
        for process in week.PROCESSES:
            policy, due = Numbers(market.levers), getattr(process, "when", None)
            if due is None or due(market, parameters, policy, draws):
                process(market, parameters, policy, draws)
        market.week += 1
    return market


@pytest.mark.parametrize("name", REGIMES)
def test_the_week_in_one_call_is_that_of_its_processes_one_by_one_to_the_bit(name):
    scenario = small(name, WEEKS)
    together = gone_through(scenario)
    assert len(together.breakdowns) == 2
    assert differences(together, gone_through(scenario, one_by_one())) == []
    assert differences(together, gone_through_from_python(scenario)) == []


def test_the_week_in_one_call_is_that_of_its_processes_one_by_one_at_full_size():
    scenario = wigan("collaborative", 56)
    assert differences(gone_through(scenario), gone_through(scenario, one_by_one())) == []


def test_a_process_in_plain_python_is_carried_out_in_its_place_and_sees_all_before_it():
    scenario = small("baseline", 1)
    seen = []

    def people_are_counted(market, parameters, policy, draws):
        seen.append((market.week, int(market.counts["referrals"][0]), len(market.clients)))

    at = week.PROCESSES.index(week.people_are_referred)
    market = begun(scenario)
    before = len(market.clients)
    decided = Numbers(scenario.levers_at(0).row)
    processes = (*week.PROCESSES[:at], people_are_counted, week.people_are_referred, people_are_counted)
    market.commissioners.referral_factor = 60.0
    week.one_week(market, scenario.parameters.numbers, decided, 1, processes)
    (first, second) = seen
    assert first == (0, 0, before)
    assert second[1] > 20 and second[2] == before + second[1]


def run(script, *arguments, folder=None, **environment):
    """What a script prints in a new Python process, which is started in a folder."""
    environment = os.environ | {"PYTHONPATH": str(FOLDER.parents[2])} | environment
    command = [sys.executable, "-W", "error", "-c", script, *map(str, arguments)]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


RUN_ON = """
import pickle, sys
from pathlib import Path
from caremarket_sim import settling
from caremarket_sim.compiled import is_compiled
from caremarket_sim.scenario import load
assert not is_compiled()
folder, given, made, *names = sys.argv[1:]
settled = pickle.loads(Path(given).read_bytes())
scenarios = [load(Path(folder, name + ".yaml")).with_weeks(int(weeks)) for name, weeks in zip(names[::2], names[1::2])]
markets = [settling.go_through(scenario, settling.fork(settled, scenario), 1) for scenario in scenarios]
Path(made).write_bytes(pickle.dumps(markets))
"""


@pytest.mark.slow
def test_compiled_rules_give_the_same_to_the_bit_as_uncompiled_ones(tmp_path):
    given, made = tmp_path / "settled", tmp_path / "made"
    given.write_bytes(pickle.dumps(begun(small())))
    weeks = {"collaborative": 53, "block": 20, "zero-hours-spot": 10}
    run(RUN_ON, FOLDER, given, made, *(part for pair in weeks.items() for part in pair), NUMBA_DISABLE_JIT="1")
    for name, uncompiled in zip(weeks, pickle.loads(made.read_bytes()), strict=True):
        scenario = small(name, weeks[name])
        compiled_one = settling.go_through(scenario, begun(scenario), 1)
        assert differences(compiled_one, uncompiled) == [], name


# -- how rules are compiled --------------------------------------------------------------------------------------------

SIGNATURES = """
import json, sys
from pathlib import Path
from numba.core.dispatcher import Dispatcher
from caremarket_sim.compiled import _Inner
from caremarket_sim.compiled.process import Process
from caremarket_sim.scenario import load
from caremarket_sim.settling import simulate
folder, *names = sys.argv[1:]
simulate(1, [load(Path(folder, name + ".yaml")).with_weeks(110) for name in names])
found = {}
for module in list(sys.modules):
    for name, value in vars(sys.modules[module]).items() if module.startswith("caremarket_sim.") else ():
        if isinstance(value, Process) and value.__module__ == module:
            found[f"{module}.{name}"] = len(value.compiled.signatures)
        elif isinstance(value, Dispatcher) and not isinstance(value, _Inner) and value.py_func.__module__ == module:
            found[f"{module}.{name}"] = len(value.signatures)
print(json.dumps(found))
"""
WITHIN_ARRAYS = """
import sys
from pathlib import Path
import numpy as np
from caremarket_sim.market.market import _pay_each, empty_market
from caremarket_sim.scenario import load
from caremarket_sim.settling import simulate
market = empty_market()
try:
    _pay_each(market.ledger, market.providers.add(1), -1, np.ones(1))
except IndexError:
    folder, *names = sys.argv[1:]
    simulate(1, [load(Path(folder, name + ".yaml")).with_weeks(110) for name in names])
    print("looked at, and -1 would have been said")
"""
NO_RUN_CALLS = {
    "caremarket_sim.mechanisms.leaving.leaving_logits",
    "caremarket_sim.mechanisms.leaving_care.what_happens_to",
    "caremarket_sim.market.market._each_pays",
}
"""What is for whoever takes a result apart or tells it, and for a process in plain Python by which providers pay."""


def test_a_rule_has_one_signature_after_a_full_run():
    found = json.loads(run(SIGNATURES, FOLDER, *REGIMES))
    assert sum(name.startswith("caremarket_sim.mechanisms.") for name in found) >= len(week.PROCESSES)
    assert {name: count for name, count in found.items() if count != (name not in NO_RUN_CALLS)} == {}


def test_no_rule_looks_for_a_row_before_or_behind_an_array():
    assert run(WITHIN_ARRAYS, FOLDER, *REGIMES, NUMBA_BOUNDSCHECK="1") == "looked at, and -1 would have been said\n"


@pytest.mark.parametrize("path", sorted((PACKAGE / "mechanisms").glob("[!_]*.py")), ids=lambda path: path.stem)
def test_a_rule_takes_every_number_as_an_argument_and_keeps_only_names_for_codes_and_guards(path):
    body = ast.parse(path.read_text(encoding="utf-8")).body
    for place, node in enumerate(body):
        if not isinstance(node, ast.Assign):
            continue
        numbers = [part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)]
        numbers = [number for number in numbers if not isinstance(number, str | bytes)]
        for number in numbers:
            assert float(number).is_integer(), f"line {node.lineno}: a number that may be argued about is a parameter"
        if numbers:
            said = body[place + 1 : place + 2]
            means = said and isinstance(said[0], ast.Expr) and isinstance(said[0].value, ast.Constant)
            assert means, f"line {node.lineno}: a number says what it means"


def test_which_form_a_function_has_is_the_same_whether_it_is_looked_for_once_or_each_time():
    if not is_compiled():
        return
    index, find = numba.np.arrayobj.fix_integer_index, BaseFunction.get_call_type

    @entry
    def asked(values, most):
        total = 0.0
        for value in values:
            total += min(max(value, 0.5), most) ** 2 + math.exp(-value) * len(values) - values[0] // 3.0
        return total / most if total > 0.0 else -1.0

    assert asked(np.array([1.0, 2.0]), 1.5) == asked.py_func(np.array([1.0, 2.0]), 1.5)
    context = numba.core.registry.cpu_target.typing_context
    found = {(one, arguments): form for (_, arguments), (one, form) in compilers._found.items()}
    assert len(found) > 5
    for (one, arguments), form in found.items():
        assert one.get_call_type(context, arguments, {}) == form
    assert (numba.np.arrayobj.fix_integer_index, BaseFunction.get_call_type) == (index, find), "as numba has them"


def test_fast_maths_is_off_and_what_is_compiled_is_kept_in_the_folder_of_its_sources():
    rules = [rule for rule in week.steps_of(week.PROCESSES).rules if rule is not None]
    assert len(rules) == len(week.PROCESSES)
    for rule in rules:
        assert not rule.compiled.targetoptions.get("fastmath")
        source = Path(rule.rule.__code__.co_filename)
        assert Path(rule.compiled.stats.cache_path) == folder_of(source)


FOLDERS = """
import json
from pathlib import Path
import caremarket_sim
from caremarket_sim.compiled import folder_of
package = Path(caremarket_sim.__file__).parent
sources = [*package.glob("mechanisms/*.py"), package / "opening" / "__init__.py"]
print(json.dumps({source.relative_to(package).as_posix(): str(folder_of(source)) for source in sources}))
"""


def test_a_change_in_a_mechanism_is_a_new_folder_for_it_and_what_calls_it_and_one_in_the_market_for_all(tmp_path):
    copy = shutil.copytree(PACKAGE, tmp_path / "caremarket_sim", ignore=shutil.ignore_patterns("__pycache__"))

    def folders():
        here = {"PYTHONPATH": str(tmp_path), "CAREMARKET_CACHE": str(tmp_path / "cache")}
        return json.loads(run(FOLDERS, folder=tmp_path, **here))

    seen = [folders()]

    def changed(path):
        with (copy / path).open("a", encoding="utf-8") as file:
            file.write("\n# a change\n")
        seen.append(folders())
        return {name for name, folder in seen[-1].items() if folder != seen[-2][name]}

    for name, folder in seen[0].items():
        assert Path(folder).name == folder_of(PACKAGE / name).name, "a copy that lies elsewhere has the same"
    assert changed("cli/runs.py") == set()
    assert changed("mechanisms/trust.py") == {"mechanisms/trust.py", "opening/__init__.py"}
    assert changed("market/codes.py") == changed("compiled/hashing.py") == set(seen[0])


@compiled
def doubled(number):
    return 2.0 * number


@step
def halved(number):
    return number / 2.0


@pytest.mark.parametrize("helper", [doubled, halved])
def test_calling_a_part_of_compiled_code_from_python_is_an_error_in_words(helper):
    assert is_compiled()
    with pytest.raises(TypeError, match=f"{helper.__name__} is part of compiled functions; .*plain"):
        helper(3.0)
    assert from_python(helper)(3.0) == helper.py_func(3.0)


class _Two(NamedTuple):
    numbers: np.ndarray
    table: np.ndarray


class _Bundled(Bundle, _Two):
    pass


@entry
def _moved(bundle, by):
    for i in range(bundle.table.shape[0]):
        for k in range(bundle.table.shape[1]):
            bundle.table[i, k] += by * bundle.numbers[i]
    return len(bundle.numbers)


def test_compiled_code_reads_and_writes_the_arrays_of_a_bundle_where_they_lie():
    bundle = _Bundled(np.array([1.0, 10.0, 100.0]), np.zeros((3, 2)))
    other = bundle._replace(table=np.ones((2, 4)))
    assert _moved(bundle, 2) == 3
    assert _moved(other, 1) == 3
    assert bundle.table.tolist() == [[2.0, 2.0], [20.0, 20.0], [200.0, 200.0]]
    assert other.table.tolist() == [[2.0] * 4, [11.0] * 4]


@pytest.mark.skipif(not is_compiled(), reason="arrays with gaps are no matter where nothing is compiled")
def test_an_array_with_gaps_is_no_part_of_a_bundle():
    with pytest.raises(TypeError, match="table of a bundle has gaps"):
        _moved(_Bundled(np.zeros(2), np.zeros((2, 4))[:, ::2]), 1)


@compiled
def _twice(number):
    return 2 * number


@entry
def _thrice_called():
    return _twice(3) + _twice(4) + _twice(5)


def test_a_helper_is_compiled_once_for_all_constants():
    assert _thrice_called() == 24
    assert not is_compiled() or len(_twice.overloads) <= 1, "none where all is kept already"


@entry
def _in_order(values):
    return in_order(values)


def test_places_in_order_are_those_of_a_stable_sort():
    for count in (0, 1, 2, 7, 8, 1000):
        values = np.floor(np.random.default_rng(count).random(count) * 40.0)
        assert _in_order(values).tolist() == np.argsort(values, kind="stable").tolist()


@given(value=floats(1e-9, 1.0), scale=floats(1e-9, 1.0), exponent=floats(-30.0, 3.0))
def test_what_is_plainly_above_is_above(value, scale, exponent):
    if plain(is_plainly_above)(value, scale, exponent):
        assert value > scale * math.exp(exponent)


def test_luck_is_mostly_plainly_above_a_small_chance():
    assert plain(is_plainly_above)(0.1, 0.02, 0.5) and not plain(is_plainly_above)(0.02, 0.02, 0.0)


def test_a_guard_says_yes_or_no_and_a_process_nothing():
    market = begun(small())
    arguments = small().parameters.numbers, Numbers(market.levers), draws_of(1, 0)
    guards = [one.when for one in week.PROCESSES if hasattr(one, "when")]
    assert all(isinstance(guard, Guard) for guard in guards) and len(guards) > 5
    assert {guard(market, *arguments) for guard in guards} <= {True, False}
    assert week.policy_takes_effect.when(market, *arguments) is False
    market.asked["fee_level"] += 0.1
    assert week.policy_takes_effect.when(market, *arguments) is True
    assert isinstance(week.trust_moves, Process) and week.trust_moves(market, *arguments) is None


def test_looking_for_garbage_goes_on_after_compiling_even_where_that_fails():
    with pytest.raises(numba.TypingError), no_garbage_collected():
        assert not gc.isenabled()
        numba.njit(lambda: "a" + 1)()
    assert gc.isenabled()
