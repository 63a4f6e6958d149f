"""What paired replicates say, against known answers and as theorems."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from caremarket_sim.methods import statistics
from caremarket_sim.methods.statistics import holm, interval, p_better, paired_difference, verdict

sane = st.floats(-1e6, 1e6, allow_subnormal=False)
replicates = arrays.arrays(np.float64, st.tuples(st.integers(2, 12), st.just(3)), elements=sane)


def drawn(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(seed).normal(10.0, 2.0, shape)


def test_the_interval_and_p_value_are_those_of_the_paired_t_test():
    reference, scenario = drawn(1, (20,)), drawn(2, (20,)) + 0.7
    ours = paired_difference(reference, scenario)
    theirs = stats.ttest_rel(scenario, reference)
    low, high = theirs.confidence_interval(0.95)
    assert (ours.low, ours.high) == pytest.approx((low, high), rel=1e-12)
    assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-10)
    assert ours.difference == pytest.approx(np.mean(scenario - reference))


def test_a_level_has_the_t_interval_of_its_mean():
    values = drawn(3, (15, 4))
    ours = interval(values)
    low, high = stats.t.interval(0.95, 14, values.mean(axis=0), stats.sem(values, axis=0))
    np.testing.assert_allclose(ours.low, low)
    np.testing.assert_allclose(ours.high, high)


def test_pairing_reduces_variance_by_the_chance_that_the_arms_share():
    shared = drawn(4, (400,)) * 10
    own = drawn(5, (400, 2))
    paired = paired_difference(shared + own[:, 0], shared + own[:, 1])
    independent = np.var(shared + own[:, 0], ddof=1) + np.var(shared + own[:, 1], ddof=1)
    assert paired.variance_ratio == pytest.approx(independent / np.var(own[:, 1] - own[:, 0], ddof=1), rel=1e-9)
    assert paired.variance_ratio > 50


def test_a_pair_with_a_missing_side_is_left_out_and_the_rest_counted():
    reference = np.array([1.0, 2.0, np.nan, 4.0])
    scenario = np.array([2.0, np.nan, 3.0, 6.0])
    ours = paired_difference(reference, scenario)
    assert ours.replicates == 2
    assert ours.difference == 1.5
    assert ours.reference_mean == 2.5
    assert not ours.identical


def test_nothing_known_on_either_side_gives_no_numbers_and_no_warning():
    nothing = np.full((5, 2), np.nan)
    ours = paired_difference(nothing, nothing)
    assert np.isnan(ours.difference).all()
    assert ours.identical.all()
    assert np.isnan(interval(nothing).mean).all()


def test_one_replicate_has_no_interval_and_no_clear_difference():
    ours = paired_difference(np.array([1.0]), np.array([9.0]))
    assert ours.difference == 8.0
    assert np.isnan([ours.low, ours.high, ours.p_value]).all()
    said = verdict(8.0, np.nan, np.nan, np.nan, identical=False, smallest=0.1, better="higher")
    assert said == "no clear difference"


def test_what_is_alike_is_neither_better_nor_worse():
    ours = paired_difference(np.array([1.0, 1.0, 1.0, 1.0]), np.array([2.0, 1.0, 1.0, 0.0]))
    assert (ours.p_higher, ours.p_same) == (0.25, 0.5)
    assert p_better(0.25, 0.5, "higher") == 0.25
    assert p_better(0.5, 0.25, "lower") == 0.25
    assert np.isnan(p_better(0.75, 0.0, "neither"))


@pytest.mark.parametrize(
    ("difference", "low", "high", "p_value", "better", "said"),
    [
        (2.0, 1.0, 3.0, 0.001, "higher", "better"),
        (2.0, 1.0, 3.0, 0.001, "lower", "worse"),
        (-2.0, -3.0, -1.0, 0.001, "lower", "better"),
        (-2.0, -3.0, -1.0, 0.001, "neither", "lower"),
        (2.0, 1.0, 3.0, 0.001, "neither", "higher"),
        (2.0, -1.0, 5.0, 0.2, "higher", "no clear difference"),
        (0.2, 0.1, 0.3, 0.001, "higher", "too small to matter"),
        (0.6, 0.1, 1.1, 0.01, "higher", "better"),
        (0.4, 0.1, 0.7, 0.01, "higher", "no clear difference"),
        (0.4, 0.1, 0.7, 0.01, "neither", "no clear difference"),
    ],
)
def test_a_verdict_says_which_way_and_whether_it_matters(difference, low, high, p_value, better, said):
    assert verdict(difference, low, high, p_value, identical=False, smallest=0.5, better=better) == said


def test_no_difference_in_any_pair_is_identical_even_with_one_replicate():
    ours = paired_difference(np.array([3.0]), np.array([3.0]))
    assert ours.identical
    assert verdict(0.0, np.nan, np.nan, np.nan, identical=True, smallest=1.0, better="higher") == "identical"


def test_a_difference_that_never_varies_is_clear():
    ours = paired_difference(np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0]))
    assert ours.p_value == 0.0
    assert (ours.low, ours.high) == (1.0, 1.0)


def test_holm_gives_the_adjusted_values_worked_by_hand():
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(holm([0.02, np.nan, 0.03]), [0.04, np.nan, 0.04])


@given(arrays.arrays(np.float64, st.integers(1, 9), elements=st.floats(0, 1)))
def test_holm_never_lowers_a_p_value_keeps_their_order_and_stays_within_bonferroni(p_values):
    adjusted = holm(p_values)
    assert (adjusted >= p_values).all()
    assert (adjusted <= np.minimum(p_values * len(p_values), 1) + 1e-15).all()
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()


@given(replicates)
def test_an_arm_against_itself_is_identical(values):
    ours = paired_difference(values, values)
    assert ours.identical.all()
    assert (ours.difference == 0).all()
    assert (ours.p_higher == 0.0).all() and (ours.p_same == 1.0).all()


@given(replicates, st.randoms(use_true_random=False))
def test_swapping_the_arms_turns_every_difference_round(values, random):
    other = values[:, ::-1] + random.random()
    there, back = paired_difference(values, other), paired_difference(other, values)
    np.testing.assert_allclose(there.difference, -back.difference)
    np.testing.assert_allclose(there.low, -back.high)
    np.testing.assert_allclose(there.p_higher, 1 - back.p_higher - back.p_same, atol=1e-12)
    np.testing.assert_allclose(there.variance_ratio, back.variance_ratio)


def test_the_interval_covers_the_true_difference_nineteen_times_in_twenty():
    noise = np.random.default_rng(11).normal(size=(2, 8, 4000))
    ours = paired_difference(noise[0], noise[1] + 0.3)
    assert np.mean((ours.low <= 0.3) & (ours.high >= 0.3)) == pytest.approx(statistics.CONFIDENCE, abs=0.012)
