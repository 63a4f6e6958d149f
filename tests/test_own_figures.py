"""A council's own figures: how they are read, what they are held beside, and what they leave of a set of draws."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from benchmarks import own_figures as benchmark
from caremarket_sim import settling
from caremarket_sim.cli import main
from caremarket_sim.errors import BadInput
from caremarket_sim.findings.draws import Draw, shipped_draws
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.parameters import register
from caremarket_sim.runs.lean import SweepTask
from caremarket_sim.scenario.timing import monday_of
from caremarket_sim.studies.calibration import narrowing
from caremarket_sim.studies.calibration.known import LEVELS, Effort, before
from caremarket_sim.studies.calibration.narrowing import narrow
from caremarket_sim.studies.calibration.observing import column_of, observe_seasons, observed_scenario
from caremarket_sim.studies.calibration.own_figures import SEASONS, YEAR, OwnFigure, read_figures
from caremarket_sim.studies.calibration.recipe import Band
from caremarket_sim.studies.calibration.weighing import CUTOFF, points_left, settled_fates, weigh
from caremarket_sim.studies.compare.study import plan_comparison
from tests.small_place import FOLDER, small

HEADER = "indicator,value,low,high,period,source\n"
SET = (
    Draw(1, {"recruitment.filling_rate": 0.06, "travel.density_exponent": 0.5}),
    Draw(2, {"recruitment.filling_rate": 0.08, "travel.density_exponent": 0.4}),
    Draw(3, {"recruitment.filling_rate": 0.05, "travel.density_exponent": 0.35}),
)
TINY = Effort(first=12, later=4, waves=2, replicates=2, wanted=6)


# Reading


def read(tmp_path, *lines):
    file = tmp_path / "own.csv"
    file.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return read_figures(file, small())


def test_a_figure_has_its_value_bounds_period_and_source(tmp_path):
    figure, other = read(
        tmp_path, "turnover,.28,.26,.31,2024/25,survey", "people_waiting,12,,,2024/25 Q3,list of the brokerage"
    )
    assert (figure.indicator, figure.value, figure.low, figure.high) == ("turnover", 0.28, 0.26, 0.31)
    assert figure.season == YEAR and figure.first_day == date(2024, 4, 1) and figure.unit == "share a year"
    assert other.season == 3 and other.line == 3
    room = INDICATORS["people_waiting"].smallest
    assert (other.low, other.high) == (12 - room, 12 + room), "without bounds, the smallest difference that matters"


@pytest.mark.parametrize(
    ("line", "what", "right"),
    [
        ("turnovr,.28,,,2024/25,survey", "no indicator 'turnovr'", "did you mean turnover?"),
        ("turnover,28,,,2024/25,survey", "is 28, and is a share", "write 0.28 for 28%"),
        ("turnover,,,,2024/25,survey", "value is ''", "as a plain number, in share a year"),
        ("turnover,.28,.29,.31,2024/25,survey", "0.28 is not within 0.29 to 0.31", "low, value, high in order"),
        ("turnover,.28,,,2024/26,survey", "period is '2024/26'", "as 2024/25, a quarter of it as 2024/25 Q1"),
        ("turnover,.28,,,2024 Q1,survey", "period is '2024 Q1'", "as 2024/25"),
        ("turnover,.28,,,2024/25,", "source is empty", "where the figure is from"),
        ("council_spend,900000,,,2022/23,ledger", "is money of 2022/23", "in the prices of 2024/25"),
    ],
)
def test_a_row_that_is_wrong_is_told_with_file_row_and_what_would_be_right(tmp_path, line, what, right):
    with pytest.raises(BadInput) as caught:
        read(tmp_path, "hand_backs,3,,,2024/25,team", line)
    (problem,) = caught.value.problems
    assert str(problem).startswith(f"{tmp_path / 'own.csv'}:3: ") and what in str(problem) and right in str(problem)


def test_every_wrong_row_is_told_at_once_and_a_figure_given_twice_too(tmp_path):
    with pytest.raises(BadInput) as caught:
        read(tmp_path, "turnover,.28,,,2024/25,a", "turnover,.3,,,2024/25,b", "late_share,7,,,2024/25,c")
    twice, share = caught.value.problems
    assert (twice.line, share.line) == (3, 4) and "given twice" in str(twice) and "line 2" in str(twice)


# What figures are held beside


def test_figures_are_held_beside_the_place_with_no_new_policy():
    assert small("block").changes and not observed_scenario(small("block")).changes


@pytest.fixture(scope="module")
def seasons():
    scenario = observed_scenario(small(), 2)
    return scenario, observe_seasons(SweepTask(3, (scenario,)))[0]


def test_a_year_is_what_the_indicators_say_of_it_at_prices_held(seasons):
    scenario, found = seasons
    (plain,) = settling.simulate(3, [scenario])
    for name in ("turnover", "people_waiting", "council_spend", "late_share"):
        np.testing.assert_array_equal(
            found.yearly[:, column_of(name, YEAR)], plain.yearly[:, list(INDICATORS).index(name)]
        )


def test_four_quarters_make_the_year(seasons):
    scenario, found = seasons
    months = [monday_of(week, scenario.start).month for week in range(52)]
    weeks = [sum((month - 4) % 12 // 3 == quarter for month in months) for quarter in range(4)]
    for name in ("council_spend", "hours_delivered"):
        quarters = np.array([found.yearly[:, column_of(name, season)] for season in SEASONS[1:]])
        year = np.average(quarters, axis=0, weights=weeks)
        np.testing.assert_allclose(year, found.yearly[:, column_of(name, YEAR)])
        assert np.ptp(quarters, axis=0).min() > 0.0, name


# What is known before


def test_points_between_draws_keep_the_sets_middle_and_spread_and_levels_are_anywhere():
    known = before(small(), shipped_draws())
    points = known.points(20_000, 1)
    assert points.min() >= 0.0 and points.max() <= 1.0
    fixed = slice(0, len(known.factors) - known.levels)
    np.testing.assert_allclose(points[:, fixed].mean(axis=0), known.table[:, fixed].mean(axis=0), atol=0.02)
    ratio = points[:, fixed].std(axis=0) / known.table[:, fixed].std(axis=0)
    assert (ratio > 0.85).all() and (ratio < 1.1).all()
    assert [one.name for one in known.factors[-known.levels :]] == list(LEVELS)
    np.testing.assert_allclose(np.quantile(points[:, -1], [0.1, 0.5, 0.9]), [0.1, 0.5, 0.9], atol=0.02)


def test_what_the_places_own_file_says_is_not_varied():
    known = before(small().with_parameters({"baseline.turnover": 0.25, "travel.density_exponent": 0.45}), SET)
    assert {"baseline.turnover", "travel.density_exponent"}.isdisjoint(one.name for one in known.factors)


# What samples say


def planted(bands, noise=0.05, samples=80):
    """Two quantities: the first is the first coordinate, the second the sum of two; three years of four futures."""
    rng = np.random.default_rng(2)

    def draw(count, seed):
        return np.random.default_rng(seed).uniform(size=(count, 3))

    points = draw(samples, 1)
    truth = np.column_stack([points[:, 0], points[:, 0] + points[:, 1]])
    found = truth[:, None, None, :] + rng.normal(0.0, noise, (samples, 4, 3, 2))
    return weigh(points, found, bands), draw


def test_chance_is_that_of_one_year_and_of_the_mean_of_few_futures():
    weighed, _ = planted([Band("a", "", 0.4, 0.6, ()), Band("b", "", 0.9, 1.1, ())])
    np.testing.assert_allclose(weighed.chance, np.sqrt(0.05**2 + 0.05**2 / 3 / 4), rtol=0.15)


def test_samples_far_outside_are_implausible_and_what_figures_do_not_speak_of_stays_open():
    weighed, draw = planted([Band("a", "", 0.45, 0.55, ()), Band("b", "", 0.95, 1.05, ())])
    left, fates = points_left(weighed, draw, 50, 9)
    assert all(fate.kept for fate in fates)
    met = weighed.points[weighed.meets([True, True])]
    assert (np.abs(met[:, 0] - 0.5) < 0.3).all() and (np.abs(left[:, 0] + left[:, 1] - 1.0) < 0.4).all()
    assert np.ptp(left[:, 2]) > 0.9


def test_a_figure_that_nothing_comes_near_gives_way_with_the_nearest():
    weighed, draw = planted([Band("a", "", 3.0, 3.1, ()), Band("b", "", 0.95, 1.05, ())])
    _, fates = points_left(weighed, draw, 50, 9)
    assert [fate.kept for fate in fates] == [False, True] and "comes near it" in fates[0].why
    assert weighed.nearest(0) == pytest.approx(1.0, abs=0.1) and weighed.away[:, 0].min() > CUTOFF


def test_of_figures_that_contradict_one_another_one_gives_way():
    weighed, draw = planted([Band("a", "", 0.95, 1.0, ()), Band("b", "", 0.0, 0.05, ())], noise=0.01)
    left, fates = points_left(weighed, draw, 50, 9)
    assert sum(fate.kept for fate in fates) == 1 and len(left)
    assert sum(fate.kept for fate in settled_fates(weighed, fates)) == 1


# A whole one, of the small place


def own(name, value, room, season=YEAR):
    period = "2024/25" + (f" Q{season}" if season else "")
    return OwnFigure(name, value, value - room, value + room, period, season, "made up")


FIGURES = (own("vacancy_rate", 0.10, 0.05), own("people_waiting", 1.0, 1.0, 2), own("council_spend", 9e7, 1e6))


@pytest.fixture(scope="module")
def narrowed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("narrowed")
    return folder, narrow(small(), FIGURES, SET, TINY, folder=folder, workers=0)


def test_the_draws_are_within_ranges_and_agree_with_the_figures_that_can_be_met(narrowed):
    _, done = narrowed
    draws, known = done.draws(), register()
    assert 1 <= len(draws) <= TINY.wanted and list(draws.draw) == list(range(1, len(draws) + 1))
    assert set(draws.columns[1:]) == {*SET[0].values, *LEVELS}
    for name in draws.columns[1:]:
        assert draws[name].between(known[name].low - 1e-12, known[name].high + 1e-12).all()
    assert done.weighed.meets([fate.kept for fate in done.fates])[done.plausible].all()


def test_a_figure_that_no_draw_meets_is_named_with_the_nearest(narrowed):
    _, done = narrowed
    fit = done.fit().set_index("indicator")
    assert not fit.met["council_spend"] and fit.met["people_waiting"]
    assert 1e5 < fit.nearest["council_spend"] < 9e6 and fit.why["council_spend"]
    said = " ".join(done.sentences())
    assert "Not met by any: Council spend, 2024/25" in said and "the nearest is" in said
    assert "Left open" in said and "of a quarter" in said


def test_figures_about_what_the_place_file_says_point_there():
    done = narrow(small(), (own("people_receiving", 900, 5),), SET, replace(TINY, waves=1, first=6), workers=0)
    assert "council_clients and self_funders of the place file decide it" in done.fit().why[0]


def test_each_parameter_is_said_to_be_narrowed_or_left_open(narrowed):
    _, done = narrowed
    known = done.parameters()
    assert set(known.parameter) == {*SET[0].values, *LEVELS} and known.of_the_place.sum() == len(LEVELS)
    assert set(known.says) <= {"pinned down", "narrowed", "left open"}
    assert ((known.share_left < 0.85) == (known.says != "left open")).all()


def test_the_same_figures_give_the_same_set_and_nothing_is_simulated_twice(narrowed, monkeypatch):
    folder, done = narrowed

    def fail(task):
        raise AssertionError("a run that is here already was simulated again")

    monkeypatch.setattr(narrowing, "observe_seasons", fail)
    again = narrow(small(), FIGURES, SET, TINY, folder=folder, resume=True, workers=0)
    pd.testing.assert_frame_equal(again.draws(), done.draws())
    assert again.record() == done.record()


def test_the_command_writes_draws_that_compare_takes(tmp_path, capsys):
    file, given = tmp_path / "own.csv", tmp_path / "set.csv"
    file.write_text(f"{HEADER}vacancy_rate,.1,.02,.2,2024/25,survey\n", encoding="utf-8")
    given.write_text("draw,travel.density_exponent\n1,0.4\n2,0.45\n", encoding="utf-8")
    out = tmp_path / "out"
    how = ["--to", str(file), "--draws-from", str(given), "--effort", "0.1", "--workers", "0", "--json"]
    assert main(["calibrate", str(FOLDER / "baseline.yaml"), *how, "--out", str(out)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["plausible"] >= 1 and told["not_met"] == []
    assert {path.name for path in out.glob("*.csv")} == {"draws.csv", "own_figures.csv", "narrowed.csv"}
    assert json.loads((out / "record.json").read_text())["figures"][0]["source"] == "survey"
    draws = shipped_draws(out / "draws.csv")
    plan = plan_comparison([small("baseline"), small("block")], replicates=2, drawn=draws[:2], assumption_replicates=0)
    for name, value in draws[0].values.items():
        assert plan.batches[0].tasks[0].scenarios[0].parameters[name] == pytest.approx(value)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--draws-from", "x.csv"], "names what --to narrows"),
        (["--to", "x.csv", "--again", "r"], "does not go with --to"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options, what, capsys):
    assert main(["calibrate", str(FOLDER / "baseline.yaml"), *options]) == 2
    assert what in capsys.readouterr().err


# The set's first draw is the centre


def test_the_main_futures_are_those_of_the_sets_first_draw():
    plan = plan_comparison([small(), small("block")], replicates=2, drawn=SET[1:], assumption_replicates=0)
    assert all(one.parameters["recruitment.filling_rate"] == 0.08 for one in plan.scenarios)
    assert plan.batches[1].tasks[0].scenarios[0].parameters["recruitment.filling_rate"] == 0.05
    shipped = plan_comparison([small(), small("block")], replicates=2, drawn=shipped_draws(), assumption_replicates=0)
    assert [one.key for one in shipped.scenarios] == [small().key, small("block").key]


@pytest.mark.slow
def test_a_made_up_place_is_found_again():
    found = benchmark.measure(3, 45, Effort(first=40, later=8, waves=1, replicates=2, wanted=12), workers=0)
    assert found["truth_kept"] >= 0.6 and found["parameters_within_middle"] >= 0.75 and found["figures_met"] > 0.8
