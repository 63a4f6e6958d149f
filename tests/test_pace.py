"""How long it will take is said before it begins, and how far compiling is while it goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from caremarket_sim import settling
from caremarket_sim.cli import main
from caremarket_sim.runs.design import play, ready
from caremarket_sim.runs.pace import Machine, expected, this_machine
from caremarket_sim.runs.plausibility import probe
from caremarket_sim.studies.compare.study import plan_comparison
from caremarket_sim.warming import compiled_so_far, rules
from tests.small_place import FOLDER, small, wigan
from tests.test_warming import almost_compiled

ROOT = Path(__file__).resolve().parents[1]
IDLE = Machine(loop=0.01, cores=2, others=0.0)


def planned(replicates, scenario=small, years=1):
    return plan_comparison([scenario("block")], replicates=replicates, years=years, assumption_replicates=0)


def test_more_futures_more_years_more_people_and_fewer_workers_take_longer(tmp_path, monkeypatch):
    monkeypatch.setenv("CAREMARKET_CACHE", str(tmp_path))  # in which nothing is remembered
    few = expected(planned(4), 2, IDLE).working
    assert expected(planned(40), 2, IDLE).working > few
    assert expected(planned(4, years=5), 2, IDLE).working > few
    assert expected(planned(4, wigan), 2, IDLE).working > few
    assert expected(planned(40), 1, IDLE).working > expected(planned(40), 2, IDLE).working
    assert expected(planned(40), 8, IDLE).working <= expected(planned(40), 8, Machine(0.01, 2, 6.0)).working


def test_an_experiment_takes_as_long_again_on_a_machine_half_as_fast():
    once, twice = (expected(planned(4), 2, Machine(loop, 2, 0.0)) for loop in (0.01, 0.02))
    assert twice.seconds == pytest.approx(2 * once.seconds)


def test_work_that_others_do_leaves_less_of_the_cores():
    assert Machine(1.0, 2, 0.0).seconds(10, 2) == 10
    assert Machine(1.0, 4, 0.0).seconds(10, 2) == 10
    assert Machine(1.0, 2, 2.0).seconds(10, 2) == 20
    assert Machine(1.0, 2, 0.0).seconds(10, 8) == 40


def test_what_is_remembered_is_not_counted_again(tmp_path, monkeypatch):
    monkeypatch.setenv("CAREMARKET_CACHE", str(tmp_path))
    monkeypatch.setattr(settling, "_last_settled", {})  # what is in memory already is not kept again
    plan = planned(2)
    before = expected(plan, 1, IDLE)
    assert before.settling == 2 and "years of settling before them for 2 markets" in before.sentence
    for task in plan.tasks:
        play(task)
    probe(small(), workers=0)
    after = expected(plan, 1, IDLE)
    assert after.settling == 0 and after.working < before.working and "settling" not in after.sentence


def test_this_machine_is_timed_in_a_moment():
    machine = this_machine(2)
    assert machine.loop > 0 and machine.cores >= 1 and machine.others >= 0


def test_the_estimate_is_the_first_thing_said(tmp_path, capsys):
    words = ["--replicates", "1", "--years", "1", "--workers", "0", "--assumption-replicates", "0"]
    assert main(["compare", str(FOLDER / "block.yaml"), *words, "--out", str(tmp_path / "out")]) == 0
    err = " ".join(capsys.readouterr().err.split())
    assert err.startswith("This will take about ") and "on 1 worker: 2 runs" in err


def test_with_everything_compiled_nothing_is_counted_for_it():
    ready()
    done, total = compiled_so_far()
    assert done == total > 40
    assert expected(planned(1), 1, IDLE).compiling == 0


@pytest.mark.slow
def test_how_far_compiling_is_is_told_as_it_grows_and_expected_before(tmp_path):
    almost_compiled(tmp_path, *list(rules())[-8:])
    program = """
from caremarket_sim.runs.design import ready
from caremarket_sim.runs.pace import Machine, expected
from tests.test_pace import planned
before = expected(planned(1), 1, Machine(0.01, 2, 0.0))
assert before.compiling > 1 and "to compile the model, once on this machine" in before.sentence
heard = []
ready(lambda what, done, total: heard.append((what, done, total)))
counts = [done for _, done, _ in heard]
assert {what for what, _, _ in heard} == {"compiling"} and len({total for *_, total in heard}) == 1
assert counts[0] == 0 and counts == sorted(counts) and len(counts) > 5
assert expected(planned(1), 1, Machine(0.01, 2, 0.0)).compiling == 0
"""
    cold = {**os.environ, "CAREMARKET_CACHE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=cold, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
