"""Designs are read with care, samples are what they say, and a sweep is kept, resumed and put together again."""

import json
from dataclasses import replace

import numpy as np
import pytest

from caremarket_sim.cli import main
from caremarket_sim.errors import BadInput
from caremarket_sim.methods.factors import Factor
from caremarket_sim.methods.samplers import Sampler, draw
from caremarket_sim.parameters import register
from caremarket_sim.runs.design import replicate_seeds
from caremarket_sim.settling import simulate
from caremarket_sim.studies.sweep import design_schema
from caremarket_sim.studies.sweep.design_files import read_design
from caremarket_sim.studies.sweep.plan import plan_sweep
from caremarket_sim.studies.sweep.study import load_sweep, sweep, sweep_of_function
from tests.small_place import FOLDER, WIGAN

DESIGNS = WIGAN.parent / "designs"

DESIGN = """\
format: 2
scenarios: [small/baseline.yaml, small/collaborative.yaml]
years: 1
replicates: 2
outputs: both
indicators: [council_spend, turnover]
sampler: {method: latin_hypercube, samples: 3}
factors:
  fee.level: {low: 0.9, high: 1.1}
  hospital.admission_rate:
  contract.guaranteed_volume: {only: collaborative}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A workspace with the small place in it, to which designs are written."""
    (tmp_path / "caremarket.toml").touch()
    (tmp_path / "small").symlink_to(FOLDER)
    place = tmp_path / "small"
    place.unlink()
    place.mkdir()
    for file in FOLDER.iterdir():
        (place / file.name).write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder, text=DESIGN, name="design.yaml"):
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_the_design_of_every_assumption_has_every_uncertain_number_but_guesses_and_steps_of_settling():
    guesses = (
        "leaving_intercept",
        "contract_intercept",
        "late_intercept",
        "leg_factor",
        "hours_a_post",
        "leaving_share",
    )
    steps = (
        "spin_up_years",
        "regime_years",
        "quick_years",
        "later_step",
        "post_response",
        "post_step",
        "referral_response",
    )
    varied = {factor.name for factor in read_design(DESIGNS / "screen-every-assumption.yaml").factors}
    uncertain = {name for name, parameter in register().items() if parameter.grade != "measured"}
    assert varied == uncertain - {f"baseline.{name}" for name in (*guesses, *steps)}


@pytest.mark.parametrize("path", sorted(DESIGNS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_design_is_sound(path):
    design = read_design(path)
    assert design.points >= 16
    assert len(design.scenarios) >= 2


@pytest.mark.parametrize("path", sorted(DESIGNS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_design_is_one_that_the_command_would_simulate(path, tmp_path, capsys):
    (tmp_path / "letter.txt").write_text("in the way of the results, so that nothing is simulated")
    assert main(["sweep", str(path), "--out", str(tmp_path), "--quiet"]) == 2
    assert "files that are not results: letter.txt" in capsys.readouterr().err


def test_the_design_of_the_readme_size_has_six_levers_and_six_parameters():
    design = read_design(DESIGNS / "what-drives-collaboration.yaml")
    kinds = [factor.kind for factor in design.factors]
    assert (kinds.count("lever"), kinds.count("parameter")) == (6, 6)
    assert design.points == 64 * (12 + 2)
    assert {scenario.weeks for scenario in design.scenarios} == {156}


def test_bounds_that_are_not_given_are_the_registers(folder):
    factors = {factor.name: factor for factor in read_design(written(folder)).factors}
    assert (factors["hospital.admission_rate"].low, factors["hospital.admission_rate"].high) == (0.4, 0.8)
    assert (factors["contract.guaranteed_volume"].low, factors["contract.guaranteed_volume"].high) == (0, 1)


MISTAKES = [
    ("  fee.level: {low: 0.9", "  fee.levl: {low: 0.9", 9, "did you mean fee.level"),
    ("  hospital.admission_rate:", "  hospital.admision_rate:", 10, "did you mean hospital.admission_rate"),
    ("low: 0.9", "low: 0.2", 9, "0.7 to 1.5"),
    ("low: 0.9, high: 1.1", "low: 1.1, high: 0.9", 9, "low must be under high"),
    ("low: 0.9, high", "lo: 0.9, high", 9, "did you mean low"),
    ("method: latin_hypercube", "method: latin_hypercub", 7, "did you mean latin_hypercube"),
    (DESIGN[DESIGN.index("factors:") :], "factors: assumption\n", 8, "factors: assumptions"),
    ("method: latin_hypercube", "method: saltelli", 7, "power of 2"),
    ("samples: 3", "steps: 3", 7, "it takes samples"),
    ("council_spend, turnover", "council_spend, turnovr", 6, "did you mean turnover"),
    ("only: collaborative", "only: colaborative", 11, "did you mean collaborative"),
    ("small/collaborative.yaml", "small/colaborative.yaml", 2, "did you mean collaborative.yaml"),
    ("small/collaborative.yaml", "../small/collaborative.yaml", 2, "outside the workspace"),
    ("years: 1", "years: 70", 3, "1 to 10"),
    ("replicates: 2", "replicats: 2", 4, "did you mean replicates"),
    ("outputs: both", "outputs: diferences", 5, "did you mean differences"),
    ("  hospital.admission_rate:", "  procurement.weights:", 10, "give levels"),
    ("  hospital.admission_rate:", "  contract.sourcing: [open_spot, block]", 10, "block_first"),
    ("  hospital.admission_rate:", "  procurement.backup_share: {only: baseline}", 10, "no effect"),
    ("  hospital.admission_rate:", "  hospital.admission_rate: {only: baseline}", 10, "same in every scenario"),
    ("  hospital.admission_rate:", "  hospital.admission_rate: &anchor {}", 10, "write the value out"),
]


@pytest.mark.parametrize(
    ("right", "wrong", "line", "said"), MISTAKES, ids=[wrong.strip() for _, wrong, _, _ in MISTAKES]
)
def test_a_bad_design_gets_file_line_and_nearest_name_and_nothing_is_written(folder, capsys, right, wrong, line, said):
    assert right in DESIGN
    path = written(folder, DESIGN.replace(right, wrong))
    assert main(["sweep", str(path)]) == 2
    message = capsys.readouterr().err
    assert f"design.yaml:{line}: " in message
    assert said in message
    assert not (folder / "results").exists()


def test_all_mistakes_of_a_design_are_told_at_once(folder):
    text = DESIGN.replace("years: 1", "years: 70").replace("fee.level", "fee.levl").replace("turnover", "turnovr")
    with pytest.raises(BadInput) as refused:
        read_design(written(folder, text))
    assert [problem.line for problem in refused.value.problems] == [3, 6, 9]


def test_the_shipped_schema_is_that_of_the_registers():
    assert design_schema.shipped_schema() == design_schema.schema_text()
    schema = json.loads(design_schema.shipped_schema())
    assert schema["required"] == ["format", "scenarios", "sampler", "factors"]


FACTORS = [
    Factor("uniform", low=2.0, high=4.0),
    Factor("triangular", low=0.0, high=1.0, distribution="triangular", mode=0.2),
    Factor("normal", low=-2.0, high=2.0, distribution="normal", mean=0.0, sd=1.0),
    Factor("log", low=0.1, high=10.0, distribution="log_uniform"),
    Factor("whole", low=1.0, high=6.0, whole=True),
    Factor("choice", distribution="levels", levels=("a", "b", "c")),
]


@pytest.mark.parametrize("method", ["latin_hypercube", "sobol_sequence", "saltelli", "fast"])
def test_samples_follow_their_distributions(method):
    points = draw(Sampler(method, 256), FACTORS, 3)
    columns = [[factor.value(one) for one in column] for factor, column in zip(FACTORS, points.T, strict=True)]
    assert np.mean(columns[0]) == pytest.approx(3.0, abs=0.05)
    assert np.mean(columns[1]) == pytest.approx(0.4, abs=0.02)
    assert np.std(columns[2]) == pytest.approx(0.88, abs=0.05)
    assert np.median(columns[3]) == pytest.approx(1.0, abs=0.15)
    assert set(columns[4]) == {1, 2, 3, 4, 5, 6}
    assert all(columns[5].count(level) / len(points) == pytest.approx(1 / 3, abs=0.03) for level in "abc")


@pytest.mark.parametrize("factor", FACTORS, ids=lambda factor: factor.name)
def test_a_value_leads_back_to_a_coordinate_that_gives_it(factor):
    for coordinate in (0.0, 0.1, 0.5, 0.9, 1.0):
        value = factor.value(coordinate)
        again = factor.value(factor.coordinate(value))
        assert again == (value if isinstance(value, (str, int)) else pytest.approx(value, abs=1e-6))


def test_a_grid_has_every_combination_and_a_list_has_its_rows(folder):
    grid = DESIGN.replace("method: latin_hypercube, samples: 3", "method: grid, steps: 3")
    plan = plan_sweep(read_design(written(folder, grid)))
    assert len(set(plan.values)) == 27
    (folder / "rows.csv").write_text(
        "hospital.admission_rate,fee.level,contract.guaranteed_volume\n0.5,1,0.25\n0.6,0.95,0\n", encoding="utf-8"
    )
    rows = DESIGN.replace("method: latin_hypercube, samples: 3", "method: csv, file: rows.csv")
    plan = plan_sweep(read_design(written(folder, rows)))
    assert plan.values[0] == pytest.approx((1.0, 0.5, 0.25))
    (folder / "rows.csv").write_text("fee.level,hospital.admission_rate\n5,0.5\n", encoding="utf-8")
    with pytest.raises(BadInput, match="rows.csv:1: lacks the column contract.guaranteed_volume"):
        read_design(folder / "design.yaml")


def test_samples_that_move_levers_alone_share_one_settled_market(folder):
    levers = DESIGN.replace("  hospital.admission_rate:\n", "")
    plan = plan_sweep(read_design(written(folder, levers)))
    assert (plan.settled, len(plan.tasks)) == (2, 2), "one a replicate"
    assert len(plan.tasks[0].scenarios) == 6
    saltelli = DESIGN.replace("method: latin_hypercube, samples: 3", "method: saltelli, samples: 2")
    plan = plan_sweep(read_design(written(folder, saltelli)))
    assert len(plan.values) == 2 * 5
    assert plan.settled == 2 * 2 * 2, "of a block's five samples, two have another admission rate than the rest"


def test_a_sample_is_the_scenarios_at_its_values_and_every_sample_meets_the_same_luck(folder):
    done = sweep(written(folder), workers=0)
    design = read_design(folder / "design.yaml")
    fee, rate, volume = done.values[1]
    collaborative = design.scenarios[1].with_parameters({"hospital.admission_rate": rate})
    collaborative = collaborative.with_levers({"fee.level": fee, "contract.guaranteed_volume": volume})
    baseline = design.scenarios[0].with_parameters({"hospital.admission_rate": rate}).with_levers({"fee.level": fee})
    seed = replicate_seeds(1, 2)[1]
    for place, scenario in enumerate((baseline, collaborative)):
        (outcome,) = simulate(seed, [scenario])
        np.testing.assert_array_equal(done.results[1, 1, place], outcome.overall)
    frame = done.frame()
    assert len(frame) == 3 * 2 * 2 * 3
    assert frame.attrs["units"]["council_spend"] == "£ a year"


def test_a_sweep_is_kept_put_together_again_resumed_and_analysed_by_the_command(folder, capsys):
    path = written(folder)
    assert main(["sensitivity", str(path), "--out", "out", "--workers", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["samples"] == 3
    assert "too few samples" in found["sentences"][0]
    kept, plain = load_sweep(folder / "out"), sweep(path, workers=0)
    np.testing.assert_array_equal(kept.results, plain.results)
    assert kept.values == plain.values
    assert kept.factors == plain.factors
    assert main(["verify", "out"]) == 0
    capsys.readouterr()
    assert main(["sweep", str(path), "--out", "out", "--resume", "--workers", "1"]) == 0
    assert "3 samples, 12 runs, of which 0 failed" in capsys.readouterr().out.replace(
        "0 of them failed", "of which 0 failed"
    )
    assert main(["sweep", str(path), "--out", "out"]) == 2, "results that are there are not written over"
    assert main(["explore", "out", "--quiet"]) == 0
    assert (folder / "out-explore" / "regret.csv").is_file()
    assert main(["sensitivity", "out", "--quiet"]) == 0
    assert (folder / "out-sensitivity" / "missing.csv").is_file()
    assert main(["explore", "small", "--quiet"]) == 2
    assert main(["reproduce", "out", "--quiet"]) == 2, "refused with what to do instead"


def test_a_run_that_fails_is_a_gap_in_its_own_scenario_and_in_its_differences_only():
    done = sweep_of_function(lambda *values: 1.0, FACTORS, Sampler("latin_hypercube", 4))
    results = np.ones((4, 1, 2, 1))
    results[0, 0, 1] = np.nan
    gapped = replace(done, results=results, scenarios=("one", "two"), reference="one", outputs="both")
    level, other, difference = gapped.questions()
    assert np.isfinite(gapped.of(level)).all()
    for output in (other, difference):
        assert np.isnan(gapped.of(output)).sum() == 1
