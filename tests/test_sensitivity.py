"""Sensitivity held to known answers through the path that sweeps of the model take; and nothing is hidden."""

from functools import cache
from math import pi, sin

import numpy as np
import pytest
from SALib.analyze import delta as salib_delta
from SALib.analyze import pawn as salib_pawn

from caremarket_sim.methods import emulator, indices
from caremarket_sim.methods.factors import Factor
from caremarket_sim.methods.noise import noise_of
from caremarket_sim.methods.samplers import Sampler, draw, problem_of
from caremarket_sim.studies.sensitivity.figures import kinds_of
from caremarket_sim.studies.sensitivity.study import sensitivity
from caremarket_sim.studies.sweep.study import sweep_of_function
from caremarket_sim.telling.files import png_bytes

FACTORS = [*(Factor(f"x{number}", low=-pi, high=pi) for number in (1, 2, 3)), Factor("dead")]
FIRST = {"x1": 0.3139, "x2": 0.4424, "x3": 0.0, "dead": 0.0}
TOTAL = {"x1": 0.5576, "x2": 0.4424, "x3": 0.2437, "dead": 0.0}
"""Ishigami's function with a = 7 and b = 0.1 (Ishigami and Homma 1990; Saltelli 2008)."""

SAMPLERS = {
    "saltelli": Sampler("saltelli", 512, second_order=True),
    "fast": Sampler("fast", 257),
    "latin_hypercube": Sampler("latin_hypercube", 512),
    "sobol_sequence": Sampler("sobol_sequence", 512),
    "morris": Sampler("morris", 40),
    "grid": Sampler("grid", steps=9),
}
FEW = {**SAMPLERS, "saltelli": Sampler("saltelli", 64), "latin_hypercube": Sampler("latin_hypercube", 128)}


def ishigami(one, two, three, dead):
    return sin(one) + 7 * sin(two) ** 2 + 0.1 * three**4 * sin(one)


def analysed(name, function=ishigami, samplers=SAMPLERS):
    return sensitivity(sweep_of_function(function, FACTORS, samplers[name], seed=0))


@cache
def known(name):
    return analysed(name)


def rows_of(found, measure):
    frame = found.frame()
    return frame[frame.measure == measure].set_index("factor")


@pytest.mark.parametrize(
    ("sampler", "measure", "exact"),
    [
        ("saltelli", "S1", FIRST),
        ("saltelli", "ST", TOTAL),
        ("fast", "S1", FIRST),
        ("fast", "ST", TOTAL),
        ("latin_hypercube", "RBD-FAST S1", FIRST),
        ("latin_hypercube", "emulator S1", FIRST),
        ("latin_hypercube", "emulator ST", TOTAL),
        ("sobol_sequence", "emulator ST", TOTAL),
    ],
)
def test_ishigami_indices_hold_the_analytic_values_in_their_intervals(sampler, measure, exact):
    rows = rows_of(known(sampler), measure)
    for factor, value in exact.items():
        assert rows.low[factor] - 1e-9 <= value <= rows.high[factor] + 1e-9, (factor, rows.loc[factor])
        assert rows.high[factor] - rows.low[factor] < 0.8


def test_the_second_order_index_of_ishigami_is_that_of_the_one_pair_that_works_together():
    rows = rows_of(known("saltelli"), "S2").reset_index().set_index(["factor", "with_factor"])
    for pair, row in rows.iterrows():
        exact = 0.2437 if pair == ("x1", "x3") else 0.0
        assert row.low <= exact <= row.high


@pytest.mark.parametrize("measure", ["PAWN above chance", "delta above chance"])
def test_moment_independent_indices_rank_ishigami_as_published(measure):
    rows = rows_of(known("latin_hypercube"), measure)
    assert list(rows.value.sort_values(ascending=False).index)[:2] == ["x2", "x1"]


def test_morris_finds_the_same_three_factors_and_their_bends():
    found = known("morris")
    stars, sigmas = rows_of(found, "mu_star"), rows_of(found, "sigma")
    assert stars.value["x2"] == pytest.approx(7.875)  # a step of 2/3 of the range moves 7 sin² by 5.25
    assert (sigmas.value[["x1", "x2", "x3"]] > 1).all()
    assert sigmas.value["dead"] == 0


@pytest.mark.parametrize("sampler", [name for name in SAMPLERS if name != "grid"])
def test_a_dead_parameter_ranks_last_with_an_interval_that_holds_zero(sampler):
    last = known(sampler).ranking().iloc[-1]
    assert last.factor == "dead"
    assert last.low <= 0 <= last.high
    assert not last.clear


@pytest.mark.parametrize("measure", ["PAWN above chance", "delta above chance", "RBD-FAST S1"])
def test_of_a_dead_parameter_every_method_for_any_sample_holds_zero(measure):
    row = rows_of(known("latin_hypercube"), measure).loc["dead"]
    assert row.low <= 0 <= row.high


def test_a_full_grid_gives_the_exact_shares_of_its_points():
    found = sensitivity(sweep_of_function(lambda a, b: a + 2 * b, [Factor("a"), Factor("b")], Sampler("grid", steps=4)))
    assert rows_of(found, "S1").value.tolist() == pytest.approx([0.2, 0.8])
    assert rows_of(found, "ST").value.tolist() == pytest.approx([0.2, 0.8])


@pytest.mark.parametrize("sampler", [name for name in FEW if name != "grid"])
def test_one_nan_is_reported_and_left_out_with_what_belongs_to_it(sampler):
    calls = 0

    def planted(*values):
        nonlocal calls
        calls += 1
        return float("nan") if calls == 7 else ishigami(*values)

    found = analysed(sampler, planted, FEW)
    row = found.missing().iloc[0]
    assert row.without_value == 1
    assert row.which == "7"
    assert row.left_out == FEW[sampler].block(len(FACTORS))
    assert "1 of" in found.summary()[0]
    ranking = found.ranking()
    assert np.isfinite(ranking.value).all()
    assert ranking.iloc[0].value > 0.1, "not the zeros that SALib gives"
    assert ranking.iloc[-1].factor == "dead"


def test_a_full_grid_with_a_gap_has_no_indices_and_says_why():
    found = analysed("grid", lambda one, *rest: float("nan") if one > 3 else ishigami(one, *rest))
    assert found.frame().empty
    assert "full grid" in found.summary()[0]


def test_an_output_without_any_value_is_said_not_hidden():
    found = analysed("saltelli", lambda *values: float("nan"), FEW)
    assert found.frame().empty
    assert found.missing().iloc[0].used == 0
    assert "too few" in found.summary()[0]


@pytest.mark.parametrize("sampler", list(FEW))
def test_an_output_that_never_changes_has_no_indices_and_says_why(sampler):
    found = analysed(sampler, lambda *values: 3.0, FEW)
    assert found.frame().empty
    assert "the same at every sample (3)" in found.summary()[0]
    assert kinds_of(found.analyses[0]) == ()


@pytest.mark.parametrize("sampler", ["saltelli", "latin_hypercube", "morris", "fast"])
def test_a_seed_of_zero_is_a_seed(sampler):
    one, two = analysed(sampler, samplers=FEW), analysed(sampler, samplers=FEW)
    assert one.frame().equals(two.frame())
    other = draw(FEW[sampler], FACTORS, 1)
    assert not np.array_equal(draw(FEW[sampler], FACTORS, 0), other)


def test_numpys_shared_generator_is_left_as_it_was():
    np.random.seed(5)
    expected = np.random.random()
    np.random.seed(5)
    analysed("latin_hypercube", samplers=FEW)
    assert np.random.random() == expected


def test_pawn_and_delta_are_what_salibs_formulas_give():
    coordinates = draw(Sampler("latin_hypercube", 500), FACTORS, 1)
    output = np.array([ishigami(*(2 * pi * row[:3] - pi), row[3]) for row in coordinates])
    theirs = salib_pawn.analyze(problem_of(4), coordinates, output, S=10)["median"]
    ours = indices.medians_of_distance(coordinates, output, 10)
    assert ours == pytest.approx(np.asarray(theirs, float))
    found = {one.factor: one for one in indices.delta(coordinates, output, 1) if one.measure == "delta"}
    grid = np.linspace(output.min(), output.max(), 100)
    exact = [salib_delta.calc_delta(output, grid, column, np.linspace(0, 500, 11)) for column in coordinates.T]
    assert [found[place].value for place in range(4)] == pytest.approx(exact, abs=1e-9)


def test_an_emulator_tells_how_wrong_it_is_on_runs_it_has_not_seen():
    rng = np.random.default_rng(1)
    coordinates = rng.random((80, 3))
    smooth = emulator.fit(coordinates, coordinates[:, 0] + coordinates[:, 1] ** 2, 1)
    noise = emulator.fit(coordinates, rng.normal(size=80), 1)
    assert smooth.holdout > 0.999
    assert smooth.trusted
    assert noise.holdout < 0.3
    assert not noise.trusted
    new = rng.random((50, 3))
    assert smooth(new) == pytest.approx(new[:, 0] + new[:, 1] ** 2, abs=0.01)


def test_an_emulator_knows_a_factor_of_two_values_exactly():
    factors = [Factor("flag", distribution="levels", levels=(False, True)), Factor("number")]
    found = sensitivity(
        sweep_of_function(lambda flag, number: 2.0 * flag + number, factors, Sampler("latin_hypercube", 64))
    )
    rows = rows_of(found, "emulator S1")
    assert rows.value["flag"] == pytest.approx(1 / (1 + 1 / 12), abs=0.01)


def test_indices_are_worked_out_again_on_parts_of_the_samples():
    course = analysed("saltelli", samplers=FEW).convergence()
    assert sorted(course.samples.unique()) == [48, 96, 192, 384]
    assert set(course.factor) == {"x1", "x2", "x3", "dead"}


def test_chance_of_replicates_is_told_from_what_factors_do():
    rng = np.random.default_rng(2)
    factors, futures, own = rng.normal(0, 2, (400, 1)), rng.normal(0, 3, (1, 30)), rng.normal(0, 1, (400, 30))
    found = noise_of(factors + futures + own)
    assert found.factors == pytest.approx(4 / 14, abs=0.12)
    assert found.shared == pytest.approx(9 / 14, abs=0.15)
    assert found.own == pytest.approx(1 / 14, abs=0.03)
    assert found.in_means == pytest.approx(1 / 30 / 4, abs=0.003)
    assert noise_of(factors) is None, "one replicate cannot tell"


@pytest.mark.parametrize("sampler", ["saltelli", "latin_hypercube", "morris"])
def test_every_figure_is_drawn_the_same_to_the_byte_each_time(sampler):
    found = analysed(sampler, samplers=FEW)
    for kind in kinds_of(found.analyses[0]):
        content = png_bytes(found.plot(kind))
        assert content.startswith(b"\x89PNG")
        assert content == png_bytes(found.plot(kind))
