"""Calibration: what is observed, what is ruled out, what is plausible, and that it can be made again."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from caremarket_sim import settling
from caremarket_sim.cli import main
from caremarket_sim.errors import BadInput
from caremarket_sim.indicators import INDICATORS, outcome_of
from caremarket_sim.market.codes import IN_POST
from caremarket_sim.methods.factors import Factor
from caremarket_sim.methods.standing_still import BOUNDS, judge
from caremarket_sim.parameters import register
from caremarket_sim.runs.lean import SweepTask
from caremarket_sim.studies.calibration import matching, panels
from caremarket_sim.studies.calibration.calibrate import calibrate, record_json, said_of
from caremarket_sim.studies.calibration.observing import SIZES, observe, observed_scenario, quantities
from caremarket_sim.studies.calibration.probe import END, watch
from caremarket_sim.studies.calibration.recipe import Band, Fitted, from_record, shipped_recipe
from caremarket_sim.studies.calibration.zero_hours import PARTS, Gap, logits_of, terms_of
from tests.small_place import FOLDER, begun, small

# Observing


def test_looking_changes_nothing():
    scenario = small("collaborative", 30)
    settled = begun(scenario)
    jobs = panels.Jobs()
    eyes = jobs.eyes()
    eyes["carers_leave"].append(Gap())
    eyes[END] += [panels.Sizes(), panels.Closures()]
    looked_at = outcome_of(watch(scenario, settled, 1, eyes))
    plain = outcome_of(settling.go_through(scenario, settling.fork(settled, scenario), 1))
    np.testing.assert_array_equal(looked_at.weekly, plain.weekly)
    np.testing.assert_array_equal(looked_at.overall, plain.overall)


def test_leavers_and_posts_are_those_that_the_week_counts():
    scenario = small("baseline", 60)
    jobs = panels.Jobs()
    market = watch(scenario, begun(scenario), 1, jobs.eyes())
    assert jobs.leavers == jobs.left.sum() == market.series["n_leavers_in_post"].sum()
    assert jobs.weeks.sum() == market.series["n_weeks_in_post"].sum()
    assert 0 < jobs.from_care <= jobs.starters
    assert len(jobs.years) == 1 and jobs.years[0][:, 0].sum() > 0


def test_sizes_are_those_of_agencies_that_trade():
    scenario = small("baseline", 20)
    sizes = panels.Sizes()
    seen = []

    def look(market, parameters, policy):
        if market.week % 13 == 6:
            seen.append(market.providers.clients[market.providers.open == 1])

    watch(scenario, begun(scenario), 1, {END: [sizes, look]})
    found = sizes.quantities()
    assert found["clients_per_provider"] == pytest.approx(np.mean([one.mean() for one in seen]))
    assert 0 <= found["tiny_share"] <= found["under_30_share"] <= 1


@cache
def observed():
    scenario = observed_scenario(small("baseline"), 4)
    return observe(SweepTask(5, (scenario,)))[0]


def test_what_is_observed_is_what_the_indicators_say_at_prices_held():
    scenario = observed_scenario(small("block"), 4)
    assert scenario.prices == "frozen"
    assert not observed_scenario(small("baseline"), 4).changes
    found = observed()
    names = list(INDICATORS)
    scenario = observed_scenario(small("baseline"), 4)
    plain = settling.simulate(5, [scenario.with_weeks(156), scenario])
    for place, name in enumerate(quantities()):
        if name in INDICATORS:
            assert found.overall[place] == plain[0].overall[names.index(name)], name
            np.testing.assert_array_equal(found.yearly[1:, place], plain[1].yearly[:, names.index(name)])
    assert found.yearly.shape == (5, len(quantities()))
    assert np.isfinite(found.overall[-len(SIZES) :]).all()


# The gap of zero-hours


def taken_apart(scenario, weeks_between=1):
    """Per week: the sum of weekly leaving chances by our terms, and what the week itself expects; and the terms."""
    ours, terms = [], []

    def look(market, parameters, policy):
        logits = logits_of(market, parameters, policy)
        here = market.workers.status == IN_POST
        ours.append((1.0 - (1.0 + np.exp(logits[here])) ** (-1.0 / 52.0)).sum())
        terms.append((logits[here], terms_of(market, parameters, policy, logits)[:, here]))

    market = watch(scenario, begun(scenario), 1, {"carers_leave": [look]})
    return np.array(ours), market.series["n_expected_leavers"][:, 0], terms, market


def test_the_chances_taken_apart_are_those_that_the_week_uses():
    ours, expected, _, _ = taken_apart(small("collaborative", 30))
    np.testing.assert_allclose(ours, expected, rtol=1e-9)


def test_the_terms_are_all_that_makes_one_workers_chance_differ_from_anothers():
    _, _, terms, market = taken_apart(small("baseline", 8))
    for logits, parts in terms:
        rest = logits - parts.sum(axis=0)
        np.testing.assert_allclose(rest, market.commissioners.leaving_intercept[0], atol=1e-9)


def test_the_parts_of_the_gap_add_up_to_it():
    scenario = small("baseline", 104)
    gap = Gap(every=2)
    watch(scenario, begun(scenario), 1, {"carers_leave": [gap]})
    assert list(gap.parts()) == list(PARTS)
    assert sum(gap.parts().values()) == pytest.approx(gap.gap)
    assert gap.left_without_uncertainty != gap.gap


# Ruling out

FACTORS = [Factor(name, low=0.0, high=1.0) for name in "abc"]


def of_plane(points):
    """Two quantities of three numbers: one depends on a and b, one on a alone; c does nothing."""
    return np.column_stack([points[:, 0] + points[:, 1], points[:, 0] ** 2])


def ruled(bands, wanted=50):
    points = matching.points_of(60, FACTORS, 3)
    means = of_plane(points)
    fitted = matching.emulators(points, means, bands)
    kept = matching.fates(means, fitted, bands, matching.points_of(400, FACTORS, 4))
    return matching.not_ruled_out(wanted, FACTORS, fitted, kept, matching.DOUBT, 5)


def test_what_is_not_ruled_out_meets_the_bands_and_leaves_the_rest_open():
    bands = [Band("sum", "", 0.9, 1.1, ()), Band("square", "", 0.25, 0.49, ())]
    points, share, kept = ruled(bands)
    found = of_plane(points)
    assert all(fate.kept for fate in kept)
    assert ((found[:, 0] > 0.88) & (found[:, 0] < 1.12) & (found[:, 1] > 0.23) & (found[:, 1] < 0.51)).all()
    assert 0.01 < share < 0.1
    assert np.ptp(points[:, 2]) > 0.8, "what the targets say nothing about keeps its range"


def test_a_target_out_of_reach_does_not_constrain_and_says_what_came_nearest():
    *_, kept = ruled([Band("sum", "", 5.0, 6.0, ()), Band("square", "", 0.25, 0.49, ())])
    assert [fate.kept for fate in kept] == [False, True]
    assert kept[0].best == pytest.approx(2.0, abs=0.3) and "nearest" in kept[0].why


def test_of_targets_that_contradict_one_another_the_one_that_rules_out_most_gives_way():
    _, share, kept = ruled([Band("sum", "", 1.9, 1.95, ()), Band("square", "", 0.04, 0.16, ())])
    assert [fate.kept for fate in kept] == [False, True]
    assert "with the other targets" in kept[0].why and share > 0.05


def test_the_ends_of_ranges_are_not_searched():
    points = matching.points_of(500, FACTORS, 1)
    assert points.min() >= matching.EDGE and points.max() <= 1.0 - matching.EDGE


def test_a_parameter_pushed_to_an_end_of_its_range_is_noted():
    assert "upper end" in said_of(0.3, 0.9) and "lower end" in said_of(0.9, 0.1)
    assert said_of(0.3, 0.5) == "pinned down" and said_of(0.95, 0.5).startswith("not pinned down")


def test_standing_still_is_judged_by_the_mean_over_futures():
    values = np.ones((4, 6, len(BOUNDS)))
    assert all(ok for *_, ok in judge(values))
    values[:, -1, list(BOUNDS).index("headcount")] = 1.2
    assert [name for name, *_, ok in judge(values) if not ok] == ["headcount"]


def test_few_futures_get_the_benefit_of_the_doubt():
    values = np.ones((4, 6, len(BOUNDS)))
    at = list(BOUNDS).index("headcount")
    values[:, -1, at] = [1.01, 1.05, 1.17, 1.21]  # 0.11 on average, give or take 0.05
    assert [judge(values, doubt)[at][-1] for doubt in (0.0, 2.0)] == [False, True]


# The recipe


def test_nothing_measured_is_fitted_and_whatever_is_fitted_informs_something_observed():
    recipe = shipped_recipe()
    known = register()
    assert len(recipe.parameters) > 20
    assert {known[one.name].grade for one in recipe.parameters} <= {"assumed", "derived"}
    assert {one.carried for one in recipe.parameters} >= {"overhead scale", "travel density", "entry", "exit"}
    assert {name for one in recipe.parameters for name in one.informs} <= {band.quantity for band in recipe.bands}


def test_a_measured_or_unknown_parameter_is_refused():
    record = shipped_recipe().as_record()
    for name, words in (("leaving.pay_effect", "measured"), ("leaving.pay_efect", "no parameter")):
        with pytest.raises(BadInput, match=words):
            from_record({**record, "parameters": [{"name": name, "informs": ["turnover"]}]})


def test_a_recipe_is_made_again_from_its_record():
    recipe = shipped_recipe()
    assert from_record(json.loads(record_json(recipe.as_record()))) == recipe


# A whole calibration, of the small place

WIDE = tuple(
    Band(name, name, low, high, ())
    for name, low, high in (("hours_per_client", 5.0, 25.0), ("good_rating_share", 0.2, 1.0), ("under_30_share", 0, 1))
)


def tiny_recipe(**changes):
    return replace(
        shipped_recipe(),
        waves=(8, 4),
        replicates=1,
        finalists=2,
        most_finalists=2,
        final_replicates=2,
        confirming_replicates=2,
        wanted=2,
        stands_still=False,
        parameters=(Fitted("regulator.good_line", ("good_rating_share",)), Fitted("travel.density_exponent", ())),
        bands=WIDE,
        **changes,
    )


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calibrated")
    return folder, small("baseline"), calibrate(small("baseline"), tiny_recipe(), folder=folder, workers=0)


def test_a_calibration_gives_draws_within_ranges_that_met_every_band(calibrated):
    folder, _, done = calibrated
    assert all(one.confirmed for one in done.plausible) and (folder / "finalists-1-confirmed").is_dir()
    assert done.finalists and len(done.draws().columns) == 3
    fit = done.fit()
    assert (fit.lowest >= fit.low).all() and (fit.highest <= fit.high).all()
    known = done.identifiability().set_index("parameter")
    assert (known.set_low >= known.low).all() and (known.set_high <= known.high).all()


def test_the_same_recipe_gives_the_same_set_and_nothing_is_simulated_twice(calibrated, monkeypatch):
    folder, place, done = calibrated
    recipe = from_record(json.loads(record_json(done.record()))["recipe"])
    from caremarket_sim.studies.calibration import calibrate as module

    def fail(task):
        raise AssertionError("a run that is here already was simulated again")

    monkeypatch.setattr(module, "observe", fail)
    again = calibrate(place, recipe, folder=folder, resume=True, workers=0)
    assert again.draws().equals(done.draws()) and again.record() == done.record()


def test_the_command_repeats_a_calibration_from_its_record(calibrated, tmp_path):
    folder, _, done = calibrated
    assert (folder / "wave-1").is_dir() and not (folder / "record.json").is_file()
    record = tmp_path / "record.json"
    record.write_bytes(record_json({**done.record(), "draws": "draws.csv"}))
    (tmp_path / "draws.csv").write_bytes(csv_of(done))
    how = ["--again", str(record), "--workers", "0", "--quiet", "--resume", "--out", str(folder)]
    assert main(["calibrate", str(FOLDER / "baseline.yaml"), *how]) == 0
    assert {path.name for path in folder.glob("*.csv")} == {"draws.csv", "fit.csv", "identifiability.csv"}
    (tmp_path / "draws.csv").write_bytes(csv_of(done)[:-2])
    assert main(["calibrate", str(FOLDER / "baseline.yaml"), *how]) == 1


def csv_of(done):
    from caremarket_sim.telling.files import csv_bytes

    return csv_bytes(done.draws())


def test_what_is_no_record_is_refused(tmp_path, capsys):
    (tmp_path / "record.json").write_text("{}")
    how = ["--again", str(tmp_path / "record.json"), "--out", str(tmp_path / "out")]
    assert main(["calibrate", str(FOLDER / "baseline.yaml"), *how]) == 2
    said = capsys.readouterr().err
    assert "record.json:1: recipe: Field required" in said and "that `caremarket calibrate` wrote" in said
