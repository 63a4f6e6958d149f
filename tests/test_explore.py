"""Scenario discovery finds what was planted, finds nothing where there is nothing, and says both in words."""

import numpy as np
import pytest

from caremarket_sim.errors import BadInput
from caremarket_sim.methods.factors import Factor
from caremarket_sim.methods.prim import discover
from caremarket_sim.methods.samplers import Sampler
from caremarket_sim.studies.explore.files import explore_files
from caremarket_sim.studies.explore.study import explore
from caremarket_sim.studies.sweep.result import Sweep
from caremarket_sim.studies.sweep.study import sweep_of_function

FACTORS = [
    Factor("fee", low=0.8, high=1.2),
    Factor("labour", low=0.2, high=2.0),
    Factor("zoned", distribution="levels", levels=(False, True)),
    *(Factor(f"idle{number}") for number in range(3)),
]


def planted(fee, labour, zoned, *idle):
    """Fails (goes below 0) where the fee is above 1.05, labour below 1.1 and there are no zones."""
    return -1.0 if fee > 1.05 and labour < 1.1 and not zoned else 1.0


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("samples", [200, 600])
def test_a_planted_box_is_found_with_coverage_and_density_above_0_8(seed, samples):
    done = sweep_of_function(planted, FACTORS, Sampler("latin_hypercube", samples), seed=seed)
    found = explore(done, threshold=0.0, below=True)
    rows = found.frame()
    box = rows[rows.box == 1]
    assert box.coverage.iloc[0] > 0.8
    assert box.density.iloc[0] > 0.8
    assert set(box.factor) == {"fee", "labour", "zoned"}
    limits = box.set_index("factor")
    assert limits.low["fee"] == pytest.approx(1.05, abs=0.03)
    assert limits.high["labour"] == pytest.approx(1.1, abs=0.15)
    assert limits["values"]["zoned"] == "False"


def test_a_box_is_also_tested_on_the_half_of_the_samples_it_was_not_found_on():
    done = sweep_of_function(planted, FACTORS, Sampler("latin_hypercube", 600), seed=1)
    one = explore(done, threshold=0.0, below=True).discoveries[0]
    assert one.held_out[0] > 0.6
    assert one.held_out[1] > 0.6


@pytest.mark.parametrize("seed", range(4))
def test_where_failing_is_chance_no_box_is_found(seed):
    rng = np.random.default_rng(seed)
    points = rng.random((300, 5))
    assert not discover(points, rng.random(300) < 0.3)


def test_two_separate_regions_become_two_boxes():
    points = np.random.default_rng(3).random((1500, 3))
    interest = (points[:, 0] < 0.3) | ((points[:, 0] > 0.8) & (points[:, 1] > 0.5))
    found = discover(points, interest)
    assert len(found) == 2
    assert sum(one.box.coverage for one in found) > 0.9
    assert min(one.box.density for one in found) > 0.8


def test_peeling_goes_from_all_samples_to_fewer_and_denser_ones():
    points = np.random.default_rng(4).random((400, 3))
    course = discover(points, points[:, 0] > 0.7)[0].course
    assert course[0].mass == 1.0
    assert course[0].coverage == 1.0
    densities = [box.density for box in course]
    assert densities == sorted(densities)


def test_what_was_found_is_said_in_words_with_coverage_and_density():
    done = sweep_of_function(planted, FACTORS, Sampler("latin_hypercube", 300), seed=2, name="collaborative")
    sentence = explore(done, threshold=0.0, below=True).summary()[0]
    assert sentence.startswith("collaborative stops paying off on y in")
    assert "zoned is false" in sentence
    assert "coverage 1" in sentence or "coverage 9" in sentence
    assert "density" in sentence


def test_failing_everywhere_nowhere_and_without_values_is_said_plainly():
    for value, said in ((1.0, "pays off on y in all 64"), (-1.0, "does not pay off on y"), (float("nan"), "0 samples")):
        done = sweep_of_function(lambda *values, value=value: value, FACTORS, Sampler("sobol_sequence", 64))
        assert said in explore(done, threshold=0.0, below=True).summary()[0]


def two_policies(gain):
    """A sweep of two policies on one indicator of the model, with a gain that depends on the sample."""
    factors = (Factor("fee"), Factor("idle"))
    coordinates = np.random.default_rng(1).random((200, 2))
    base = np.full(200, 0.30)
    results = np.stack([base, base - gain(coordinates)], axis=1)[:, None, :, None]
    values = tuple(map(tuple, coordinates))
    names, asked = ("baseline", "collaborative"), ("turnover",)
    sampler = Sampler("latin_hypercube", 200)
    return Sweep("two", "Two", factors, sampler, 1, names, "baseline", "differences", asked, asked, coordinates, values,
                 results)  # fmt: skip


def test_stops_paying_off_means_no_longer_better_than_the_reference_whichever_way_the_indicator_counts():
    found = explore(two_policies(lambda at: np.where(at[:, 0] < 0.7, 0.05, -0.02)))
    box = found.frame().iloc[0]
    assert (box.scenario, box.reference, box.factor) == ("collaborative", "baseline", "fee")
    assert box.low == pytest.approx(0.7, abs=0.03)
    stricter = explore(two_policies(lambda at: np.where(at[:, 0] < 0.7, 0.05, 0.02)), threshold=0.03)
    assert stricter.discoveries[0].share == pytest.approx(0.3, abs=0.08)


def test_regret_is_what_a_policy_loses_against_the_best_at_each_sample():
    regret = explore(two_policies(lambda at: np.where(at[:, 0] < 0.7, 0.05, -0.02))).regret().set_index("scenario")
    assert regret.largest_regret["collaborative"] == pytest.approx(0.02)
    assert regret.largest_regret["baseline"] == pytest.approx(0.05)
    assert regret.best_share.sum() == pytest.approx(1.0)


def test_a_level_without_a_threshold_and_unknown_names_are_refused():
    done = sweep_of_function(planted, FACTORS, Sampler("latin_hypercube", 50))
    with pytest.raises(BadInput, match="below or above"):
        explore(done)
    with pytest.raises(BadInput, match="no indicator 'turnovr'.*did you mean turnover"):
        explore(two_policies(lambda at: at[:, 0]), indicator="turnovr")
    with pytest.raises(BadInput, match="is the reference"):
        explore(two_policies(lambda at: at[:, 0]), scenario="baseline")


def test_the_files_of_an_exploration_are_the_same_to_the_byte_each_time():
    found = explore(two_policies(lambda at: np.where(at[:, 0] < 0.7, 0.05, -0.02)))
    files = dict(explore_files(found))
    assert {"boxes.csv", "peeling.csv", "regret.csv", "summary.txt", "figures/regret.png"} <= set(files)
    assert "figures/turnover-collaborative-boxes.png" in files
    assert files == dict(explore_files(found))
