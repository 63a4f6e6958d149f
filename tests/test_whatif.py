"""At once, without simulating: emulators find what is known, say how far they err, and know where to say nothing."""

import json
import shutil
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import qmc

from caremarket_sim.cli import main
from caremarket_sim.errors import BadInput
from caremarket_sim.indicators import Outcome
from caremarket_sim.methods import standing_in
from caremarket_sim.methods.factors import Factor
from caremarket_sim.methods.gaussian import fit_gaussian
from caremarket_sim.methods.samplers import Sampler
from caremarket_sim.methods.standing_in import FUTURES, fit
from caremarket_sim.methods.trees import fit_trees
from caremarket_sim.policy import NEUTRAL
from caremarket_sim.runs import lean
from caremarket_sim.scenario import Change
from caremarket_sim.settling import code_version
from caremarket_sim.studies.sweep.design_files import read_design
from caremarket_sim.studies.sweep.plan import plan_sweep
from caremarket_sim.studies.sweep.result import Sweep
from caremarket_sim.studies.whatif.inputs import table_of
from caremarket_sim.studies.whatif.page import for_page, step_of, whatif_page
from caremarket_sim.studies.whatif.result import FAR, of_json, to_json
from caremarket_sim.studies.whatif.study import at_once, emulated, shipped, whatif
from tests.small_place import FOLDER, WIGAN, small
from tests.test_report import BROWSER, require_browser

EACH = 4
"""Samples that meet the same futures."""
SCRIPT = "<script>alert(1)</script>"
PAGE_SCRIPT = Path(whatif_page.__code__.co_filename).with_name("page.js")


def smooth(points):
    """A function that bends, with two inputs that only matter together."""
    return 2.0 * points[:, 0] + np.sin(3.0 * points[:, 1]) + 2.0 * points[:, 2] * points[:, 3]


def stepped(points):
    """A function of cliffs."""
    return np.where(points[:, 0] > 0.5, 4.0, 0.0) + np.where((points[:, 1] > 0.3) & (points[:, 2] > 0.6), 4.0, 0.0)


def points_of(count, inputs=5, seed=1):
    return qmc.Sobol(inputs, rng=np.random.default_rng(seed)).random(count)


def futures_of(function, points, futures, seed=3, chance=1.0, shared=0.5):
    """What a simulation with such a mean would give: some futures lie higher, and chance grows with the last input."""
    rng = np.random.default_rng(seed)
    blocks = np.repeat(rng.normal(size=(-(-len(points) // EACH), futures)), EACH, axis=0)[: len(points)]
    own = rng.normal(size=(len(points), futures))
    spread = chance * (0.5 + points[:, -1:])
    return function(points)[:, None] + spread * (shared * blocks + np.sqrt(1.0 - shared**2) * own)


@cache
def fitted(function=smooth, count=64, futures=16, chance=1.0):
    points = points_of(count)
    values = futures_of(function, points, futures, chance=chance)
    return fit(points, values, np.arange(count) // EACH, 1, shared=False)


def test_a_known_function_is_found_to_within_what_is_said_of_its_error():
    found, new = fitted(), np.random.default_rng(8).random((400, 5))
    missed = found.mean(new) - smooth(new)
    variance = (0.5 + new[:, 4]) ** 2
    assert np.sqrt(np.mean(missed**2)) < 0.2 * smooth(new).std()
    assert np.mean(missed**2 / variance) < 2.5 * found.judged.error + 0.01
    assert np.median(found.variance(new) / variance) == pytest.approx(1.0, abs=0.35)


def test_without_chance_a_smooth_function_is_found_nearly_exactly():
    found, new = fitted(chance=0.01), np.random.default_rng(8).random((100, 5))
    assert np.abs(found.mean(new) - smooth(new)).max() < 0.05


@pytest.mark.parametrize(("function", "kind"), [(smooth, "gaussian process"), (stepped, "boosted trees")])
def test_whichever_errs_less_on_samples_held_out_stands_in(function, kind):
    found = fitted(function, chance=0.2)
    assert found.mean.kind == kind
    assert found.judged.errors[kind] == min(found.judged.errors.values())


def test_bars_hold_nine_tenths_of_points_that_are_simulated_on_futures_of_their_own():
    found, new = fitted(count=128, futures=8), np.random.default_rng(9).random((600, 5))
    simulated = futures_of(smooth, new, FUTURES, seed=10).mean(axis=1)
    assert 0.85 <= np.mean(np.abs(simulated - found.mean(new)) <= found.bar(new)) <= 0.95
    assert 0.85 <= found.judged.covered <= 0.95


def test_futures_that_all_samples_share_count_as_error_of_the_emulator():
    points, rng = points_of(64), np.random.default_rng(4)
    luck = rng.normal(size=(1, 8))
    values = smooth(points)[:, None] + luck + 0.05 * rng.normal(size=(64, 8))
    seen = fit(points, values, np.arange(64), 1, shared=True)
    blind = fit(points, values, np.arange(64), 1, shared=False)
    assert seen.judged.error > 0.05 > blind.judged.error
    assert seen.why_not


def test_chance_that_samples_of_one_future_share_is_not_taken_for_a_policys_doing():
    random = np.random.default_rng(5)
    groups, inputs = np.repeat(np.arange(16), 4), random.random((64, 2))
    together = np.where(groups[:, None] == groups[None, :], 0.9, 0.0) + 0.1 * np.eye(64)
    points = random.random((200, 2))

    def slope(at):
        return 3.0 * at[:, 0]

    own, told = [], []
    for _ in range(12):
        luck = random.normal(size=16)[groups] * 0.9**0.5 + random.normal(size=64) * 0.1**0.5
        output = slope(inputs) + luck
        for shared, errors in ((None, own), (together, told)):
            missed = fit_gaussian(inputs, output, np.ones(64), shared=shared)(points) - slope(points)
            errors.append(np.mean((missed - missed.mean()) ** 2))
    assert np.mean(told) < 0.6 * np.mean(own), "what all samples of a future share says nothing of the inputs"


def test_what_errs_by_more_than_twenty_futures_would_is_not_shown_and_says_so():
    found = fitted(stepped, futures=16, chance=0.2)
    assert "fewer than 90%" in found.why_not
    assert not fitted(chance=4.0).why_not


def test_nothing_is_fitted_to_few_samples_or_to_what_never_changes():
    points = points_of(16)
    with pytest.raises(ValueError, match="16 samples, in 4 parts that can be held out, are too few"):
        fit(points, futures_of(smooth, points, 4), np.arange(16) // EACH, 1, shared=False)
    with pytest.raises(ValueError, match="the same at every sample"):
        fit(points_of(64), np.ones((64, 4)), np.arange(64), 1, shared=False)


FACTORS = (
    Factor("fee.level", "lever", 0.9, 1.2, only=("moved",)),
    Factor("contract.payment_basis", "lever", levels=("actual_minutes", "planned_time"), distribution="levels"),
    Factor("employment.training_days", "lever", levels=(0, 3, 9), distribution="levels"),
    Factor("contract.retainer_weeks", "lever", 0, 8, whole=True),
    Factor("community.connectors_fte", "lever", 0, 20),
)
ASKED = ("council_spend", "quality_of_life")


@cache
def made_up(title="Made up"):
    """Emulators of a sweep that nobody simulated, one that is good and one that is not, in the small place."""
    points = points_of(64)
    values = tuple(tuple(one.value(at) for one, at in zip(FACTORS, row, strict=True)) for row in points)
    scenarios = {"baseline": small(), "moved": replace(small(), name="moved")}
    given = table_of(FACTORS, values)
    results = np.zeros((64, 16, 2, 2))
    results[..., 0] = 1e7
    results[:, :, 1, 0] += 1e6 * futures_of(smooth, given, 16, chance=2.0)
    results[:, :, 1, 1] = 0.01 * futures_of(stepped, given[:, [0, 4, 0, 4, 3]], 16, chance=0.02)
    done = Sweep("made-up", title, FACTORS, Sampler("sobol_sequence", 64), 1, ("baseline", "moved"), "baseline",
                 "differences", ASKED, ASKED, points, values, results, 1.0, new_futures_every=EACH)  # fmt: skip
    return emulated(done, scenarios, code_version())


def by_trees():
    """The same with trees in the place of the process."""
    found = made_up()
    spend = found.outputs[0]
    trees = fit_trees(found.points, spend.stand_in.mean(found.points), 1)
    judged = replace(spend.stand_in.judged, farthest=0.6)
    stands_in = replace(spend.stand_in, mean=trees, judged=judged)
    return replace(found, outputs=(replace(spend, stand_in=stands_in), *found.outputs[1:]))


def test_a_page_that_was_written_answers_for_settings_in_between():
    found = of_json(to_json(made_up()))
    answers = found.at({"fee.level": 1.1, "contract.payment_basis": "planned_time"})
    assert [one.indicator for one in answers] == list(ASKED)
    spend = answers[0]
    assert spend.low < spend.difference < spend.high and spend.verdict == "worse"


def test_what_is_left_out_says_why_and_has_no_number():
    found = made_up()
    assert [one.indicator for one in found.shown] == ["council_spend"]
    quality = found.at()[1]
    assert np.isnan(quality.difference) and quality.verdict == "" and "of samples held out" in quality.why_not
    assert any(said.startswith("Not shown: quality of life, because the emulator errs") for said in found.summary())
    assert list(found.frame().shown) == [True, False]


def test_an_emulator_says_nothing_outside_what_was_tried():
    answers = made_up().at({"fee.level": 1.4})
    assert answers[0].why_not == "fee.level is 1.4, and was tried from 0.9 to 1.2"
    assert np.isnan(answers[0].difference)


def test_an_emulator_says_nothing_far_from_every_sample():
    found = made_up()
    short = {"fee.level": 0.9, "contract.payment_basis": "planned_time", "contract.retainer_weeks": 8}
    spend = found.outputs[0]
    judged = replace(spend.stand_in.judged, farthest=1e-6)
    wary = replace(found, outputs=(replace(spend, stand_in=replace(spend.stand_in, judged=judged)),))
    assert wary.at(short)[0].why_not == FAR
    assert spend.stand_in.far(np.full((1, 5), 40.0))[0] and not spend.stand_in.far(found.points).any()


def test_an_emulator_of_another_model_says_so_and_still_answers():
    old = replace(made_up(), code="0" * 64)
    assert "The model has changed since" in old.stale and not made_up().stale
    assert old.stale in old.summary() and old.stale in whatif_page(old).replace("&#39;", "'")
    assert np.isfinite(old.at()[0].difference)


def test_emulators_are_the_same_when_they_were_written_and_read():
    for found in (made_up(), by_trees()):
        again = of_json(to_json(found))
        for one, other in zip(found.at({"fee.level": 1.17}), again.at({"fee.level": 1.17}), strict=True):
            assert (one.verdict, one.why_not) == (other.verdict, other.why_not)
            assert one.difference == pytest.approx(other.difference, rel=1e-6, nan_ok=True)
            assert one.low == pytest.approx(other.low, rel=1e-6, nan_ok=True)
        assert again.starts == found.starts and again.factors == found.factors
    with pytest.raises(BadInput, match="format is 7"):
        of_json('{"format": 7}')


def test_trees_as_arrays_answer_as_the_library_does():
    from sklearn.ensemble import GradientBoostingRegressor

    from caremarket_sim.methods import trees

    points = points_of(128)
    theirs = GradientBoostingRegressor(
        n_estimators=trees.TREES, max_depth=trees.DEPTH, learning_rate=trees.STEP, subsample=trees.PART, random_state=1
    ).fit(points.astype(np.float32), smooth(points))
    new = np.random.default_rng(2).random((50, 5)).astype(np.float32)
    assert fit_trees(points, smooth(points), 1)(new.astype(float)) == pytest.approx(theirs.predict(new), abs=1e-9)


ASK = """
const { answer } = require(process.argv[1]);
const { held, asked } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const each = (values) => held.outputs.map((output) => output && answer(held, output, values));
console.log(JSON.stringify(asked.map(each)));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node.js")
@pytest.mark.parametrize("made", [made_up, by_trees])
def test_the_page_answers_as_python_does(made):
    found = made()
    rng = np.random.default_rng(6)
    given = [[0.9 + 0.3 * rng.random(), int(rng.integers(2)), int(rng.integers(3)), int(rng.integers(9)),
              20 * rng.random()] for _ in range(40)]  # fmt: skip
    asked = json.dumps({"held": for_page(found), "asked": given})
    done = subprocess.run(
        ["node", "-e", ASK, str(PAGE_SCRIPT)], input=asked, capture_output=True, text=True, check=True
    )
    words = for_page(found)["words"]
    for values, said in zip(given, json.loads(done.stdout), strict=True):
        moved = {
            one.name: one.levels[value] if one.levels else value for one, value in zip(FACTORS, values, strict=True)
        }
        for ours, theirs in zip(found.at(moved), said, strict=True):
            if theirs is None:
                assert ours.why_not
                continue
            assert theirs["difference"] == pytest.approx(ours.difference, rel=1e-5, abs=1e-9)
            assert theirs["bar"] == pytest.approx(ours.high - ours.difference, rel=1e-5)
            assert words[theirs["verdict"]] == ours.verdict


def test_a_hostile_title_stays_text_and_the_page_asks_for_nothing():
    page = whatif_page(made_up(title=SCRIPT))
    assert SCRIPT not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert page.count("<script") == 2
    assert "src=" not in page and "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    assert "script-src &#39;sha256-" in page or "script-src 'sha256-" in page


def test_sliders_have_round_steps():
    assert [step_of(*span) for span in ((0.95, 1.2), (0.0, 1.0), (0.0, 20.0))] == [
        pytest.approx(0.005), pytest.approx(0.01), pytest.approx(0.2)]  # fmt: skip


def moved_by(levers, week=0):
    return replace(small(), name="mine", changes=(Change(week, small().levers_at(0).changed(levers), ""),))


def test_a_policy_is_answered_at_once_where_the_emulator_knows_it():
    answers, silent = at_once(moved_by({"fee.level": 1.15}), small(), made_up())
    assert not silent
    assert answers == made_up().at({"fee.level": 1.15})


@pytest.mark.parametrize(
    ("policy", "reference", "said"),
    [
        (lambda: moved_by({"stewardship.pay_checks": 1}), small, "does not know stewardship.pay_checks"),
        (lambda: moved_by({"fee.level": 1.1}, week=9), small, "from the first day"),
        (lambda: small().with_parameters({"demand.growth_rate": 0.02}), small, "in levers alone"),
        (lambda: moved_by({}), lambda: small(weeks=104), "another place or span"),
    ],
)
def test_a_policy_that_the_emulator_does_not_know_gets_a_sentence_instead(policy, reference, said):
    answers, silent = at_once(policy(), reference(), made_up())
    assert answers == () and said in silent


def test_scenarios_that_differ_in_nothing_are_simulated_once_and_counted_as_often_as_asked(monkeypatch):
    asked = []

    def simulate(seed, scenarios, cache, in_force):
        asked.extend(scenarios)
        empty = np.zeros((0, 0))
        return [Outcome(empty, empty, np.full(3, float(len(asked))), empty, empty, empty) for _ in scenarios]

    monkeypatch.setattr(lean, "simulate", simulate)
    twice = (small(), replace(small(), name="other"), small("block"))
    found = lean.play_lean(lean.SweepTask(1, twice))
    assert len(asked) == 2 and len(found) == 3


DESIGN = """\
format: 2
title: Two levers
scenarios: [small/baseline.yaml, small/moved.yaml]
reference: baseline
years: 1
replicates: 2
new_futures_every: 4
indicators: [council_spend, zero_hours_share]
sampler: {method: sobol_sequence, samples: 32}
factors:
  fee.level: {low: 0.95, high: 1.1, only: moved}
  employment.paid_travel_share: {only: moved}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A workspace with the small place and a design in it."""
    (tmp_path / "caremarket.toml").touch()
    shutil.copytree(FOLDER, tmp_path / "small")
    (tmp_path / "small" / "moved.yaml").write_text("format: 2\nextends: baseline.yaml\n", encoding="utf-8")
    (tmp_path / "two.yaml").write_text(DESIGN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_after_so_many_samples_other_futures_are_met_and_within_them_the_same(folder):
    plan = plan_sweep(read_design("two.yaml"))
    seeds = {place: task.seed for task, places in zip(plan.tasks, plan.places, strict=True) for place in places}
    assert len(set(seeds.values())) == 32 // 4 * 2 == plan.settled
    assert len({seeds[sample, 1] for sample in range(1, 5)}) == 1
    assert seeds[4, 1] != seeds[5, 1] and len(seeds) == 64


def test_a_design_is_simulated_and_fitted_and_its_results_are_fitted_again_to_the_same(folder, capsys):
    assert main(["whatif", "two.yaml", "--out", "found", "--workers", "0", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["command"] == "whatif" and not told["stale"]
    assert {row["indicator"] for row in told["held_out"]} == {"council_spend", "zero_hours_share"}
    page = Path("found/whatif.html").read_text(encoding="utf-8")
    assert "Two levers" in page
    assert main(["whatif", "found", "--out", "again", "--quiet"]) == 0
    assert Path("again/emulator.json").read_bytes() == Path("found/emulator.json").read_bytes()
    found = whatif("found")
    assert found.starts == (NEUTRAL["fee.level"], NEUTRAL["employment.paid_travel_share"])
    assert found.samples == 32 and found.replicates == 2


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("replicates: 2", "replicates: 1", "futures a sample are 1, too few to tell an emulator's error from chance"),
        ("new_futures_every: 4\n", "", "futures a sample are 2, too few"),
        ("new_futures_every: 4", "new_futures_every: some", "new_futures_every"),
    ],
)
def test_a_design_that_no_emulator_can_be_fitted_to_gets_one_clear_error_and_nothing_is_written(
    folder, capsys, right, wrong, said
):
    (folder / "two.yaml").write_text(DESIGN.replace(right, wrong), encoding="utf-8")
    assert main(["whatif", "two.yaml", "--out", "found"]) == 2
    assert said in capsys.readouterr().err
    assert not Path("found").exists()


def test_a_single_scenario_has_no_differences(folder, capsys):
    single = (
        DESIGN.replace(", small/moved.yaml]\nreference: baseline", "]").replace("only: moved", "").replace(", }", "}")
    )
    (folder / "two.yaml").write_text(single, encoding="utf-8")
    assert main(["whatif", "two.yaml", "--out", "found"]) == 2
    assert "what-if shows differences, and this sweep has a single scenario" in capsys.readouterr().err


def test_what_is_neither_a_design_nor_results_gets_one_clear_error(folder, capsys):
    assert main(["whatif", "small", "--out", "found"]) == 2
    assert main(["whatif", "nowhere.yaml", "--out", "found"]) == 2
    assert not Path("found").exists()


def test_the_shipped_emulator_shows_six_of_nine_headlines_or_more_and_says_why_not_of_the_others():
    found = shipped()
    assert len(found.shown) >= 6 and len(found.factors) >= 8
    for output in found.outputs:
        assert bool(output.why_not) != (output in found.shown)


def test_the_shipped_design_moves_eight_levers_or_more_from_where_they_are_neutral():
    design = read_design(WIGAN.parent / "designs" / "what-if.yaml")
    assert len(design.factors) >= 8
    assert all(factor.coordinate(NEUTRAL[factor.name]) >= 0 for factor in design.factors)
    assert design.points % design.new_futures_every == 0
    assert design.points >= standing_in.FEWEST


@pytest.mark.slow
def test_in_a_browser_the_page_answers_asks_for_nothing_and_is_accessible_light_and_dark(tmp_path):
    require_browser()
    (tmp_path / "whatif.html").write_text(whatif_page(made_up(title=SCRIPT)), encoding="utf-8")
    for script, checks in (("check.mjs", 40), ("whatif.mjs", 20)):
        command = ["node", script, str(tmp_path / "whatif.html"), shutil.which("chromium")]
        process = subprocess.run(command, cwd=BROWSER, capture_output=True, text=True, timeout=240, check=False)
        assert process.returncode == 0, process.stderr
        found = json.loads(process.stdout)
        assert found["requests"] == found["errors"] == found["dialogs"] == found["violations"] == []
        assert found["passes"] > checks
        if script == "check.mjs":
            assert found["overflow"] == {"1280": 0, "320": 0}
        else:
            assert found["moved"] and found["spoken"] and found["back"]
