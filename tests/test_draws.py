"""Chance apart from ignorance: draws of the assumptions, each on the same futures."""

import csv
import json

import numpy as np
import pytest

from caremarket_sim.cli import main
from caremarket_sim.errors import BadInput
from caremarket_sim.findings.draws import (
    FILE,
    Draw,
    error_of,
    first_draws,
    over_draws,
    shares_of,
    shares_sentence,
    shipped_draws,
)
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.statistics import paired_difference
from caremarket_sim.parameters import register
from caremarket_sim.runs.design import Sample
from caremarket_sim.studies.calibration.recipe import shipped_recipe
from caremarket_sim.studies.compare.run import carry_out_run, plan_run
from caremarket_sim.studies.compare.study import carry_out_comparison, compare, plan_comparison
from tests.small_place import FOLDER, small

pytestmark = pytest.mark.usefixtures("undrawn")
TWO = (Draw(1, {}), Draw(2, {"travel.density_exponent": 0.3}), Draw(3, {"travel.density_exponent": 0.4}))

# The shipped set


def test_the_shipped_set_is_within_the_register_s_ranges_and_off_their_ends():
    known = register()
    draws = shipped_draws()
    assert len(draws) >= 20
    assert [draw.number for draw in draws] == list(range(1, len(draws) + 1))
    names = {one.name for one in shipped_recipe().parameters}
    for draw in draws:
        assert set(draw.values) == names
        for name, value in draw.values.items():
            span = known[name].high - known[name].low
            off = 0.0 if draw.number == 1 else 0.01 * span
            assert known[name].low + off <= value <= known[name].high - off, name


def test_the_first_draw_is_what_runs_without_draws_take():
    known = register()
    assert shipped_draws()[0].values == {name: known[name].value for name in shipped_draws()[0].values}


def test_the_record_of_the_shipped_set_is_of_the_shipped_recipe():
    from caremarket_sim.studies.calibration.recipe import from_record

    record = json.loads((FILE.parent / "record.json").read_text(encoding="utf-8"))
    assert from_record(record["recipe"]) == shipped_recipe()
    assert json.dumps(record["recipe"]) == json.dumps(shipped_recipe().as_record()), "made again, it is the same bytes"
    assert record["plausible"] == len(shipped_draws()) and record["register_is_plausible"]


def test_a_parameter_that_the_targets_push_to_an_end_of_its_range_has_a_note():
    with (FILE.parent / "identifiability.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["parameter"] for row in rows} == set(shipped_draws()[0].values)
    for row in rows:
        place = (float(row["set_median"]) - float(row["low"])) / (float(row["high"]) - float(row["low"]))
        assert (place > 0.8) == ("towards the upper end" in row["says"])
        assert (place < 0.2) == ("towards the lower end" in row["says"])
        at = (float(row["register"]) - float(row["low"])) / (float(row["high"]) - float(row["low"]))
        assert (at > 0.95 or at < 0.05) == ("register's value stands" in row["says"])


def test_every_draw_of_the_shipped_set_met_every_target_that_constrains():
    with (FILE.parent / "fit.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    held = [row for row in rows if row["constrains"] == "True"]
    assert len(held) >= 10
    for row in held:
        assert float(row["low"]) <= float(row["lowest"]) <= float(row["highest"]) <= float(row["high"])
    assert all(row["why"] for row in rows if row["constrains"] == "False")


# Asking for draws


def test_more_draws_than_there_are_or_a_single_future_are_refused():
    with pytest.raises(BadInput, match="the set has"):
        first_draws(1000, 5)
    with pytest.raises(BadInput, match="need replicates"):
        first_draws(3, 1)
    assert first_draws(1, 1) == shipped_draws()[:1]


def test_what_is_no_set_of_draws_is_refused(tmp_path):
    file = tmp_path / "draws.csv"
    file.write_text("one,two\n1,2\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"draws.csv:1: lacks the column draw"):
        first_draws(1, 2, file)


def test_what_a_scenario_says_of_a_parameter_stays_under_every_draw():
    own = small("baseline").with_parameters({"travel.density_exponent": 0.45})
    applied = Draw(2, {"travel.density_exponent": 0.3, "overhead.scale_exponent": 0.8}).applied(own)
    assert applied.parameters["travel.density_exponent"] == 0.45
    assert applied.parameters["overhead.scale_exponent"] == 0.8


@pytest.mark.parametrize("option", [["--precision", "0.1"], ["--equal-budget"]])
def test_draws_do_not_go_with_what_solves_or_stops_at_fixed_assumptions(option, capsys, tmp_path):
    files = [str(FOLDER / f"{name}.yaml") for name in ("baseline", "block")]
    assert main(["compare", *files, "--draws", "2", *option, "--out", str(tmp_path / "out")]) == 2
    assert f"--draws does not go with {option[0]}" in capsys.readouterr().err


# Taking chance and ignorance apart


def planted(of_draw, of_future, own, seed=3):
    """Two scenarios under draws: the second differs by planted effects of draw, of future and of both."""
    rng = np.random.default_rng(seed)
    draws, futures = 12, 40
    effect = 5.0 + of_draw * rng.normal(size=(draws, 1)) + of_future * rng.normal(size=(1, futures))
    effect = effect + own * rng.normal(size=(draws, futures))
    every = []
    for draw in range(draws):
        base = np.tile(rng.normal(size=(futures, 1)), len(INDICATORS))
        every.append({"baseline": sample(base), "other": sample(base + effect[draw][:, None])})
    return every


def sample(overall):
    count = len(overall)
    nothing = np.zeros((count, 0, 0))
    return Sample(
        small("baseline"), tuple(range(1, count + 1)), nothing, overall[:, None, :], overall, nothing, nothing, nothing
    )


@pytest.mark.parametrize(("of_draw", "of_future", "own"), [(2.0, 0.5, 0.5), (0.2, 2.0, 0.5), (0.5, 0.5, 2.0)])
def test_the_shares_of_ignorance_and_chance_are_those_planted(of_draw, of_future, own):
    row = shares_of(planted(of_draw, of_future, own), "baseline").iloc[0]
    total = of_draw**2 + of_future**2 + own**2
    assert row.ignorance == pytest.approx(of_draw**2 / total, abs=0.2)
    assert row.shared_chance == pytest.approx(of_future**2 / total, abs=0.2)
    assert row.own_chance == pytest.approx(own**2 / total, abs=0.2)
    assert row["mean"] == pytest.approx(5.0, abs=1.5)


def test_intervals_hold_ignorance_and_do_not_shrink_with_more_futures():
    every = planted(2.0, 0.0, 0.1)
    few = [{name: one.only(range(1, 5)) for name, one in samples.items()} for samples in every]
    central = paired_difference(every[0]["baseline"].overall, every[0]["other"].overall)
    wide, many = (over_draws(central, found, "other", "baseline", "all") for found in (few, every))
    assert (many.high - many.low)[0] == pytest.approx((wide.high - wide.low)[0], rel=0.1)
    assert (many.high - many.low)[0] > 4 * (central.high - central.low)[0]


def test_with_no_ignorance_the_error_is_that_of_chance():
    rng = np.random.default_rng(1)
    luck = rng.normal(size=(1, 30, 1))
    error, freedom = error_of(np.repeat(luck, 10, axis=0))
    assert error[0] == pytest.approx(luck.std(ddof=1) / np.sqrt(30))
    assert freedom[0] == pytest.approx(29)


def test_a_future_that_one_draw_lost_counts_in_none():
    every = planted(1.0, 0.0, 0.0)
    every[3] = {name: one.only([number for number in one.replicates if number != 7]) for name, one in every[3].items()}
    assert shares_of(every, "baseline").replicates.unique().tolist() == [39]


# On the model


def test_a_comparison_under_draws_meets_the_same_futures_and_says_what_each_explains():
    scenarios = [small("baseline"), small("block")]
    plan = plan_comparison(scenarios, replicates=2, assumption_replicates=0, drawn=TWO)
    assert plan.draws == 3 and plan.runs == 12
    assert [batch.variant for batch in plan.batches] == ["", "draw 2", "draw 3"]
    found = carry_out_comparison(plan, workers=0)
    frame = found.frame()
    assert (frame.draws == 3).all() and (frame.replicates == 2).all()
    assert "ignorance" in frame.attrs["note"]
    plain = compare(*scenarios, replicates=2, assumption_replicates=0, workers=0)
    np.testing.assert_array_equal(found.samples["block"].overall, plain.samples["block"].overall)
    assert not np.array_equal(found.other_draws[0]["block"].overall, plain.samples["block"].overall)
    shares = found.shares()
    known = shares[shares.ignorance.notna()]
    np.testing.assert_allclose(known.ignorance + known.shared_chance + known.own_chance, 1.0)
    assert "ignorance of the assumptions explains" in shares_sentence(shares)


def test_a_run_under_draws_gives_levels_with_ignorance():
    found = carry_out_run(plan_run(small("baseline"), replicates=2, drawn=TWO), workers=0)
    plain = carry_out_run(plan_run(small("baseline"), replicates=2), workers=0)
    wide, narrow = found.frame(), plain.frame()
    assert found.draws == 3 and plain.draws == 1
    assert "chance only" in narrow.attrs["note"] and "ignorance" in wide.attrs["note"]
    assert not np.allclose(wide["mean"], narrow["mean"], equal_nan=True)


def test_the_command_takes_draws_from_a_file_and_its_results_can_be_verified(tmp_path, capsys):
    file = tmp_path / "draws.csv"
    file.write_text("draw,travel.density_exponent\n1,0.5\n2,0.3\n", encoding="utf-8")
    files = [str(FOLDER / f"{name}.yaml") for name in ("baseline", "block")]
    how = ["--replicates", "2", "--workers", "0", "--assumption-replicates", "0", "--out", str(tmp_path / "out")]
    assert main(["compare", *files, "--draws", "2", "--draws-from", str(file), *how]) == 0
    assert "chance and ignorance together: 2 plausible draws" in " ".join(capsys.readouterr().out.split())
    assert (tmp_path / "out" / "shares.csv").is_file()
    assert main(["verify", str(tmp_path / "out")]) == 0
