"""The same number is the same person with the same luck in every scenario; what changes nothing changes no number."""

import hashlib
import json
import math
import os
import pickle
import subprocess
import sys
from dataclasses import astuple, replace
from functools import cache

import numba
import numpy as np
import pytest

from caremarket_sim import settling, week
from caremarket_sim.compiled import plain
from caremarket_sim.compiled.draws import draws_of
from caremarket_sim.compiled.keeping import KeptIsDamaged
from caremarket_sim.market.firms import OUTSIDE_BIDDERS, born_workers, first_firm
from caremarket_sim.market.people import Clients, born
from caremarket_sim.market.tidy import tidy_rows
from caremarket_sim.market.workers import CareWorkers, candidate_number
from caremarket_sim.mechanisms.absence import carers_take_leave_and_fall_sick
from caremarket_sim.mechanisms.contract_offers import contracts_convert
from caremarket_sim.mechanisms.hospital import people_become_fit_to_leave_hospital, people_go_to_hospital
from caremarket_sim.mechanisms.leaving_care import people_leave_care
from caremarket_sim.mechanisms.needs import needs_change
from caremarket_sim.mechanisms.referral import meet_the_front_door, people_are_referred
from caremarket_sim.mechanisms.self_funders import self_funders_choose
from caremarket_sim.mechanisms.training import carers_train
from caremarket_sim.parameters import Numbers, Parameters
from caremarket_sim.policy import of_preset
from caremarket_sim.scenario import Change
from tests.plain_week import GONE, IN_POST, LEFT, WAITING
from tests.small_place import FOLDER, REGIMES, alike, begun, differences, small, weekly, wigan

BORN = {
    "clients": ("zone", "home_x", "home_y", "age_group", "lives_alone", "payer", "carers", "readiness", "sociability"),
    "workers": ("zone", "home_x", "home_y", "flexibility", "values_match", "hours_wanted"),
    "providers": ("base_zone", "base_x", "base_y", "pass_through", "evasion"),
}
"""Columns that are born with the number and that nothing changes."""
TABLES = tuple(BORN)


@cache
def history(name, weeks=60, seed=1, without=None):
    """What befell everybody in a scenario of Wigan, week by week; perhaps without one client and one care worker."""
    scenario = wigan(name, weeks)
    market = begun(scenario, seed)
    if without is not None:
        remove(market, *without)
    seen = {"born": {table: {} for table in TABLES}, "referred": [], "left": [], "leave": [], "in_care": []}
    watched = ("needs_change", "people_leave_care", "council_uprates_fees", "visits_are_rostered")
    for photographs in weekly(scenario, market, seed, watched):
        start, referred = photographs["start"].clients, photographs["needs_change"].clients
        seen["referred"].append(frozenset(referred.number[len(start) :].tolist()))
        before, after = photographs["people_leave_care"].clients, photographs["council_uprates_fees"].clients
        in_care = before.status != LEFT
        seen["in_care"].append(frozenset(before.number[in_care].tolist()))
        seen["left"].append(frozenset(before.number[in_care & (after.status == LEFT)].tolist()))
        workers = photographs["visits_are_rostered"].workers
        in_post = workers.status == IN_POST
        seen["leave"].append(dict(zip(workers.number[in_post].tolist(), workers.absent[in_post] == 1, strict=True)))
        for table, columns in BORN.items():
            of = getattr(photographs["visits_are_rostered"], table)
            born = (getattr(of, name).tolist() for name in ("number", *columns))
            for number, *attributes in zip(*born, strict=True):
                assert seen["born"][table].setdefault(number, attributes) == attributes
    return seen


def remove(market, client, worker):
    """Take one person and one care worker, by number, out of a market."""
    market.clients.status[market.clients.number == client] = LEFT
    market.workers.status[market.workers.number == worker] = GONE
    tidy_rows(market)


def some_people():
    """The numbers of a client and of a care worker who are there at the start."""
    market = begun(wigan())
    worker = market.workers.number[market.workers.status == IN_POST][5]
    return int(market.clients.number[3]), int(worker)


def digest(outcomes):
    """A hash of all numbers of some outcomes."""
    return hashlib.sha256(b"".join(part.tobytes() for outcome in outcomes for part in astuple(outcome))).hexdigest()


# -- the same people ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REGIMES[1:])
def test_the_same_number_is_the_same_person_in_all_regimes(name):
    for table in TABLES:
        one, other = history(REGIMES[0])["born"][table], history(name)["born"][table]
        common = set(one) & set(other)
        assert len(common) > 0.5 * len(one)
        assert [number for number in common if one[number] != other[number]] == []


@pytest.mark.parametrize("name", REGIMES[1:])
def test_the_same_people_are_referred_in_the_same_weeks_in_all_regimes(name):
    assert history(name)["referred"] == history(REGIMES[0])["referred"]
    assert sum(map(len, history(name)["referred"])) > 500


@pytest.mark.parametrize("name", REGIMES)
def test_whoever_is_hired_or_founded_comes_from_that_week_s_queue_which_no_policy_touches(name):
    scenario = wigan(name, 60)
    market = begun(scenario)
    hired = founded = 0
    for seen in weekly(scenario, market):
        start, end = seen["start"], seen["end"]
        new = np.setdiff1d(end.workers.number, start.workers.number)
        new = new[new > 0]  # not the staff that a new firm begins with, who are numbered after it
        places = np.arange(start.commissioners.candidates[0])
        assert np.isin(new, plain(candidate_number)(start.week, 0, places)).all()
        firms = np.setdiff1d(end.providers.number, start.providers.number)
        first = plain(first_firm)(start.week, 0)
        scale = start.commissioners.labour_market[0]
        local = range(first, first + math.ceil(scenario.parameters["entry.candidates"] * scale))
        outside = range(first + OUTSIDE_BIDDERS, first + OUTSIDE_BIDDERS + 100)
        assert np.isin(firms, [*local, *outside]).all()
        hired += len(new)
        founded += len(firms)
    assert hired > 100
    assert founded > 0


def doomed(name, number, in_care):
    """Whose death falls in this week: by age alone, and so whatever the policy."""
    p = Parameters().numbers
    ratio = {3: p.demand_death_ratio_85, 0: p.demand_death_ratio_under_65}
    born = history(name)["born"]["clients"]
    people_here = np.array(sorted(in_care & set(born)))
    chance = p.demand_death_rate / 52.0 * np.array([ratio.get(born[person][1], 1.0) for person in people_here.tolist()])
    return set(people_here[draws_of(1, number).uniform("people_leave_care", people_here) < chance].tolist())


def test_whose_death_falls_in_a_week_dies_in_that_week_in_every_regime():
    deaths = 0
    for number in range(60):
        here = [history(name)["in_care"][number] for name in REGIMES]
        die = doomed(REGIMES[0], number, frozenset.intersection(*here))
        deaths += len(die)
        for name in REGIMES:
            assert die <= history(name)["left"][number]
    assert deaths > 100


@pytest.mark.parametrize("name", REGIMES[1:])
def test_a_care_worker_is_on_leave_in_the_same_weeks_in_all_regimes(name):
    compared = 0
    for one, other in zip(history(REGIMES[0])["leave"], history(name)["leave"], strict=True):
        common = set(one) & set(other)
        compared += len(common)
        assert [number for number in common if one[number] != other[number]] == []
    assert compared > 10_000


def test_half_the_demand_is_some_of_the_same_people():
    scenario = small("baseline", 1)
    numbers = []
    for demand in (2.0, 1.0, 0.5):
        market = begun(scenario)
        first = len(market.clients)
        levers = Numbers(scenario.place.regime.changed({"shocks.demand": demand}).row)
        market.commissioners.referral_factor = 60.0
        people_are_referred(market, scenario.parameters.numbers, levers, draws_of(1, 0))
        numbers.append(set(market.clients.number[first:].tolist()))
    assert numbers[0] > numbers[1] > numbers[2]


# -- nobody's luck depends on anybody else -----------------------------------------------------------------------------


def test_removing_one_agent_changes_no_exogenous_draw_of_another():
    client, worker = some_people()
    whole, less = history("baseline"), history("baseline", without=(client, worker))
    assert less["referred"] == whole["referred"]
    for table in TABLES:
        one, other = whole["born"][table], less["born"][table]
        assert {number: one[number] for number in one if number in other} == {
            number: other[number] for number in other if number in one
        }
    assert client not in less["born"]["clients"]
    assert worker not in less["born"]["workers"]
    for number, (one, other) in enumerate(zip(whole["leave"], less["leave"], strict=True)):
        assert [who for who in set(one) & set(other) if one[who] != other[who]] == []
        here = whole["in_care"][number] & less["in_care"][number]
        die = doomed("baseline", number, here)
        assert die <= whole["left"][number]
        assert die <= less["left"][number]


CLIENT_PROCESSES = (
    needs_change,
    people_go_to_hospital,
    people_become_fit_to_leave_hospital,
    people_leave_care,
    self_funders_choose,
)
WORKER_PROCESSES = (carers_take_leave_and_fall_sick, carers_train, contracts_convert)


@pytest.mark.parametrize(
    ("table", "process"),
    [("clients", process) for process in CLIENT_PROCESSES] + [("workers", process) for process in WORKER_PROCESSES],
)
def test_whoever_else_is_there_and_in_which_order_changes_nothing_for_a_person(table, process):
    given = {"hospital.admission_rate": 20.0, "demand.death_rate": 5.0, "sourcing.unhappy_line": 0.9}
    parameters = Parameters(given).numbers
    levers = {"shocks.absence": 0.1, "employment.zero_hours_cap": 0.3}
    policy = Numbers(of_preset("collaborative").changed(levers).row)
    changed = 0
    for number in range(4):
        market = begun(wigan())
        market.week = number
        before = market.copy()
        kept = np.delete(np.arange(len(getattr(market, table))), 7)[::-1]  # all but one, in another order
        some = market.copy()
        getattr(some, table).keep(kept)
        for one in (market, some):
            process(one, parameters, policy, draws_of(1, number))
        for part in getattr(market, table).parts():
            whole, fewer = getattr(getattr(market, table), part), getattr(getattr(some, table), part)
            assert alike(fewer, whole[kept])
        changed += int((getattr(market, table).rows != getattr(before, table).rows).sum())
    assert changed > 0


@numba.njit(error_model="numpy")
def at_the_front_door(rows, counts, parameters, key):
    for i in range(len(rows)):
        meet_the_front_door(rows[i], 1.0, 0.5, counts[0], parameters[0], key)


def test_whoever_else_comes_to_the_front_door_changes_nothing_for_a_person():
    changed = 0
    for number in range(4):
        market = begun(wigan())
        rows = market.clients.rows
        rows["status"] = WAITING
        kept = np.delete(np.arange(len(rows)), 7)[::-1]
        some, before = np.ascontiguousarray(rows[kept]), rows.copy()
        key = draws_of(1, number).key("meet_the_front_door")
        at_the_front_door(rows, market.counts, Parameters().row, key)
        at_the_front_door(some, market.counts, Parameters().row, key)
        assert alike(some, rows[kept])
        changed += int((rows != before).sum())
    assert changed > 0


# -- what changes nothing ----------------------------------------------------------------------------------------------


def test_names_steps_that_do_nothing_and_steps_after_the_horizon_change_no_number():
    scenario = small("collaborative", 60)
    levers = scenario.levers_at(59)
    twins = [
        scenario.named("another-name", "Another title"),
        replace(scenario, changes=tuple(replace(change, why="another reason") for change in scenario.changes)),
        replace(scenario, changes=(*scenario.changes, Change(17, levers))),
        replace(scenario, changes=(*scenario.changes, Change(60, of_preset("block")))),
    ]
    kept_step = replace(scenario)
    object.__setattr__(kept_step, "changes", (*scenario.changes, Change(17, levers.changed({}))))  # past its own filter
    wanted = digest(settling.simulate(1, [scenario]))
    assert [digest(settling.simulate(1, [twin])) for twin in (*twins, kept_step)] == [wanted] * 5
    assert digest(settling.simulate(1, [small("block", 60)])) != wanted


def test_scenarios_together_are_as_each_by_itself():
    scenarios = [small(name, 30) for name in REGIMES]
    together = settling.simulate(1, scenarios)
    assert [digest([outcome]) for outcome in together] == [digest(settling.simulate(1, [one])) for one in scenarios]
    assert digest(settling.simulate(1, scenarios[::-1])[::-1]) == digest(together)
    assert len({digest([outcome]) for outcome in together}) == len(scenarios)


def test_a_market_that_was_pickled_or_forked_goes_on_the_same():
    scenario = small("collaborative", 40)
    markets = [begun(scenario) for _ in range(3)]
    for seen in zip(*(weekly(scenario, market) for market in markets), strict=True):
        now = [photographs["end"] for photographs in seen]
        assert differences(now[0], now[1]) == []
        if now[0].week == 20:
            break
    rest = [now[0], pickle.loads(pickle.dumps(now[1])), now[2].copy()]
    before = now[2].copy()
    for market in rest:
        for number in range(20, 40):
            decided = Numbers(scenario.levers_at(number).row)
            week.one_week(market, scenario.parameters.numbers, decided, 1)
    assert differences(rest[0], rest[1]) == []
    assert differences(rest[0], rest[2]) == []
    assert differences(now[2], before) == []  # a fork leaves the market it came from alone


def test_a_run_depends_on_its_seed():
    assert digest(settling.simulate(1, [small()])) != digest(settling.simulate(2, [small()]))


SCRIPT = """
import hashlib, json, sys
from dataclasses import astuple
from pathlib import Path
from caremarket_sim.scenario import load
from caremarket_sim.settling import simulate
folder, cache, *names = sys.argv[1:]
scenarios = [load(Path(folder, name + ".yaml")).with_weeks(60) for name in names]
outcomes = simulate(1, scenarios, Path(cache) if cache else None)
print(json.dumps([hashlib.sha256(b"".join(p.tobytes() for p in astuple(o))).hexdigest() for o in outcomes]))
"""


@pytest.mark.slow
def test_another_process_hash_seed_or_cache_gives_the_same_bytes(tmp_path):
    def run(hash_seed, cache, *names):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(FOLDER.parents[2])}
        command = [sys.executable, "-c", SCRIPT, str(FOLDER), cache, *names]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return dict(zip(names, json.loads(done.stdout), strict=True))

    kept = str(tmp_path / "kept")
    first = run("0", kept, *REGIMES)
    assert list((tmp_path / "kept").iterdir())
    assert run("4711", kept, *REGIMES[::-1]) == first  # the settled market is read from the cache
    assert run("1", "", *REGIMES) == first
    here = [digest([outcome]) for outcome in settling.simulate(1, [small(name, 60) for name in REGIMES])]
    assert [first[name] for name in REGIMES] == here


def test_a_settled_market_that_cannot_be_read_is_made_again(tmp_path):
    wanted = digest(settling.simulate(3, [small("block", 5)], tmp_path))
    (kept,) = tmp_path.iterdir()
    for damage in (b"", b"not a market", kept.read_bytes()[:1000]):
        kept.write_bytes(damage)
        settling._last_settled.clear()
        with pytest.warns(KeptIsDamaged):
            assert digest(settling.simulate(3, [small("block", 5)], tmp_path)) == wanted


@numba.njit(error_model="numpy")
def people_are_born(rows, rounds, known, numbers, zones, localities, parameters, key):
    for i in range(len(numbers)):
        born(rows[i], rounds[i], known[i], numbers[i], 0, numbers[i] % 2, zones, 0, localities, 0, parameters[0], key)


def test_people_are_born_the_same_in_any_company():
    place = begun(wigan())
    numbers = np.arange(100, 400, dtype=np.int64)
    key, parameters = draws_of(1, 0).fixed("born"), Parameters()
    everybody, some = Clients(), Clients()
    for clients, who in ((everybody, numbers), (some, numbers[::-3])):
        rows = clients.add(len(who))
        people_are_born(rows, clients.rounds, clients.known, who, place.zones, place.localities, parameters.row, key)
    for part in Clients.parts():
        assert alike(getattr(some, part), getattr(everybody, part)[::-3])
    workers, few = CareWorkers().add(300), CareWorkers().add(100)
    for rows, who in ((workers, numbers), (few, numbers[::-3])):
        born_workers(place, rows, who, 0, parameters.numbers, key)
    assert alike(few, workers[::-3])
