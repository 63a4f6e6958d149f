"""Other forms of the model: what they have otherwise, and which verdicts depend on one."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import caremarket_sim as cm
from caremarket_sim.cli import main
from caremarket_sim.findings.assumptions import CARRYING, HOLDS, REVERSES, STILL_NOT_CLEAR
from caremarket_sim.findings.structures import Form, structures, under_forms
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.statistics import CLEAR, IDENTICAL
from caremarket_sim.parameters import register
from caremarket_sim.runs.design import replicate_seeds
from caremarket_sim.settling import fork, go_through, settle
from caremarket_sim.studies.compare.study import plan_comparison
from caremarket_sim.telling.forms import depending, structure_sentences
from tests.small_place import FOLDER, small

pytestmark = pytest.mark.usefixtures("undrawn")
NAMED = {one.name: one for one in structures()}


# The forms


def test_each_form_says_why_and_has_some_parameter_otherwise():
    known = register()
    assert len(NAMED) >= 6
    for one in structures():
        assert one.why.endswith(".") and not one.label.endswith(".") and one.values
        assert all(value != known[name].value for name, value in one.values.items())


def test_a_form_with_a_parameter_that_there_is_not_is_refused(tmp_path):
    file = tmp_path / "forms.toml"
    file.write_text('[odd]\nlabel = "a"\nwhy = "b."\nvalues = { "motive.car_spread" = 0.0 }\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"odd: no parameter is called motive\.car_spread"):
        structures(file)


def under(name, preset="baseline", weeks=26):
    scenario = NAMED[name].applied(small(preset, weeks)) if name else small(preset, weeks)
    return go_through(scenario, fork(settle(scenario, 1), scenario), 1)


def test_offers_that_follow_nothing_are_the_same_at_every_provider():
    def spread(market):
        return np.ptp(market.providers.guaranteed_share[market.providers.open == 1])

    assert spread(under("offers-fixed")) < 1e-6 < spread(under(""))


def test_owners_alike_differ_in_nothing_that_they_are_after():
    for field in ("care", "horizon", "margin_target"):
        alike, usual = (np.ptp(under(name).providers.rows[field]) for name in ("owners-alike", ""))
        assert alike < 1e-9 < usual


def test_a_form_goes_before_what_a_scenario_says_and_leaves_all_else():
    own = small().with_parameters({"experience.bond_visits": 60.0, "travel.density_exponent": 0.4})
    applied = NAMED["continuity-quick"].applied(own)
    assert applied.parameters["experience.bond_visits"] == 20.0
    assert applied.parameters["travel.density_exponent"] == 0.4 and applied.place is own.place


# A comparison under them


@pytest.fixture(scope="module")
def compared():
    how = {"replicates": 3, "assumption_replicates": 1, "workers": 0, "baseline": False}
    return cm.compare(small("baseline"), small("block"), structures=True, **how)


def test_each_form_meets_the_comparisons_own_futures(compared):
    assert [form.structure.name for form in compared.forms] == list(NAMED)
    for form in compared.forms:
        assert form.samples["block"].replicates == compared.samples["block"].replicates
    assert {end.parameter for end in compared.ends} == set(CARRYING), "ends of assumptions are told apart from forms"
    plan = plan_comparison([small(), small("block")], replicates=3, structures=True, baseline=False)
    seeds = replicate_seeds(1, 3)
    assert all(tuple(task.seed for task in batch.tasks) == seeds for batch in plan.batches if batch.name)


def test_a_shift_is_what_the_difference_moved_by_and_what_does_not_shift_does_not_depend(compared):
    table = compared.structures()
    np.testing.assert_allclose(table["shift"], table.difference - table.usual_difference, atol=1e-9, equal_nan=True)
    assert len(table) == len(NAMED) * len(INDICATORS)
    assert not table[table.becomes.isin([HOLDS, STILL_NOT_CLEAR])].depends.any()
    within = (table.shift_low <= 0.0) & (table.shift_high >= 0.0)
    assert not table[within].depends.any()


def test_under_the_model_as_it_is_nothing_depends(compared):
    same = Form(replace(structures()[0], name="same"), compared.samples)
    table = under_forms(compared.frame(), compared.samples, [same], compared.reference)
    assert (table["shift"].dropna() == 0.0).all() and not table.depends.any()
    clear = table[table.usual_verdict.isin(CLEAR)]
    assert (clear.becomes == HOLDS).all() and (table.verdict == table.usual_verdict).all()
    assert IDENTICAL in set(table.verdict)


def test_a_form_under_which_every_difference_is_turned_reverses_what_was_clear(compared):
    turned = {"baseline": compared.samples["block"], "block": compared.samples["baseline"]}
    table = under_forms(compared.frame(), compared.samples, [Form(structures()[0], turned)], compared.reference)
    clear = table[table.usual_verdict.isin(CLEAR)]
    assert len(clear) and (clear.becomes == REVERSES).all() and clear.depends.all()
    words = " ".join(structure_sentences(table))
    told = clear[clear.indicator.isin([one.id for one in INDICATORS.values() if one.headline])]
    assert words.count("reversed") == len(told)
    assert "block: 0 of" in words or not len(told)
    (first, *_) = depending(table)
    assert first[0] == f"With {structures()[0].label}" and first[2].count("reversed") == len(told)


def test_the_command_writes_says_and_reports_what_depends_on_a_form(tmp_path, capsys):
    out = tmp_path / "out"
    files = [str(FOLDER / f"{name}.yaml") for name in ("baseline", "block")]
    how = ["--replicates", "2", "--assumption-replicates", "0", "--workers", "0", "--structures", "--report", "--json"]
    allowed = ["--allow", "implausible", "--why", "a made-up place"]
    assert main(["compare", *files, *how, *allowed, "--out", str(out)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["structures"][0].startswith(f"Under {len(NAMED)} other forms of the model, on 2")
    table = pd.read_csv(out / "structures.csv")
    assert set(table.structure) == set(NAMED) and table.depends.dtype == bool
    report = (out / "report.html").read_text(encoding="utf-8")
    assert "What depends on a form of the model" in report and structures()[0].why.split(".")[0] in report
    assert main(["reproduce", str(out), "--workers", "0", "--quiet"]) == 0, "also where a form leaves a range"
